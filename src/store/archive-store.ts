import type { Article } from '../article.ts';
import { type FeedScope, scopeKey } from '../sources/feed-scope.ts';
import type { PollState, Source } from '../sources/source.ts';
import { type ArticleRow, fromRow } from './article-row.ts';
import { type Position, scopeQuery } from './scope-query.ts';

/** Ids in one row of an archive: 180 KB, of the 2 MB that D1 takes. */
const PIECE = 5000;

/** A month of a feed that does not change any more. */
export interface FeedArchive {
  scope: FeedScope;
  month: string;
  /** Milliseconds since 1970. */
  closedAt: number;
  /** The month before it that has articles, such as `2026-09`. */
  previous?: string;
}

/** A source as it was, as far as articles show it. */
export interface SourceEdition {
  source: Source;
  state: Pick<PollState, 'feedTitle' | 'siteLink'>;
}

/** Until when the edition counted that was there at a time; NULL where nothing has changed since. */
const editionAt = (time: string, table: string, id: string) =>
  `(SELECT min(until) FROM ${table} WHERE id = ${id} AND until > ${time})`;

/** A column as the edition has it, or as it is where there is none. */
const asItWas = (table: string, edition: string) => (column: string) =>
  `CASE WHEN ${edition}.id IS NULL THEN ${table}.${column} ELSE ${edition}.${column} END AS ${column}`;

/** Months of feeds that do not change any more (RFC 5005, 4), in D1. */
export class ArchiveStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
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
  async closed(
    scope: FeedScope,
    month: string,
    range: { start: number; end: number },
    now: number,
  ): Promise<FeedArchive | undefined> {
    const closed = await this.#find(scope, month);
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
           SELECT ?2, ?3, place / ${PIECE}, max(published), json_group_array(id ORDER BY place) FROM (
             SELECT articles.id, ${order}.published,
               row_number() OVER (ORDER BY ${order}.published DESC, ${order}.id) - 1 AS place
             FROM ${from} WHERE ${where} AND ${order}.published >= ?4 AND ${order}.published < ?5)
           WHERE NOT EXISTS (SELECT 1 FROM feed_archive_articles WHERE scope = ?2 AND month = ?3)
           GROUP BY place / ${PIECE}`,
        )
        .bind(parameter, key, month, range.start, range.end),
    ]);
    return this.#find(scope, month);
  }

  async #find(scope: FeedScope, month: string): Promise<FeedArchive | undefined> {
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
  async articles(archive: FeedArchive, limit: number, before?: Position): Promise<Article[]> {
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

  /** Sources as they were when an archive was closed, where they have changed since. */
  async sourceEditions({ closedAt }: FeedArchive): Promise<SourceEdition[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT id, url, entry, feed_title, site_link FROM source_editions AS edition
         WHERE until = ${editionAt('?1', 'source_editions', 'edition.id')}`,
      )
      .bind(closedAt)
      .all<{ id: string; url: string; entry: string; feed_title: string | null; site_link: string | null }>();
    return results.map(({ id, url, entry, feed_title: feedTitle, site_link: siteLink }) => ({
      source: { id, url, ...JSON.parse(entry) },
      state: { ...(feedTitle !== null && { feedTitle }), ...(siteLink !== null && { siteLink }) },
    }));
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
    const ofArticle = ['title', 'link', 'front', 'content_html'].map(asItWas('articles', 'edition'));
    const ofSource = ['url', 'entry', 'feed_title'].map(asItWas('sources', 'source_edition'));
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, source_id, articles.published, ${[...ofArticle, ...ofSource].join(', ')}
         FROM articles JOIN sources ON sources.id = source_id
         LEFT JOIN article_editions AS edition
           ON edition.id = articles.id AND edition.until = ${editionAt('?2', 'article_editions', 'articles.id')}
         LEFT JOIN source_editions AS source_edition
           ON source_edition.id = source_id AND source_edition.until = ${editionAt('?2', 'source_editions', 'source_id')}
         WHERE articles.id IN (SELECT value FROM json_each(?1)) ORDER BY articles.published DESC, articles.id`,
      )
      .bind(JSON.stringify(ids), time)
      .all<ArticleRow>();
    return results.map(fromRow);
  }
}
