import { type FeedScope, scopeKey } from '../sources/feed-scope.ts';
import type { Reader } from '../sources/subscribers.ts';

const DAY = 24 * 3_600_000;
/** A program that has not come for so long reads it no more. */
const REMEMBERED = 7 * DAY;
const MAX_READERS = 5000;

/** Who reads our feeds, in D1. */
export class ReaderStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Notes that a program has read a feed; a row is written once a day. */
  async seen(scope: FeedScope, { reader, subscribers }: Reader, now: number): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO feed_readers (scope, reader, subscribers, seen_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope, reader) DO UPDATE SET subscribers = excluded.subscribers, seen_at = excluded.seen_at
         WHERE feed_readers.seen_at <= excluded.seen_at - ?5`,
      )
      .bind(scopeKey(scope), reader, subscribers, now, DAY)
      .run();
  }

  /** The programs of the last seven days, by the feed they read. */
  async recent(now: number): Promise<(Reader & { scope: string })[]> {
    const { results } = await this.#db
      .prepare('SELECT scope, reader, subscribers FROM feed_readers WHERE seen_at > ?1 LIMIT ?2')
      .bind(now - REMEMBERED, MAX_READERS)
      .all<Reader & { scope: string }>();
    return results;
  }
}
