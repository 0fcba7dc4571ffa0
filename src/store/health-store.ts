import type { SourceEntry } from '../sources/source-list.ts';

/** A source, or the database, that broke or recovered. Times are milliseconds since 1970. */
export interface HealthChange {
  /** Rises from change to change. */
  id: number;
  kind: 'broke' | 'recovered';
  at: number;
  /** When it broke. */
  since: number;
  /** What is, or was, wrong, in a sentence. */
  detail: string;
  /** Absent where it is the database. */
  source?: SourceEntry & { id: string; feedTitle?: string };
}

/** All sources in a few numbers. */
export interface HealthSummary {
  sources: number;
  /** Sources that count as broken. */
  broken: number;
  /** Sources that have never been polled. */
  waiting: number;
  /** Sources whose poll should have begun an hour ago and more. */
  overdue: number;
  /** When the last poll ended. */
  lastCheckAt?: number;
  /** Size of the database. */
  databaseBytes: number;
  /** Whether the database counts as too full. */
  databaseBroken: boolean;
  /** How often in a row posts could not be published. */
  publishingFailures: number;
  /** How requests for pictures were answered, by day (UTC), today and the day before. */
  pictures: Record<string, Record<string, number>>;
}

interface ChangeRow {
  id: number;
  kind: 'broke' | 'recovered';
  at: number;
  since: number;
  detail: string;
  source_id: string | null;
  url: string;
  entry: string;
  feed_title: string | null;
}

interface SummaryRow {
  sources: number;
  broken: number;
  waiting: number;
  overdue: number;
  last_check_at: number | null;
  database_broken: number;
  publishing_failures: number | null;
  pictures: string;
}

const HOUR = 3_600_000;

const CHANGES = `SELECT health_changes.id, kind, at, since, detail, source_id, url, entry, feed_title
  FROM health_changes LEFT JOIN sources ON sources.id = source_id`;
const DATABASE_IS_BROKEN = `coalesce(
  (SELECT kind = 'broke' FROM health_changes WHERE source_id IS NULL ORDER BY id DESC LIMIT 1), 0)`;

/**
 * What broke and what recovered, in D1. Changes of sources are written by a trigger with the poll that found them, so
 * there is nothing here to write them with.
 */
export class HealthStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** The newest changes, newest first. */
  async latest(limit: number): Promise<HealthChange[]> {
    const { results } = await this.#db
      .prepare(`${CHANGES} ORDER BY health_changes.id DESC LIMIT ?1`)
      .bind(limit)
      .all<ChangeRow>();
    return results.map(fromRow);
  }

  /** One query; it reads every source's row. */
  async summary(now: number): Promise<HealthSummary> {
    const { results, meta } = await this.#db
      .prepare(
        `SELECT count(*) AS sources, count(broken_since) AS broken,
           count(*) - count(last_checked_at) AS waiting,
           count(CASE WHEN last_checked_at IS NOT NULL AND next_check_at < ?1 THEN 1 END) AS overdue,
           max(last_checked_at) AS last_check_at, ${DATABASE_IS_BROKEN} AS database_broken,
           (SELECT value ->> 'failures' FROM settings WHERE name = 'git') AS publishing_failures,
           (SELECT json_group_object(day, json(counts)) FROM picture_counts WHERE day >= date(?2 / 1000, 'unixepoch'))
             AS pictures
         FROM sources`,
      )
      .bind(now - HOUR, now - 24 * HOUR)
      .all<SummaryRow>();
    const [row] = results;
    return {
      sources: row?.sources ?? 0,
      broken: row?.broken ?? 0,
      waiting: row?.waiting ?? 0,
      overdue: row?.overdue ?? 0,
      databaseBytes: meta.size_after,
      databaseBroken: row?.database_broken === 1,
      publishingFailures: row?.publishing_failures ?? 0,
      pictures: JSON.parse(row?.pictures ?? '{}'),
      ...(typeof row?.last_check_at === 'number' && { lastCheckAt: row.last_check_at }),
    };
  }

  /** Records that the database is too full, or no longer; the same news twice is written once. */
  async recordDatabase(kind: HealthChange['kind'], detail: string, now: number): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO health_changes (kind, at, since, detail)
         SELECT ?1, ?2, coalesce(
           (SELECT since FROM health_changes WHERE source_id IS NULL AND ?1 = 'recovered' ORDER BY id DESC LIMIT 1),
           ?2), ?3
         WHERE ${DATABASE_IS_BROKEN} <> (?1 = 'broke')`,
      )
      .bind(kind, now, detail)
      .run();
  }

  /** Changes since `oldest` that the owner's webhook has not been told and that are to be tried now, oldest first. */
  async toTell(now: number, { oldest, limit }: { oldest: number; limit: number }): Promise<HealthChange[]> {
    const { results } = await this.#db
      .prepare(
        `${CHANGES} WHERE at >= ?1 AND told_at IS NULL AND tell_after <= ?2 ORDER BY health_changes.id LIMIT ?3`,
      )
      .bind(oldest, now, limit)
      .all<ChangeRow>();
    return results.map(fromRow);
  }

  async recordTold(ids: readonly number[], now: number): Promise<void> {
    await this.#db
      .prepare('UPDATE health_changes SET told_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))')
      .bind(JSON.stringify(ids), now)
      .run();
  }

  /** Puts changes off whose telling failed: `pause` milliseconds, doubled for each time it failed before. */
  async recordNotTold(
    ids: readonly number[],
    now: number,
    { pause, longest }: { pause: number; longest: number },
  ): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE health_changes SET failed_tellings = failed_tellings + 1,
           tell_after = ?2 + min(?3 * (1 << min(failed_tellings, 20)), ?4)
         WHERE id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(ids), now, pause, longest)
      .run();
  }

  /** Forgets what happened to sources before a time, at most `limit` changes. */
  async forget(before: number, limit: number): Promise<void> {
    await this.#db
      .prepare(
        'DELETE FROM health_changes WHERE id IN (SELECT id FROM health_changes WHERE at < ?1 AND source_id IS NOT NULL ORDER BY at LIMIT ?2)',
      )
      .bind(before, limit)
      .run();
  }
}

function fromRow(row: ChangeRow): HealthChange {
  const { id, kind, at, since, detail } = row;
  return {
    id,
    kind,
    at,
    since,
    detail,
    ...(row.source_id !== null && {
      source: {
        id: row.source_id,
        url: row.url,
        ...JSON.parse(row.entry),
        ...(row.feed_title !== null && { feedTitle: row.feed_title }),
      },
    }),
  };
}
