import { isBroken } from '../sources/health.ts';
import type { FollowedSource, PollState, Source, SourceFailure } from '../sources/source.ts';
import { sourceId } from '../sources/source.ts';
import type { SourceEntry, SourceList } from '../sources/source-list.ts';

/** What an import changed. */
export interface ImportCounts {
  added: number;
  updated: number;
  removed: number;
  unchanged: number;
}

/** What there is of a source's articles. */
export interface ArticleStatistics {
  articles: number;
  /** When the newest was published: milliseconds since 1970. */
  newest: number;
  /** Published a day, of late. */
  perDay: number;
}

const DAY = 24 * 3_600_000;
const STATISTICS_DAYS = 30;

interface SourceRow {
  id: string;
  url: string;
  entry: string;
  next_check_at: number;
  etag: string | null;
  last_modified: string | null;
  body_hash: string | null;
  last_checked_at: number | null;
  last_success_at: number | null;
  consecutive_failures: number;
  failure: string | null;
  broken_since: number | null;
  repairs: string;
  identity_mode: string;
  feed_title: string | null;
  site_link: string | null;
}

/** How long a poll may be under way before the source is due again: longer than a queue's retries take. */
const LEASE = 15 * 60_000;

/** The sources and their polling state in D1. */
export class SourceStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** All sources in the order they were added. */
  async all(): Promise<FollowedSource[]> {
    const { results } = await this.#db
      .prepare('SELECT * FROM sources ORDER BY added_at, rowid')
      .all<SourceRow>();
    return results.map(fromRow);
  }

  async find(id: string): Promise<FollowedSource | undefined> {
    const row = await this.#db.prepare('SELECT * FROM sources WHERE id = ?').bind(id).first<SourceRow>();
    return row === null ? undefined : fromRow(row);
  }

  /** A source that was taken with `claimDue` and whose poll has not been saved since. */
  async findLeased(id: string): Promise<FollowedSource | undefined> {
    const row = await this.#db
      .prepare('SELECT * FROM sources WHERE id = ? AND leased_until > 0')
      .bind(id)
      .first<SourceRow>();
    return row === null ? undefined : fromRow(row);
  }

  /** Whether a source is at this origin, e.g. `http://127.0.0.1:4801`. */
  async hasOrigin(origin: string): Promise<boolean> {
    const row = await this.#db
      .prepare(`SELECT 1 FROM sources WHERE substr(url, 1, length(?1) + 1) = ?1 || '/' LIMIT 1`)
      .bind(origin)
      .first();
    return row !== null;
  }

  /** What there is of each source's articles, or of one source's, by source id; none for a source without any. */
  async articleStatistics(now: number, id?: string): Promise<Map<string, ArticleStatistics>> {
    const { results } = await this.#db
      .prepare(
        `SELECT source_id AS id, count(*) AS articles, max(published) AS newest,
           count(CASE WHEN published >= ?1 THEN 1 END) AS lately
         FROM articles ${id === undefined ? '' : 'WHERE source_id = ?2'} GROUP BY source_id`,
      )
      .bind(now - STATISTICS_DAYS * DAY, ...(id === undefined ? [] : [id]))
      .all<{ id: string; articles: number; newest: number; lately: number }>();
    return new Map(
      results.map(({ id, articles, newest, lately }) => [
        id,
        { articles, newest, perDay: Math.round((100 * lately) / STATISTICS_DAYS) / 100 },
      ]),
    );
  }

  /** RSSHub instances in order of preference. */
  async rsshubInstances(): Promise<string[]> {
    const value = await this.#db
      .prepare(`SELECT value FROM settings WHERE name = 'rsshub'`)
      .first<string>('value');
    return value === null ? [] : JSON.parse(value);
  }

  /**
   * Adds what is new in the list, updates what differs and, with `prune`, removes what is not in it; in one
   * transaction. Importing the same list again changes nothing. A list without instances keeps those there are.
   */
  async import(list: SourceList, options: { now: number; prune?: boolean }): Promise<ImportCounts> {
    const { now } = options;
    const all = (await this.all()).map(({ source }) => source);
    const byUrl = new Map(all.map((source) => [source.url, source]));
    const byId = new Map(all.map((source) => [source.id, source]));
    // a source that has moved keeps the id of the address it was added with
    const find = ({ url }: SourceEntry) => byUrl.get(url) ?? byId.get(sourceId(url));
    const added = list.sources.filter((entry) => find(entry) === undefined);
    const updated = list.sources.filter((entry) => {
      const known = find(entry);
      return known !== undefined && entryJson(known) !== entryJson(entry);
    });
    const listed = new Set(list.sources.map((entry) => find(entry)?.id));
    const removed = options.prune ? all.filter(({ id }) => !listed.has(id)) : [];

    const statements = [
      ...chunksOf(added, 500).map((entries) =>
        this.#db
          .prepare(
            `INSERT INTO sources (id, url, entry, categories, added_at, next_check_at)
             SELECT value ->> 'id', value ->> 'url', value ->> 'entry', value ->> 'categories', ?2, ?2
             FROM json_each(?1) WHERE true`,
          )
          .bind(JSON.stringify(entries.map((entry) => toEntryRow(entry, sourceId(entry.url)))), now),
      ),
      ...chunksOf(updated, 500).map((entries) =>
        this.#db
          .prepare(
            `UPDATE sources SET entry = changed.entry, categories = changed.categories
             FROM (SELECT value ->> 'id' AS id, value ->> 'entry' AS entry, value ->> 'categories' AS categories
                   FROM json_each(?1)) AS changed
             WHERE sources.id = changed.id`,
          )
          .bind(
            JSON.stringify(entries.map((entry) => toEntryRow(entry, find(entry)?.id ?? sourceId(entry.url)))),
          ),
      ),
    ];
    if (removed.length > 0) statements.push(...this.#removal(removed.map(({ id }) => id)));
    if (list.rsshub.length > 0) {
      statements.push(
        this.#db
          .prepare(
            `INSERT INTO settings (name, value) VALUES ('rsshub', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
          )
          .bind(JSON.stringify(list.rsshub)),
      );
    }
    if (updated.length + removed.length > 0) statements.push(this.#newVersions(now));
    if (statements.length > 0) await this.#db.batch(statements);
    return {
      added: added.length,
      updated: updated.length,
      removed: removed.length,
      unchanged: list.sources.length - added.length - updated.length,
    };
  }

  /** Removes a source and its articles. Tells whether there was one. */
  async remove(id: string, now: number): Promise<boolean> {
    if ((await this.find(id)) === undefined) return false;
    await this.#db.batch([...this.#removal([id]), this.#newVersions(now)]);
    return true;
  }

  /**
   * Takes the sources that are due, at most `limit`, so that no other caller gets them while they are polled. One
   * whose poll never ends is due again after 15 minutes.
   */
  async claimDue(now: number, limit: number): Promise<{ id: string; url: string }[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE sources SET leased_until = ?2
         WHERE id IN (SELECT id FROM sources WHERE next_check_at <= ?1 AND leased_until <= ?1
                      ORDER BY next_check_at LIMIT ?3)
         RETURNING id, url`,
      )
      .bind(now, now + LEASE, limit)
      .all<{ id: string; url: string }>();
    return results;
  }

  /**
   * Follows a source at another address from now on; its id and its articles stay. Tells whether it could: not where
   * another source is at that address.
   */
  async move(id: string, url: string, now: number): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE sources SET url = ?2, next_check_at = ?3, etag = NULL, last_modified = NULL, body_hash = NULL
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sources WHERE url = ?2)`,
      )
      .bind(id, url, now)
      .run();
    return meta.changes > 0;
  }

  /** Makes one source, or all, due now, whatever their plan; a poll under way does not stop it. */
  async makeDue(now: number, id?: string): Promise<void> {
    await this.#db
      .prepare('UPDATE sources SET next_check_at = ?1, leased_until = 0 WHERE ?2 IS NULL OR id = ?2')
      .bind(now, id ?? null)
      .run();
  }

  /** Records how a poll ended and gives the source free for the next one. */
  async savePoll(id: string, state: PollState): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE sources SET leased_until = 0, next_check_at = ?2, etag = ?3, last_modified = ?4, body_hash = ?5,
           last_checked_at = ?6, last_success_at = ?7, consecutive_failures = ?8, failure = ?9, repairs = ?10,
           identity_mode = ?11, feed_title = ?12, site_link = ?13,
           broken_since = CASE WHEN ?14 THEN coalesce(broken_since, ?6) END
         WHERE id = ?1`,
      )
      .bind(
        id,
        state.nextCheckAt,
        state.etag ?? null,
        state.lastModified ?? null,
        state.bodyHash ?? null,
        state.lastCheckedAt ?? null,
        state.lastSuccessAt ?? null,
        state.consecutiveFailures,
        state.failure === undefined ? null : JSON.stringify(state.failure),
        JSON.stringify(state.repairs),
        state.identityMode,
        state.feedTitle ?? null,
        state.siteLink ?? null,
        isBroken(state) ? 1 : 0,
      )
      .run();
  }

  #removal(ids: readonly string[]): D1PreparedStatement[] {
    const list = JSON.stringify(ids);
    return ['DELETE FROM articles WHERE source_id', 'DELETE FROM sources WHERE id'].map((sql) =>
      this.#db.prepare(`${sql} IN (SELECT value FROM json_each(?1))`).bind(list),
    );
  }

  /** Categories or whole sources changed: every feed may look different. */
  #newVersions(now: number): D1PreparedStatement {
    return this.#db.prepare('UPDATE feed_versions SET version = max(version + 1, ?1)').bind(now);
  }
}

function toEntryRow(entry: SourceEntry, id: string): Record<string, string> {
  return {
    id,
    url: entry.url,
    entry: entryJson(entry),
    categories: JSON.stringify(entry.categories),
  };
}

/** The owner's words in one fixed order, so that equal entries are equal texts. */
function entryJson({ categories, title, poll, author, timezone, fulltext }: SourceEntry): string {
  return JSON.stringify({ categories, title, poll, author, timezone, fulltext });
}

function fromRow(row: SourceRow): FollowedSource {
  const source: Source = { id: row.id, url: row.url, ...JSON.parse(row.entry) };
  const failure: SourceFailure | undefined = row.failure === null ? undefined : JSON.parse(row.failure);
  const state: PollState = {
    nextCheckAt: row.next_check_at,
    consecutiveFailures: row.consecutive_failures,
    repairs: JSON.parse(row.repairs),
    identityMode: row.identity_mode === 'link' ? 'link' : 'guid',
    ...(row.etag !== null && { etag: row.etag }),
    ...(row.last_modified !== null && { lastModified: row.last_modified }),
    ...(row.body_hash !== null && { bodyHash: row.body_hash }),
    ...(row.last_checked_at !== null && { lastCheckedAt: row.last_checked_at }),
    ...(row.last_success_at !== null && { lastSuccessAt: row.last_success_at }),
    ...(failure !== undefined && { failure }),
    ...(row.broken_since !== null && { brokenSince: row.broken_since }),
    ...(row.feed_title !== null && { feedTitle: row.feed_title }),
    ...(row.site_link !== null && { siteLink: row.site_link }),
  };
  return { source, state };
}

/** D1 takes 2 MB a parameter; a source list of thousands goes in pieces. */
function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
