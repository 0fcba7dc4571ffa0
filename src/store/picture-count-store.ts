/** How many days are kept. */
const DAYS = 7;
const DAY_MS = 86_400_000;

/** How requests for pictures were answered, day by day, in D1. */
export class PictureCountStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Adds to the counts of the day. It writes one row. */
  async add(counts: Readonly<Record<string, number>>, now: number): Promise<void> {
    await this.#db.batch([
      this.#db.prepare('DELETE FROM picture_counts WHERE day <= ?1').bind(dayOf(now - DAYS * DAY_MS)),
      this.#db
        .prepare(
          `INSERT INTO picture_counts (day, counts) VALUES (?1, ?2)
           ON CONFLICT (day) DO UPDATE SET counts = (
             SELECT json_group_object(key, total) FROM (
               SELECT key, sum(value) AS total FROM (
                 SELECT key, value FROM json_each(picture_counts.counts)
                 UNION ALL SELECT key, value FROM json_each(excluded.counts)
               ) GROUP BY key))`,
        )
        .bind(dayOf(now), JSON.stringify(counts)),
    ]);
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
