/** A feed that the hub has not been told of since it changed. */
export interface FeedToPing {
  /** Its key. */
  scope: string;
  version: number;
}

/** A hub that is not to be asked for a while. */
export interface HubPause {
  /** How often in a row it failed. */
  failures: number;
  /** Milliseconds since 1970. */
  notBefore: number;
}

/**
 * Advertised feeds of which the hub knows another version. Tags are not advertised; a view's version is reckoned as
 * where it is served. Ranges, because most of the table may be tags.
 */
const OPEN = `WITH advertised AS (
    SELECT scope, version FROM feed_versions WHERE gone = 0 AND (scope = 'all'
      OR scope >= 'category:' AND scope < 'category;' OR scope >= 'source:' AND scope < 'source;')
    UNION ALL
    SELECT 'view:' || name, changed_at + coalesce((SELECT sum(version) FROM feed_versions
      WHERE feed_versions.scope IN (SELECT value FROM json_each(scopes))), 0)
    FROM views WHERE removed_at IS NULL)
  SELECT scope, advertised.version FROM advertised LEFT JOIN hub_pings USING (scope)
  WHERE hub_pings.version IS NOT advertised.version`;

/** Which versions of our feeds the hub was told of, in D1. */
export class PingStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Whether this hub is to be told of something, and may be asked. */
  async isOpen(hub: string, now: number): Promise<boolean> {
    const row = await this.#db
      .prepare(
        `WITH state AS (SELECT value ->> 'notBefore' AS notBefore FROM settings
           WHERE name = 'hub' AND value ->> 'url' = ?1)
         SELECT 1 WHERE (EXISTS (${OPEN}) OR NOT EXISTS (SELECT 1 FROM state))
           AND NOT EXISTS (SELECT 1 FROM state WHERE notBefore > ?2)`,
      )
      .bind(hub, now)
      .first();
    return row !== null;
  }

  /**
   * Takes the hub for a run, so that no other run pings it meanwhile. A hub that was not configured before has been told
   * of nothing. Gives how often in a row it has failed; undefined while it is taken or rests.
   */
  async take(hub: string, now: number, until: number): Promise<number | undefined> {
    const [, , taken] = await this.#db.batch<{ failures: number }>([
      this.#db
        .prepare(
          `INSERT INTO settings (name, value) VALUES ('hub', json_object('url', ?1))
           ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value ->> 'url' <> ?1`,
        )
        .bind(hub),
      this.#db.prepare('DELETE FROM hub_pings WHERE changes() > 0'),
      this.#db
        .prepare(
          `UPDATE settings SET value = json_set(value, '$.notBefore', ?2)
           WHERE name = 'hub' AND coalesce(value ->> 'notBefore', 0) <= ?1
           RETURNING coalesce(value ->> 'failures', 0) AS failures`,
        )
        .bind(now, until),
    ]);
    return taken?.results[0]?.failures;
  }

  /** Feeds to tell the hub of. */
  async open(limit: number): Promise<FeedToPing[]> {
    const { results } = await this.#db.prepare(`${OPEN} LIMIT ?1`).bind(limit).all<FeedToPing>();
    return results;
  }

  /** The end of a run: what the hub was told, and for how long it is left alone after it failed. */
  async settle(told: readonly FeedToPing[], pause?: HubPause): Promise<void> {
    await this.#db.batch([
      this.#db
        .prepare(
          `INSERT INTO hub_pings (scope, version)
           SELECT value ->> 'scope', value ->> 'version' FROM json_each(?1) WHERE true
           ON CONFLICT (scope) DO UPDATE SET version = excluded.version`,
        )
        .bind(JSON.stringify(told)),
      this.#db
        .prepare(
          `UPDATE settings SET value = json_patch(json_object('url', value ->> 'url'), ?1) WHERE name = 'hub'`,
        )
        .bind(JSON.stringify(pause ?? {})),
    ]);
  }
}
