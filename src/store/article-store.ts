import type { Article, ArticleIdentity, IdentifiedArticle } from '../article.ts';
import { postAuthor, type Source } from '../sources/source.ts';
import type { SourceEntry } from '../sources/source-list.ts';

/** Which articles a feed shows. */
export type FeedScope =
  | { kind: 'all' }
  | { kind: 'category'; path: readonly string[] }
  | { kind: 'source'; id: string }
  | { kind: 'tag'; tag: string };

/** Ways to choose a Referer, as the image proxy tells them. */
export type RefererKind = 'table' | 'page' | 'none' | 'origin';

export interface PictureHost {
  page?: string;
  referer?: RefererKind;
}

/** An article that is stored, or was removed and is not to come back. */
export interface KnownArticle {
  link?: string;
  published: number;
  isRemoved: boolean;
}

export interface ArticleRow {
  id: string;
  source_id: string;
  published: number;
  title: string;
  link: string | null;
  front: string;
  content_html: string;
  /** Of the source: what articles take from it follows it when its owner changes it. */
  url: string;
  entry: string;
  feed_title: string | null;
}

/** D1 takes 2 MB a parameter; articles are written in pieces of about this many characters. */
const PIECE = 500_000;

/** What a part of a feed shows and what was shown before, as far as a feed is read. */
const BOTH_SHOWN = `(SELECT json_group_array(value) FROM (
  SELECT value FROM json_each(excluded.article_ids) UNION SELECT value FROM json_each(feed_contents.article_ids)
  LIMIT 400))`;

/** The articles in D1. */
export class ArticleStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** What is known of these article ids; those never seen are not in it. */
  async known(ids: readonly string[]): Promise<Map<string, KnownArticle>> {
    const { results } = await this.#db
      .prepare(
        `WITH asked AS (SELECT value AS id FROM json_each(?1))
         SELECT id, link, published, 0 AS removed FROM articles WHERE id IN asked
         UNION ALL SELECT id, link, published, 1 FROM removed_articles WHERE id IN asked`,
      )
      .bind(JSON.stringify(ids))
      .all<{ id: string; link: string | null; published: number; removed: number }>();
    return new Map(
      results.map(({ id, link, published, removed }) => [
        id,
        { published, isRemoved: removed === 1, ...(link !== null && { link }) },
      ]),
    );
  }

  /** Stored articles of a source that have one of these titles. */
  async sameTitle(sourceId: string, titles: readonly string[]): Promise<ArticleIdentity[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT id, title, guid, link FROM articles
         WHERE source_id = ?1 AND title IN (SELECT value FROM json_each(?2))`,
      )
      .bind(sourceId, JSON.stringify(titles))
      .all<{ id: string; title: string; guid: string | null; link: string | null }>();
    return results.map(({ id, title, guid, link }) => ({
      id,
      title,
      ...(guid !== null && { guid }),
      ...(link !== null && { link }),
    }));
  }

  /**
   * Writes a source's articles as an upsert on their ids: one that is stored with the same content is left alone, one
   * that changed keeps its date of publication. The versions of the feeds that show them rise in the same transaction
   * as the articles, and only when one changed. Retention leaves these articles until the feed shows others;
   * `partial` ones, of a delta or a push, are shown besides those before. Tells how many changed.
   */
  async save(
    source: Source,
    articles: readonly IdentifiedArticle[],
    now: number,
    { partial = false } = {},
  ): Promise<number> {
    const scopes = JSON.stringify(scopeKeysOf(source));
    let changed = 0;
    const pieces = piecesOf(articles);
    for (const piece of pieces) {
      const [, counted] = await this.#db.batch<{ changed: number }>([
        this.#db
          .prepare(
            `INSERT INTO articles (id, source_id, published, title, guid, link, front, content_html, content_hash,
               first_seen_at, changed_at, first_title)
             SELECT value ->> 'id', ?2, value ->> 'published', value ->> 'title', value ->> 'guid', value ->> 'link',
               value ->> 'front', value ->> 'contentHtml', value ->> 'contentHash', ?3, ?3, value ->> 'title'
             FROM json_each(?1) WHERE true
             ON CONFLICT (id) DO UPDATE SET title = excluded.title, guid = excluded.guid, link = excluded.link,
               front = excluded.front, content_html = excluded.content_html, content_hash = excluded.content_hash,
               changed_at = excluded.changed_at
             WHERE articles.content_hash IS NOT excluded.content_hash`,
          )
          .bind(`[${piece.map(toRowJson).join()}]`, source.id, now),
        // what D1 tells of a statement counts what its triggers do too
        this.#db.prepare('SELECT changes() AS changed'),
        this.#db
          .prepare(
            `INSERT INTO feed_versions (scope, version) SELECT value, ?2 FROM json_each(?1) WHERE changes() > 0
             ON CONFLICT (scope) DO UPDATE SET version = max(version + 1, excluded.version)`,
          )
          .bind(scopes, now),
        this.#db
          .prepare(
            `INSERT INTO picture_pages (host, source_id, page)
             SELECT value ->> 'host', ?2, value ->> 'page' FROM json_each(?1) WHERE true
             ON CONFLICT (host, source_id) DO NOTHING`,
          )
          .bind(JSON.stringify(pictureHosts(piece)), source.id),
        ...(piece === pieces.at(-1) ? [this.#showing(source.id, articles, now, partial)] : []),
      ]);
      changed += counted?.results[0]?.changed ?? 0;
    }
    return changed;
  }

  /** Records which articles a source's feed shows. */
  #showing(
    sourceId: string,
    articles: readonly IdentifiedArticle[],
    now: number,
    partial: boolean,
  ): D1PreparedStatement {
    const shown = partial ? BOTH_SHOWN : 'excluded.article_ids';
    return this.#db
      .prepare(
        `INSERT INTO feed_contents (source_id, changed_at, article_ids) VALUES (?1, ?2, ?3)
         ON CONFLICT (source_id) DO UPDATE SET changed_at = excluded.changed_at, article_ids = ${shown}
         WHERE feed_contents.article_ids <> excluded.article_ids`,
      )
      .bind(sourceId, now, JSON.stringify(articles.map(({ article }) => article.id)));
  }

  /**
   * The newest articles of a feed, by date of publication, newest first; with `before`, those behind that place in this
   * order.
   */
  async latest(
    scope: FeedScope,
    limit: number,
    before?: { published: number; id: string },
  ): Promise<Article[]> {
    const { from, where, order, parameter } = scopeQuery(scope);
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, source_id, articles.published, title, link, front, content_html, url, entry, feed_title
         FROM ${from} JOIN sources ON sources.id = source_id
         WHERE ${where} AND ${order}.published <= ?2 AND (${order}.published < ?2 OR ${order}.id > ?3)
         ORDER BY ${order}.published DESC, ${order}.id LIMIT ?1`,
      )
      .bind(
        limit,
        before?.published ?? Number.MAX_SAFE_INTEGER,
        before?.id ?? '',
        ...(parameter === undefined ? [] : [parameter]),
      )
      .all<ArticleRow>();
    return results.map(fromRow);
  }

  async find(id: string): Promise<Article | undefined> {
    const row = await this.#db
      .prepare(
        `SELECT articles.id, source_id, published, title, link, front, content_html, url, entry, feed_title
         FROM articles JOIN sources ON sources.id = source_id WHERE articles.id = ?1`,
      )
      .bind(id)
      .first<ArticleRow>();
    return row === null ? undefined : fromRow(row);
  }

  /** The version of a feed's content; undefined when it has never had an article. One row read. */
  async version(scope: FeedScope): Promise<number | undefined> {
    const version = await this.#db
      .prepare('SELECT version FROM feed_versions WHERE scope = ?1')
      .bind(scopeKey(scope))
      .first<number>('version');
    return version ?? undefined;
  }

  /**
   * What is known of a picture's host, when our articles show pictures of it: the page most likely to be one the
   * picture is on, and the kind of Referer that worked.
   */
  async pictureHost(picture: URL): Promise<PictureHost | undefined> {
    const { results } = await this.#db
      .prepare(
        `SELECT page, referer FROM picture_pages LEFT JOIN picture_referers USING (host) WHERE host = ?1 LIMIT 50`,
      )
      .bind(picture.host)
      .all<{ page: string | null; referer: RefererKind | null }>();
    const [first] = results;
    if (first === undefined) return undefined;
    const page = nearestPage(
      picture.href,
      results.flatMap((row) => row.page ?? []),
    );
    return { ...(page !== undefined && { page }), ...(first.referer !== null && { referer: first.referer }) };
  }

  /** Keeps which kind of Referer worked for a host. */
  async rememberReferer(host: string, referer: RefererKind): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO picture_referers (host, referer) VALUES (?1, ?2)
         ON CONFLICT (host) DO UPDATE SET referer = excluded.referer`,
      )
      .bind(host, referer)
      .run();
  }
}

/** Keys of the feeds that show a source's articles: everything, each level of its category path, the source's own. */
export function scopeKeysOf({ id, categories }: Pick<Source, 'id' | 'categories'>): string[] {
  const levels = categories.map(
    (_, i): FeedScope => ({ kind: 'category', path: categories.slice(0, i + 1) }),
  );
  const scopes: FeedScope[] = [{ kind: 'all' }, ...levels, { kind: 'source', id }];
  return scopes.map(scopeKey);
}

/** The name of a feed's content in the database. */
export function scopeKey(scope: FeedScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all';
    case 'category':
      return `category:${JSON.stringify(scope.path)}`;
    case 'source':
      return `source:${scope.id}`;
    case 'tag':
      return `tag:${scope.tag}`;
  }
}

/** Where the articles of a scope are found, and the table whose index has them in a feed's order. */
function scopeQuery(scope: FeedScope): {
  from: string;
  where: string;
  order: 'articles' | 'article_tags';
  parameter?: string;
} {
  switch (scope.kind) {
    case 'all':
      return { from: 'articles', where: 'true', order: 'articles' };
    case 'category':
      // ["a","b"] and what lies below it: the JSON without its closing bracket is the prefix of its descendants'
      return {
        from: 'articles',
        where: `source_id IN (SELECT id FROM sources WHERE categories = ?4
          OR substr(categories, 1, length(?4)) = substr(?4, 1, length(?4) - 1) || ',')`,
        order: 'articles',
        parameter: JSON.stringify(scope.path),
      };
    case 'source':
      return { from: 'articles', where: 'source_id = ?4', order: 'articles', parameter: scope.id };
    case 'tag':
      return {
        from: 'article_tags JOIN articles USING (id)',
        where: 'tag = ?4',
        order: 'article_tags',
        parameter: scope.tag,
      };
  }
}

function toRowJson({ article, guid, contentHash }: IdentifiedArticle): string {
  const {
    id,
    title,
    link,
    published,
    contentHtml,
    sourceId: _,
    categories: __,
    author: ___,
    ...front
  } = article;
  return JSON.stringify({
    id,
    title,
    link,
    guid,
    published,
    contentHtml,
    contentHash,
    front: JSON.stringify(front),
  });
}

export function fromRow(row: ArticleRow): Article {
  const source: SourceEntry = { url: row.url, ...JSON.parse(row.entry) };
  const front = JSON.parse(row.front);
  return {
    id: row.id,
    sourceId: row.source_id,
    title: row.title,
    published: row.published,
    contentHtml: row.content_html,
    categories: source.categories,
    author: postAuthor(source, front.authors, row.feed_title ?? undefined),
    ...(row.link !== null && { link: row.link }),
    ...front,
  };
}

function pictureHosts(articles: readonly IdentifiedArticle[]): { host: string; page?: string }[] {
  const hosts = new Map<string, string | undefined>();
  for (const { article, pictures } of articles) {
    for (const picture of pictures) {
      const { host } = new URL(picture);
      if (!hosts.has(host)) hosts.set(host, article.link);
    }
  }
  return [...hosts].map(([host, page]) => (page === undefined ? { host } : { host, page }));
}

/**
 * The page whose address is alike for longest: where several sites share a host, a picture lies near the pages of its
 * own.
 */
function nearestPage(picture: string, pages: readonly string[]): string | undefined {
  const alike = (page: string) => {
    let length = 0;
    while (length < page.length && page[length] === picture[length]) length++;
    return length;
  };
  return pages.toSorted((a, b) => alike(b) - alike(a))[0];
}

function piecesOf(articles: readonly IdentifiedArticle[]): IdentifiedArticle[][] {
  const pieces: IdentifiedArticle[][] = [];
  let room = 0;
  for (const item of articles) {
    const size = item.article.contentHtml.length + 2000;
    const piece = pieces.at(-1);
    if (piece !== undefined && room >= size) piece.push(item);
    else {
      pieces.push([item]);
      room = PIECE;
    }
    room -= size;
  }
  return pieces;
}
