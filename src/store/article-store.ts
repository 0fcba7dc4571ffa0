import type { Article, ArticleIdentity, IdentifiedArticle, SavedItem, UnchangedItem } from '../article.ts';
import { type FeedScope, scopeKey, scopeKeysOf, scopeOfKey } from '../sources/feed-scope.ts';
import type { Source } from '../sources/source.ts';
import type { ViewEntry } from '../sources/view-entry.ts';
import { type ArticleRow, fromRow } from './article-row.ts';
import { pageKey } from './page-key.ts';
import { type Position, scopeQuery } from './scope-query.ts';

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

/** An article that is stored, or was removed and is not to come back. */
export interface KnownArticle {
  link?: string;
  published: number;
  isRemoved: boolean;
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
const BOTH_FINGERPRINTS = `(SELECT json_group_object(key, value) FROM (
  SELECT key, value FROM json_each(excluded.fingerprints)
  UNION SELECT key, value FROM json_each(feed_contents.fingerprints)
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

  /** The items that a source's feed showed when it was last saved, and whose articles are still there, by fingerprint. */
  async savedItems(sourceId: string): Promise<Map<string, SavedItem>> {
    const { results } = await this.#db
      .prepare(
        `SELECT items.key AS fingerprint, articles.id, published
         FROM feed_contents, json_each(fingerprints) AS items JOIN articles ON articles.id = items.value
         WHERE feed_contents.source_id = ?1`,
      )
      .bind(sourceId)
      .all<SavedItem & { fingerprint: string }>();
    return new Map(results.map(({ fingerprint, ...item }) => [fingerprint, item]));
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
   * Writes what a document of a source brought. Articles are an upsert on their ids: one that is stored with the same
   * content is left alone, one that changed keeps its date of publication. The versions of the feeds that show them rise
   * in the same transaction as the articles, and only when one changed. Retention leaves what the document shows until
   * another one shows something else; a `partial` document, a delta or a push, is shown besides the one before. Tells how
   * many articles changed.
   */
  async save(
    source: Source,
    document: { articles: readonly IdentifiedArticle[]; unchanged?: readonly UnchangedItem[] },
    now: number,
    { partial = false } = {},
  ): Promise<number> {
    const scopes = JSON.stringify(scopeKeysOf(source));
    const shown = shownItems(document);
    const pieces = piecesOf(document.articles);
    if (pieces.length === 0 && shown.length > 0) await this.#showing(source.id, shown, now, partial).run();
    let changed = 0;
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
        ...(piece === pieces.at(-1) ? [this.#showing(source.id, shown, now, partial)] : []),
      ]);
      changed += counted?.results[0]?.changed ?? 0;
    }
    return changed;
  }

  /** Records which items a source's feed shows. */
  #showing(
    sourceId: string,
    shown: readonly ShownItem[],
    now: number,
    partial: boolean,
  ): D1PreparedStatement {
    const ids = JSON.stringify(shown.map(({ id }) => id));
    const fingerprints = JSON.stringify(
      Object.fromEntries(shown.map(({ id, fingerprint }) => [fingerprint, id])),
    );
    return this.#db
      .prepare(
        `INSERT INTO feed_contents (source_id, changed_at, article_ids, fingerprints) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (source_id) DO UPDATE SET
           changed_at = iif(feed_contents.article_ids = excluded.article_ids, changed_at, excluded.changed_at),
           article_ids = ${partial ? BOTH_SHOWN : 'excluded.article_ids'},
           fingerprints = ${partial ? BOTH_FINGERPRINTS : 'excluded.fingerprints'}
         WHERE feed_contents.article_ids <> excluded.article_ids
           OR feed_contents.fingerprints <> excluded.fingerprints`,
      )
      .bind(sourceId, now, ids, fingerprints);
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
}

/** An item as its feed shows it. */
interface ShownItem {
  id: string;
  place: number;
  fingerprint: string;
}

/** The items of a document in its order. */
function shownItems({ articles, unchanged = [] }: Parameters<ArticleStore['save']>[1]): ShownItem[] {
  const read = articles.map(({ article: { id }, place, fingerprint }) => ({ id, place, fingerprint }));
  return [...read, ...unchanged].sort((one, other) => one.place - other.place);
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
