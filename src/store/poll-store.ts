import type { Claim, DueSource } from '../sources/poll-messages.ts';
import { outsideSkippedTimes } from '../sources/publisher-hints.ts';
import type { FollowedSource } from '../sources/source.ts';
import { fromSourceRow, type SourceRow } from './source-row.ts';

/** What there is to poll. */
export interface PollWork {
  /** Due and not under way, the longest due first. */
  due: DueSource[];
  /** Addresses of sources whose poll is queued or under way. */
  underWay: string[];
  /** The last run there was; a run that begins is the one after it. */
  lastRun: number;
}

/** A host that asked not to be asked. */
export interface HostPause {
  /** Milliseconds since 1970. */
  until: number;
  /** How often in a row it has asked so. */
  strikes: number;
}

export interface PollRun {
  id: number;
  /** Until then nobody else begins these polls. */
  leasedUntil: number;
  claims: readonly Claim[];
}

interface SubscriptionColumns {
  is_subscribed: number | null;
  pushed_at: number | null;
  hub: string | null;
  topic: string | null;
}

const WEEK = 7 * 24 * 3_600_000;

const UNDER_WAY = `FROM poll_runs, json_each(claims) AS claim
  JOIN sources ON sources.id = claim.value ->> 'id' AND next_check_at = claim.value ->> 'due'
  WHERE poll_runs.leased_until > ?1`;

/** Which polls are due, which are under way and by whom, and which hosts are to be left alone, in D1. */
export class PollStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** What is due, at most `limit` sources, and what is under way. */
  async work(now: number, limit: number): Promise<PollWork> {
    const [due, underWay, last] = (await this.#db.batch([
      this.#db
        .prepare(
          `SELECT id, url, next_check_at AS due, hints FROM sources WHERE next_check_at <= ?1
           AND id NOT IN (SELECT sources.id ${UNDER_WAY}) ORDER BY next_check_at LIMIT ?2`,
        )
        .bind(now, limit),
      this.#db.prepare(`SELECT url ${UNDER_WAY}`).bind(now),
      this.#db.prepare('SELECT max(id) AS id FROM poll_runs'),
    ])) as [
      D1Result<DueSource & { hints: string }>,
      D1Result<{ url: string }>,
      D1Result<{ id: number | null }>,
    ];
    return {
      due: due.results
        .filter(({ hints }) => outsideSkippedTimes(now, JSON.parse(hints)) === now)
        .map(({ id, url, due }) => ({ id, url, due })),
      underWay: underWay.results.map(({ url }) => url),
      lastRun: last.results[0]?.id ?? 0,
    };
  }

  /**
   * Begins a run. Tells whether it could: not where another one has begun since `work` was asked, which may have taken
   * the same sources.
   */
  async begin({ id, leasedUntil, claims }: PollRun, now: number): Promise<boolean> {
    const [, , begun] = await this.#db.batch([
      this.#db.prepare('DELETE FROM poll_runs WHERE leased_until <= ?1 AND id < ?2').bind(now, id - 1),
      this.#db.prepare('DELETE FROM host_pauses WHERE until <= ?1').bind(now - WEEK),
      this.#db
        .prepare(
          'INSERT INTO poll_runs (id, leased_until, claims) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
        )
        .bind(id, leasedUntil, JSON.stringify(claims)),
    ]);
    return (begun?.meta.changes ?? 0) > 0;
  }

  /**
   * Takes claims of a run to work on until `until`. Tells whether it could: not while somebody else has one of them, nor
   * when the run is over.
   */
  async take(run: number, claims: readonly Claim[], now: number, until: number): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE poll_runs SET taken = json_patch(taken, ?2) WHERE id = ?1 AND leased_until > ?3
         AND NOT EXISTS (SELECT 1 FROM json_each(?2) AS mine JOIN json_each(taken) AS other ON other.key = mine.key
           WHERE other.value > ?3)`,
      )
      .bind(run, toPatch(claims, until), now)
      .run();
    return meta.changes > 0;
  }

  /** Gives claims free that were taken. */
  async release(run: number, claims: readonly Claim[]): Promise<void> {
    await this.#db
      .prepare('UPDATE poll_runs SET taken = json_patch(taken, ?2) WHERE id = ?1')
      .bind(run, toPatch(claims, null))
      .run();
  }

  /** The claimed sources whose poll has not ended. */
  async claimed(claims: readonly Claim[], now: number): Promise<FollowedSource[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT sources.*, subscriptions.leased_until > ?2 AND missed = 0 AS is_subscribed, pushed_at, hub, topic
         FROM json_each(?1) AS claim
         JOIN sources ON sources.id = claim.value ->> 'id' AND next_check_at = claim.value ->> 'due'
         LEFT JOIN subscriptions ON source_id = sources.id`,
      )
      .bind(JSON.stringify(claims), now)
      .all<SourceRow & SubscriptionColumns>();
    return results.map((row) => ({
      ...fromSourceRow(row),
      ...(row.hub !== null && row.topic !== null && { hub: { hub: row.hub, topic: row.topic } }),
      isPushed: row.is_subscribed === 1 && now - (row.pushed_at ?? 0) < WEEK / 7,
    }));
  }

  /** Puts polls off that cannot be made now. */
  async putOff(sources: readonly { id: string; until: number }[]): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE sources SET next_check_at = later.until
         FROM (SELECT value ->> 'id' AS id, value ->> 'until' AS until FROM json_each(?1)) AS later
         WHERE sources.id = later.id`,
      )
      .bind(JSON.stringify(sources))
      .run();
  }

  /** Hosts that asked not to be asked, also those whose time is over: the next time they will be left alone longer. */
  async hostPauses(): Promise<Map<string, HostPause>> {
    const { results } = await this.#db
      .prepare('SELECT host, until, strikes FROM host_pauses')
      .all<HostPause & { host: string }>();
    return new Map(results.map(({ host, until, strikes }) => [host, { until, strikes }]));
  }

  async pauseHost(host: string, { until, strikes }: HostPause): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO host_pauses (host, until, strikes) VALUES (?1, ?2, ?3)
         ON CONFLICT (host) DO UPDATE SET until = excluded.until, strikes = excluded.strikes`,
      )
      .bind(host, until, strikes)
      .run();
  }

  async endPause(host: string): Promise<void> {
    await this.#db.prepare('DELETE FROM host_pauses WHERE host = ?1').bind(host).run();
  }

  /** When each RSSHub instance was last asked for any route: milliseconds since 1970. */
  async instancesAsked(): Promise<Map<string, number>> {
    const { results } = await this.#db
      .prepare(`SELECT key, max(value ->> 'at') AS at FROM sources, json_each(instances) GROUP BY key`)
      .all<{ key: string; at: number }>();
    return new Map(results.map(({ key, at }) => [key, at]));
  }
}

/** A merge patch (RFC 7396) that gives each claim a value, or takes it away. */
function toPatch(claims: readonly Claim[], value: number | null): string {
  return JSON.stringify(Object.fromEntries(claims.map(({ id }) => [id, value])));
}
