import { randomBytes } from 'node:crypto';
import type { HubLinks } from '../websub/hub-links.ts';
import type { Subscription } from '../websub/subscription.ts';

interface Row {
  source_id: string;
  url: string;
  hub: string;
  topic: string;
  callback: string;
  secret: string;
  asked_at: number | null;
  leased_until: number;
}

const SUBSCRIPTIONS = 'SELECT subscriptions.*, url FROM subscriptions JOIN sources ON sources.id = source_id';

/** Feeds that hubs push to us, in D1. */
export class SubscriptionStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Notes that a source has a hub. Another hub or topic than before begins anew; the same one changes nothing. */
  async want(sourceId: string, { hub, topic }: HubLinks, now: number): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO subscriptions (source_id, hub, topic, callback, secret, ask_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (source_id) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, ask_at = excluded.ask_at,
           callback = excluded.callback, secret = excluded.secret, asked_at = NULL, leased_until = 0, pushed_at = NULL
         WHERE subscriptions.hub <> excluded.hub OR subscriptions.topic <> excluded.topic`,
      )
      .bind(sourceId, hub, topic, randomBytes(16).toString('hex'), randomBytes(32).toString('hex'), now)
      .run();
  }

  /** Ends a subscription. Its hub learns it with its next delivery, which has no address any more. */
  async end(sourceId: string): Promise<void> {
    await this.#db.prepare('DELETE FROM subscriptions WHERE source_id = ?1').bind(sourceId).run();
  }

  /** Subscriptions to ask for now. */
  async toAsk(now: number, limit: number): Promise<Subscription[]> {
    const { results } = await this.#db
      .prepare(`${SUBSCRIPTIONS} WHERE ask_at <= ?1 ORDER BY ask_at LIMIT ?2`)
      .bind(now, limit)
      .all<Row>();
    return results.map(fromRow);
  }

  async find(callback: string): Promise<Subscription | undefined> {
    const row = await this.#db.prepare(`${SUBSCRIPTIONS} WHERE callback = ?1`).bind(callback).first<Row>();
    return row === null ? undefined : fromRow(row);
  }

  /** Records that a hub is being asked, before it is: it may verify before it answers. */
  async recordAsked(sourceId: string, now: number, askAgainAt: number): Promise<void> {
    await this.#db
      .prepare('UPDATE subscriptions SET asked_at = ?2, ask_at = ?3 WHERE source_id = ?1')
      .bind(sourceId, now, askAgainAt)
      .run();
  }

  /** Records that a hub has ended a subscription, or does not begin it. */
  async recordDenied(sourceId: string, askAgainAt: number): Promise<void> {
    await this.#db
      .prepare('UPDATE subscriptions SET asked_at = NULL, ask_at = ?2, leased_until = 0 WHERE source_id = ?1')
      .bind(sourceId, askAgainAt)
      .run();
  }

  /** Records that a request was refused or did not arrive; a lease there is goes on. */
  async recordRefused(sourceId: string, askAgainAt: number): Promise<void> {
    await this.#db
      .prepare('UPDATE subscriptions SET asked_at = NULL, ask_at = ?2 WHERE source_id = ?1')
      .bind(sourceId, askAgainAt)
      .run();
  }

  /** Records a lease; with a new one a hub that missed something gets another chance. */
  async recordLease(
    sourceId: string,
    { leasedUntil, askAt }: { leasedUntil: number; askAt: number },
  ): Promise<void> {
    await this.#db
      .prepare('UPDATE subscriptions SET leased_until = ?2, ask_at = ?3, missed = 0 WHERE source_id = ?1')
      .bind(sourceId, leasedUntil, askAt)
      .run();
  }

  async recordPush(sourceId: string, now: number): Promise<void> {
    await this.#db
      .prepare('UPDATE subscriptions SET pushed_at = ?2 WHERE source_id = ?1')
      .bind(sourceId, now)
      .run();
  }

  /** Records that a poll found what the hub did not bring. */
  async recordMissed(sourceId: string): Promise<void> {
    await this.#db.prepare('UPDATE subscriptions SET missed = 1 WHERE source_id = ?1').bind(sourceId).run();
  }
}

function fromRow(row: Row): Subscription {
  return {
    sourceId: row.source_id,
    sourceUrl: row.url,
    hub: row.hub,
    topic: row.topic,
    callback: row.callback,
    secret: row.secret,
    leasedUntil: row.leased_until,
    ...(row.asked_at !== null && { askedAt: row.asked_at }),
  };
}
