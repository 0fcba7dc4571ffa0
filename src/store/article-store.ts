import { type Article, type ArticleIdentity, type IdentifiedArticle, IMAGE_MARK } from '../article.ts';
import { type FeedScope, scopeKey, scopeKeysOf, scopeOfKey } from '../sources/feed-scope.ts';
import { postAuthor, type Source } from '../sources/source.ts';
import type { SourceEntry } from '../sources/source-list.ts';
import type { ViewEntry } from '../sources/view-entry.ts';
import { pageKey } from './page-key.ts';

/** A place in the order of a feed: newest first, articles of one moment by id. */
interface Position {
  published: number;
  id: string;
}

/** What a feed's address stands for now. */
export type FeedState =
  | {
      kind: 'live';
      /** Larger after each change; 0 before the first article. */
      version: number;
      /** When that was: milliseconds since 1970. */
      changedAt: number;
      /** Since when the feed's only source is broken. */
      brokenSince?: number;
      view?: ViewEntry;
    }
  /** The last source of it was removed, or moved with the others to another category. */
  | { kind: 'gone'; movedTo?: FeedScope }
  | { kind: 'unknown' };

/** Ids in one row of an archive: 180 KB, of the 2 MB that D1 takes. */
const ARCHIVE_PIECE = 5000;

/** A month of a feed that does not change any more. */
export interface FeedArchive {
  scope: FeedScope;
  month: string;
  /** Milliseconds since 1970. */
  closedAt: number;
  /** The month before it that has articles, such as `2026-09`. */
  previous?: string;
}

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

/** What tells whether an article is a copy of another. Times are milliseconds since 1970. */
interface StoredPrint {
  id: string;
  sourceId: string;
  published: number;
  firstSeenAt: number;
  title: string;
  link?: string;
  page?: string;
  simhash?: string;
  language?: string;
}

type PrintRow = { [field in keyof StoredPrint]-?: StoredPrint[field] | null } & Pick<
  StoredPrint,
  'id' | 'sourceId' | 'published' | 'firstSeenAt' | 'title'
>;

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
               first_seen_at, changed_at, first_title, simhash)
             SELECT value ->> 'id', ?2, value ->> 'published', value ->> 'title', value ->> 'guid', value ->> 'link',
               value ->> 'front', value ->> 'contentHtml', value ->> 'contentHash', ?3, ?3, value ->> 'title',
               value ->> 'simhash'
             FROM json_each(?1) WHERE true
             ON CONFLICT (id) DO UPDATE SET title = excluded.title, guid = excluded.guid, link = excluded.link,
               front = excluded.front, content_html = excluded.content_html, content_hash = excluded.content_hash,
               changed_at = excluded.changed_at, simhash = excluded.simhash
             WHERE articles.content_hash IS NOT excluded.content_hash`,
          )
          .bind(JSON.stringify(piece.map(toRow)), source.id, now),
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
  async latest(scope: FeedScope, limit: number, before?: Position): Promise<Article[]> {
    const { from, where, order, parameter } = scopeQuery(scope);
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, source_id, articles.published, title, link, front, content_html, url, entry, feed_title
         FROM ${from} JOIN sources ON sources.id = source_id
         WHERE ${where} AND ${order}.published <= ?3 AND (${order}.published < ?3 OR ${order}.id > ?4)
         ORDER BY ${order}.published DESC, ${order}.id LIMIT ?2`,
      )
      .bind(parameter, limit, before?.published ?? Number.MAX_SAFE_INTEGER, before?.id ?? '')
      .all<ArticleRow>();
    return results.map(fromRow);
  }

  /** The places, from 0, that articles have in the feeds of their sources, as these were last read; by article id. */
  async placesInFeeds(sourceIds: readonly string[]): Promise<Map<string, number>> {
    const { results } = await this.#db
      .prepare(
        `SELECT value AS id, key AS place FROM feed_contents, json_each(article_ids)
         WHERE source_id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(sourceIds))
      .all<{ id: string; place: number }>();
    return new Map(results.map(({ id, place }) => [id, place]));
  }

  /**
   * What tells copies among a feed's articles: of those published in a range of time, newest first, and of those that
   * one of these links leads to, whenever they were published. Only those first seen by `seenBy` count.
   */
  async prints(
    scope: FeedScope,
    { start, end, seenBy, links }: { start: number; end: number; seenBy: number; links: readonly string[] },
    limit: number,
  ): Promise<StoredPrint[]> {
    const { from, where, order, parameter } = scopeQuery(scope);
    const page = pageKey('link');
    const select = `SELECT articles.id, source_id AS sourceId, articles.published, first_seen_at AS firstSeenAt, title,
      link, ${page} AS page, simhash, front ->> 'language' AS language FROM ${from}`;
    const [inRange, onPages] = await this.#db.batch<PrintRow>([
      this.#db
        .prepare(
          `${select} WHERE ${where} AND ${order}.published BETWEEN ?2 AND ?3 AND first_seen_at <= ?4
           ORDER BY ${order}.published DESC LIMIT ?5`,
        )
        .bind(parameter, start, end, seenBy, limit),
      this.#db
        .prepare(
          `${select} WHERE ${where} AND link IS NOT NULL AND first_seen_at <= ?2
           AND ${page} IN (SELECT ${pageKey('value')} FROM json_each(?3)) LIMIT ?4`,
        )
        .bind(parameter, seenBy, JSON.stringify(links), limit),
    ]);
    const rows = [...(inRange?.results ?? []), ...(onPages?.results ?? [])];
    return [...new Map(rows.map((row) => [row.id, toPrint(row)])).values()];
  }

  /** Articles by their ids, in no order; those that are not there are left out. */
  async byIds(ids: readonly string[]): Promise<Article[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, source_id, published, title, link, front, content_html, url, entry, feed_title
         FROM articles JOIN sources ON sources.id = source_id
         WHERE articles.id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(ids))
      .all<ArticleRow>();
    return results.map(fromRow);
  }

  /** The month, such as `2026-10`, of a feed's newest article before a time. */
  async monthBefore(scope: FeedScope, time: number): Promise<string | undefined> {
    const { from, where, order, parameter } = scopeQuery(scope);
    const published = await this.#db
      .prepare(
        `SELECT ${order}.published AS published FROM ${from} WHERE ${where} AND ${order}.published < ?2
         ORDER BY ${order}.published DESC, ${order}.id LIMIT 1`,
      )
      .bind(parameter, time)
      .first<number>('published');
    return published === null ? undefined : new Date(published).toISOString().slice(0, 7);
  }

  /**
   * The archive of a feed's month, which is closed when it is first asked for: what comes into the month or changes
   * later is not in it. Undefined where the feed has no article of that month.
   */
  async archive(
    scope: FeedScope,
    month: string,
    range: { start: number; end: number },
    now: number,
  ): Promise<FeedArchive | undefined> {
    const closed = await this.#closedArchive(scope, month);
    if (closed !== undefined) return closed;
    if ((await this.monthBefore(scope, range.end)) !== month) return undefined;
    const previous = await this.monthBefore(scope, range.start);
    const { from, where, order, parameter } = scopeQuery(scope);
    const key = scopeKey(scope);
    await this.#db.batch([
      this.#db
        .prepare(
          `INSERT INTO feed_archives (scope, month, closed_at, previous) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (scope, month) DO NOTHING`,
        )
        .bind(key, month, now, previous ?? null),
      this.#db
        .prepare(
          `INSERT INTO feed_archive_articles (scope, month, piece, published, ids)
           SELECT ?2, ?3, place / ${ARCHIVE_PIECE}, max(published), json_group_array(id ORDER BY place) FROM (
             SELECT articles.id, ${order}.published,
               row_number() OVER (ORDER BY ${order}.published DESC, ${order}.id) - 1 AS place
             FROM ${from} WHERE ${where} AND ${order}.published >= ?4 AND ${order}.published < ?5)
           WHERE NOT EXISTS (SELECT 1 FROM feed_archive_articles WHERE scope = ?2 AND month = ?3)
           GROUP BY place / ${ARCHIVE_PIECE}`,
        )
        .bind(parameter, key, month, range.start, range.end),
    ]);
    return this.#closedArchive(scope, month);
  }

  async #closedArchive(scope: FeedScope, month: string): Promise<FeedArchive | undefined> {
    const row = await this.#db
      .prepare('SELECT closed_at, previous FROM feed_archives WHERE scope = ?1 AND month = ?2')
      .bind(scopeKey(scope), month)
      .first<{ closed_at: number; previous: string | null }>();
    if (row === null) return undefined;
    return {
      scope,
      month,
      closedAt: row.closed_at,
      ...(row.previous !== null && { previous: row.previous }),
    };
  }

  /** The articles of an archive as they were when it was closed, newest first; with `before`, those behind that place. */
  async archived(archive: FeedArchive, limit: number, before?: Position): Promise<Article[]> {
    const articles: Article[] = [];
    let piece = await this.#archivePiece(archive, before);
    let at = before === undefined ? 0 : (piece?.ids.indexOf(before.id) ?? 0) + 1;
    // where some were removed, the next ones take their places
    while (piece !== undefined && articles.length < limit) {
      const wanted = piece.ids.slice(at, at + limit - articles.length);
      if (wanted.length > 0) articles.push(...(await this.#editions(wanted, archive.closedAt)));
      at += wanted.length;
      if (at < piece.ids.length) continue;
      piece = await this.#archivePiece(archive, undefined, piece.piece + 1);
      at = 0;
    }
    return articles;
  }

  /** A piece of an archive: the one that has an article, or the one of that number. */
  async #archivePiece(
    { scope, month }: FeedArchive,
    article: Position | undefined,
    number = 0,
  ): Promise<{ piece: number; ids: readonly string[] } | undefined> {
    const which = article === undefined ? 'piece = ?3' : 'published >= ?3 AND instr(ids, ?4) > 0';
    const row = await this.#db
      .prepare(
        `SELECT piece, ids FROM feed_archive_articles WHERE scope = ?1 AND month = ?2 AND ${which}
         ORDER BY piece DESC LIMIT 1`,
      )
      .bind(scopeKey(scope), month, ...(article === undefined ? [number] : [article.published, article.id]))
      .first<{ piece: number; ids: string }>();
    return row === null ? undefined : { piece: row.piece, ids: JSON.parse(row.ids) };
  }

  /** Articles as they were at a time, newest first. */
  async #editions(ids: readonly string[], time: number): Promise<Article[]> {
    const asItWas = (column: string) =>
      `CASE WHEN edition.id IS NULL THEN articles.${column} ELSE edition.${column} END AS ${column}`;
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, source_id, articles.published, ${asItWas('title')}, ${asItWas('link')},
           ${asItWas('front')}, ${asItWas('content_html')}, url, entry, feed_title
         FROM articles JOIN sources ON sources.id = source_id
         LEFT JOIN article_editions AS edition ON edition.id = articles.id AND edition.until =
           (SELECT min(until) FROM article_editions WHERE id = articles.id AND until > ?2)
         WHERE articles.id IN (SELECT value FROM json_each(?1)) ORDER BY articles.published DESC, articles.id`,
      )
      .bind(JSON.stringify(ids), time)
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

  /** What a feed is now. One row read, for a single source's feed two. */
  async state(scope: FeedScope): Promise<FeedState> {
    if (scope.kind === 'view') return this.#viewState(scope.name);
    const row = await this.#db
      .prepare(
        `SELECT version, gone, moved_to, ${scope.kind === 'source' ? '(SELECT broken_since FROM sources WHERE id = ?2)' : '?2'} AS broken_since
         FROM feed_versions WHERE scope = ?1`,
      )
      .bind(scopeKey(scope), scope.kind === 'source' ? scope.id : null)
      .first<{ version: number; gone: number; moved_to: string | null; broken_since: number | null }>();
    if (row === null) return { kind: 'unknown' };
    if (row.gone === 1)
      return { kind: 'gone', ...(row.moved_to !== null && { movedTo: scopeOfKey(row.moved_to) }) };
    return {
      kind: 'live',
      version: row.version,
      changedAt: row.version,
      ...(row.broken_since !== null && { brokenSince: row.broken_since }),
    };
  }

  /** A view has changed whenever one of the feeds has whose articles it shows; so its version is the sum of theirs. */
  async #viewState(name: string): Promise<FeedState> {
    const row = await this.#db
      .prepare(
        `SELECT entry, removed_at, changed_at + coalesce(sum(version), 0) AS version,
           max(changed_at, coalesce(max(version), 0)) AS changed_at
         FROM views LEFT JOIN feed_versions ON scope IN (SELECT value FROM json_each(scopes))
         WHERE name = ?1 GROUP BY name`,
      )
      .bind(name)
      .first<{ entry: string; removed_at: number | null; version: number; changed_at: number }>();
    if (row === null) return { kind: 'unknown' };
    if (row.removed_at !== null) return { kind: 'gone' };
    return {
      kind: 'live',
      version: row.version,
      changedAt: row.changed_at,
      view: JSON.parse(row.entry),
    };
  }

  /** Ids of the sources that have articles with a tag. */
  async sourcesOfTag(tag: string): Promise<string[]> {
    const { results } = await this.#db
      .prepare('SELECT DISTINCT source_id AS id FROM article_tags JOIN articles USING (id) WHERE tag = ?1')
      .bind(tag)
      .all<{ id: string }>();
    return results.map(({ id }) => id);
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

  /**
   * Whether one of the fifty newest articles of a source shows this very picture. It reads as many rows for each source
   * that shows pictures of the host, of twenty such sources at most.
   */
  async showsPicture({ host, href }: URL): Promise<boolean> {
    const { results } = await this.#db
      .prepare(
        `SELECT 1 FROM (SELECT source_id FROM picture_pages WHERE host = ?1 LIMIT 20) AS showing
         WHERE EXISTS (SELECT 1 FROM (
           SELECT content_html, front FROM articles WHERE articles.source_id = showing.source_id
           ORDER BY published DESC LIMIT 50
         ) WHERE instr(content_html, ?2 || '"') OR instr(content_html, ?2 || ' ') OR instr(content_html, ?2 || ',')
           OR instr(front, ?3)) LIMIT 1`,
      )
      .bind(host, IMAGE_MARK + href.replaceAll('&', '&amp;'), JSON.stringify(href))
      .all();
    return results.length > 0;
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

const SCOPES_OF_A_VIEW =
  'SELECT scopes.value AS scope FROM views, json_each(views.scopes) AS scopes WHERE name = ?1';
/** Those it names, and those of the categories it names or of one below: as in `scopeQuery`. */
const SOURCES_OF_A_VIEW = `SELECT sources.id FROM sources JOIN (${SCOPES_OF_A_VIEW})
  ON scope IN ('all', 'source:' || sources.id, 'category:' || sources.categories)
  OR (scope GLOB 'category:*'
    AND substr('category:' || sources.categories, 1, length(scope)) = substr(scope, 1, length(scope) - 1) || ',')`;
const TAGGED_FOR_A_VIEW = `SELECT article_tags.id FROM article_tags JOIN (${SCOPES_OF_A_VIEW})
  ON scope = 'tag:' || tag`;

/** Where the articles of a scope are found, and the table whose index has them in a feed's order. */
function scopeQuery(scope: FeedScope): {
  from: string;
  where: string;
  order: 'articles' | 'article_tags';
  /** What `?1` in the condition stands for. */
  parameter: string;
} {
  switch (scope.kind) {
    case 'all':
      return { from: 'articles', where: `?1 = ''`, order: 'articles', parameter: '' };
    case 'category':
      // ["a","b"] and what lies below it: the JSON without its closing bracket is the prefix of its descendants'
      return {
        from: 'articles',
        where: `source_id IN (SELECT id FROM sources WHERE categories = ?1
          OR substr(categories, 1, length(?1)) = substr(?1, 1, length(?1) - 1) || ',')`,
        order: 'articles',
        parameter: JSON.stringify(scope.path),
      };
    case 'source':
      return { from: 'articles', where: 'source_id = ?1', order: 'articles', parameter: scope.id };
    case 'tag':
      return {
        from: 'article_tags JOIN articles USING (id)',
        where: 'tag = ?1',
        order: 'article_tags',
        parameter: scope.tag,
      };
    case 'view':
      return {
        from: 'articles',
        where: `(source_id IN (${SOURCES_OF_A_VIEW}) OR articles.id IN (${TAGGED_FOR_A_VIEW}))`,
        order: 'articles',
        parameter: scope.name,
      };
  }
}

function toRow({ article, guid, contentHash, simhash }: IdentifiedArticle): object {
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
  return {
    id,
    title,
    link,
    guid,
    published,
    contentHtml,
    contentHash,
    simhash,
    front: JSON.stringify(front),
  };
}

function toPrint({ link, page, simhash, language, ...row }: PrintRow): StoredPrint {
  return {
    ...row,
    ...(link !== null && { link }),
    ...(page !== null && { page }),
    ...(simhash !== null && { simhash }),
    ...(language !== null && { language }),
  };
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
  const pages = new Map<string, string | undefined>();
  for (const { article, pictures } of articles) {
    for (const picture of pictures) {
      const origin = picture.slice(0, picture.indexOf('/', 'https://'.length));
      if (!pages.has(origin)) pages.set(origin, article.link);
    }
  }
  return [...pages].map(([origin, page]) => {
    const { host } = new URL(origin);
    return page === undefined ? { host } : { host, page };
  });
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
