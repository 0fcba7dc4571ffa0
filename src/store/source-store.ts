import type { OwnProfiles } from '../posts/own-profile.ts';
import { scopeKey, scopeKeysOf } from '../sources/feed-scope.ts';
import { isBroken } from '../sources/health.ts';
import type { FollowedSource, PollState, Source } from '../sources/source.ts';
import { sourceId } from '../sources/source.ts';
import type { SourceEntry, SourceList } from '../sources/source-list.ts';
import { fromSourceRow, NEVER, type SourceRow } from './source-row.ts';

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
    return results.map(fromSourceRow);
  }

  async find(id: string): Promise<FollowedSource | undefined> {
    const row = await this.#db.prepare('SELECT * FROM sources WHERE id = ?').bind(id).first<SourceRow>();
    return row === null ? undefined : fromSourceRow(row);
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

  /** The owner's profiles of posts. */
  async ownProfiles(): Promise<OwnProfiles> {
    const value = await this.#db
      .prepare(`SELECT value FROM settings WHERE name = 'profiles'`)
      .first<string>('value');
    return value === null ? {} : JSON.parse(value);
  }

  /**
   * Adds what is new in the list, updates what differs and, with `prune`, removes what is not in it; in one
   * transaction. Importing the same list again changes nothing. A list without instances or
   * profiles keeps those there are.
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
    if (list.rsshub.length > 0) statements.push(this.#setting('rsshub', list.rsshub));
    if (list.profiles !== undefined) statements.push(this.#setting('profiles', list.profiles));
    const isGone = new Set(removed.map(({ id }) => id));
    const after = [
      ...all.filter(({ id }) => !isGone.has(id)),
      ...added.map((entry) => ({ ...entry, id: sourceId(entry.url) })),
    ].map((source) => ({
      ...source,
      categories: updated.find((entry) => find(entry)?.id === source.id)?.categories ?? source.categories,
    }));
    if (updated.length + removed.length > 0) statements.push(this.#newVersions(now));
    if (updated.length + removed.length + added.length > 0) statements.push(this.#feedsThatAre(all, after));
    if (statements.length > 0) await this.#db.batch(statements);
    return {
      added: added.length,
      updated: updated.length,
      removed: removed.length,
      unchanged: list.sources.length - added.length - updated.length,
    };
  }

  #setting(name: string, value: unknown): D1PreparedStatement {
    return this.#db
      .prepare(
        `INSERT INTO settings (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value`,
      )
      .bind(name, JSON.stringify(value));
  }

  /** Removes a source and its articles. Tells whether there was one. */
  async remove(id: string, now: number): Promise<boolean> {
    const all = (await this.all()).map(({ source }) => source);
    const others = all.filter((source) => source.id !== id);
    if (others.length === all.length) return false;
    await this.#db.batch([...this.#removal([id]), this.#newVersions(now), this.#feedsThatAre(all, others)]);
    return true;
  }

  /**
   * Follows a source at another address from now on; its id and its articles stay. Tells whether it could: not where
   * another source is at that address.
   */
  async move(id: string, url: string): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE sources SET url = ?2, etag = NULL, last_modified = NULL, body_hash = NULL, stable_hash = NULL,
           redirect = NULL, failure = json_remove(failure, '$.proposedUrl', '$.lookAgainAt')
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sources WHERE url = ?2)`,
      )
      .bind(id, url)
      .run();
    return meta.changes > 0;
  }

  /** Takes a proposed address away, which is then proposed no more while the source fails. Tells whether there was one. */
  async refuseProposal(id: string): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE sources SET failure = json_remove(
           json_set(failure, '$.refusedUrls',
             json_insert(coalesce(failure -> '$.refusedUrls', '[]'), '$[#]', failure ->> '$.proposedUrl')),
           '$.proposedUrl', '$.lookAgainAt')
         WHERE id = ?1 AND failure ->> '$.proposedUrl' IS NOT NULL`,
      )
      .bind(id)
      .run();
    return meta.changes > 0;
  }

  /** Makes sources due now, whatever their plan; those whose poll is queued or under way are left alone. */
  async makeDue(ids: readonly string[], now: number): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE sources SET next_check_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))
         AND NOT EXISTS (SELECT 1 FROM poll_runs, json_each(claims) AS claim WHERE leased_until > ?2
           AND claim.value ->> 'id' = sources.id AND claim.value ->> 'due' = next_check_at)`,
      )
      .bind(JSON.stringify(ids), now)
      .run();
  }

  /** Follows a source at the address that it has been redirected to for good, unless another source is there. */
  async followRedirect(id: string, url: string): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE sources SET url = ?2, redirect = NULL
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sources WHERE url = ?2)`,
      )
      .bind(id, url)
      .run();
  }

  /** Records how a poll ended; one row. With that the source is free for the next one. */
  async savePoll(id: string, state: PollState): Promise<void> {
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    await this.#db
      .prepare(
        `UPDATE sources SET next_check_at = ?2, etag = ?3, last_modified = ?4, body_hash = ?5, stable_hash = ?6,
           hints = ?7, rhythm = ?8, redirect = ?9, instances = ?10, last_checked_at = ?11, last_success_at = ?12,
           consecutive_failures = ?13, failure = ?14, repairs = ?15, identity_mode = ?16, feed_title = ?17,
           site_link = ?18, broken_since = CASE WHEN ?19 THEN coalesce(broken_since, ?11) END
         WHERE id = ?1`,
      )
      .bind(
        id,
        state.nextCheckAt ?? NEVER,
        state.etag ?? null,
        state.lastModified ?? null,
        state.bodyHash ?? null,
        state.stableHash ?? null,
        JSON.stringify(state.hints),
        json(state.rhythm),
        json(state.redirect),
        JSON.stringify(state.instances),
        state.lastCheckedAt ?? null,
        state.lastSuccessAt ?? null,
        state.consecutiveFailures,
        json(state.failure),
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

  /** Marks the feeds that lost their last source as gone, with where they moved to, and those that have one as there. */
  #feedsThatAre(before: readonly Source[], after: readonly Source[]): D1PreparedStatement {
    return this.#db
      .prepare(
        `UPDATE feed_versions SET gone = scope NOT IN (SELECT value FROM json_each(?1)),
           moved_to = CASE WHEN scope NOT IN (SELECT value FROM json_each(?1))
             THEN coalesce((SELECT value FROM json_each(?2) AS move WHERE move.key = scope), moved_to) END
         WHERE (scope GLOB 'source:*' OR scope GLOB 'category:*')
           AND (gone = 1 OR scope NOT IN (SELECT value FROM json_each(?1)))`,
      )
      .bind(
        JSON.stringify([...new Set(after.flatMap(scopeKeysOf))]),
        JSON.stringify(Object.fromEntries(movedCategories(before, after))),
      );
  }

  /** Categories or whole sources changed: every feed may look different. */
  #newVersions(now: number): D1PreparedStatement {
    return this.#db.prepare('UPDATE feed_versions SET version = max(version + 1, ?1)').bind(now);
  }
}

/** Of the categories that have no source any more, those whose sources are all in one other of the same depth now. */
function movedCategories(before: readonly Source[], after: readonly Source[]): Map<string, string> {
  const now = new Map(after.map((source) => [source.id, source]));
  const live = new Set(after.flatMap(scopeKeysOf));
  const moves = new Map<string, Set<string | undefined>>();
  for (const source of before) {
    const levels = now.get(source.id)?.categories ?? [];
    source.categories.forEach((_, level) => {
      const from = scopeKey({ kind: 'category', path: source.categories.slice(0, level + 1) });
      if (live.has(from)) return;
      const to =
        level < levels.length ? scopeKey({ kind: 'category', path: levels.slice(0, level + 1) }) : undefined;
      moves.set(from, (moves.get(from) ?? new Set()).add(to));
    });
  }
  const moved = new Map<string, string>();
  for (const [from, targets] of moves) {
    const [to, another] = targets;
    if (to !== undefined && another === undefined && targets.size === 1) moved.set(from, to);
  }
  return moved;
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

/** D1 takes 2 MB a parameter; a source list of thousands goes in pieces. */
function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
