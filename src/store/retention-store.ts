import { scopeKeysOf } from '../sources/feed-scope.ts';

/** Which articles of a source may go, besides those that its feed shows, which never do. */
export interface KeptArticles {
  /** Published before then: milliseconds since 1970. */
  publishedBefore?: number;
  /** Beyond so many newest ones. */
  beyond?: number;
}

interface VictimRow {
  id: string;
  source_id: string;
  categories: string;
}

const NOT_SHOWN = `NOT EXISTS (
  SELECT 1 FROM feed_contents, json_each(article_ids)
  WHERE feed_contents.source_id = candidates.source_id AND value = candidates.id)`;

/** Takes articles out of D1 that need not be kept. A source whose feed was never read whole keeps all it has. */
export class RetentionStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Bytes the database takes; room that is free inside its file does not count. */
  async size(): Promise<number> {
    return (await this.#db.prepare('SELECT 1').run()).meta.size_after;
  }

  /**
   * Looks at sources whose feed changed since they were last looked at, or that were not for `restMs`, and removes
   * what may go. At most `sources` sources and `articles` articles; the next call goes on. Tells how many went.
   */
  async sweep(
    kept: KeptArticles,
    now: number,
    limits: { sources: number; articles: number; restMs: number },
  ): Promise<number> {
    const { results } = await this.#db
      .prepare(
        `SELECT source_id AS id FROM feed_contents
         WHERE swept_at <= changed_at OR swept_at <= ?1 ORDER BY swept_at LIMIT ?2`,
      )
      .bind(now - limits.restMs, limits.sources)
      .all<{ id: string }>();
    if (results.length === 0) return 0;
    const swept = JSON.stringify(results.map(({ id }) => id));
    const victims = await this.#toGo(swept, kept, limits.articles);
    const statements = this.#removal(victims, now);
    // what is left of these sources is taken by the next call
    if (victims.length < limits.articles) {
      statements.push(
        this.#db
          .prepare(
            'UPDATE feed_contents SET swept_at = max(?2, changed_at + 1) WHERE source_id IN (SELECT value FROM json_each(?1))',
          )
          .bind(swept, now),
      );
    }
    await this.#db.batch(statements);
    return victims.length;
  }

  /** Removes the oldest articles, at most `limit`. Tells how many went. */
  async removeOldest(now: number, limit: number): Promise<number> {
    const { results } = await this.#db
      .prepare(
        `SELECT candidates.id, candidates.source_id, categories
         FROM articles AS candidates JOIN sources ON sources.id = candidates.source_id
         WHERE candidates.source_id IN (SELECT source_id FROM feed_contents) AND ${NOT_SHOWN}
         ORDER BY published LIMIT ?1`,
      )
      .bind(limit)
      .all<VictimRow>();
    if (results.length > 0) await this.#db.batch(this.#removal(results, now));
    return results.length;
  }

  /** Removes one article for good. Tells whether it was there. */
  async remove(id: string, now: number): Promise<boolean> {
    const victim = await this.#db
      .prepare(
        `SELECT articles.id, source_id, categories FROM articles JOIN sources ON sources.id = source_id
         WHERE articles.id = ?1`,
      )
      .bind(id)
      .first<VictimRow>();
    if (victim === null) return false;
    await this.#db.batch(this.#removal([victim], now));
    return true;
  }

  /** Forgets which articles were removed before a time; at most `limit`. */
  async forgetRemoved(before: number, limit: number): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM removed_articles WHERE id IN
           (SELECT id FROM removed_articles WHERE removed_at < ?1 LIMIT ?2)`,
      )
      .bind(before, limit)
      .run();
  }

  async #toGo(sourceIds: string, kept: KeptArticles, limit: number): Promise<VictimRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT candidates.id, source_id, categories FROM (
           SELECT id, source_id, published,
             row_number() OVER (PARTITION BY source_id ORDER BY published DESC, id) AS place
           FROM articles WHERE source_id IN (SELECT value FROM json_each(?1))
         ) AS candidates JOIN sources ON sources.id = source_id
         WHERE (published < ?2 OR place > ?3) AND ${NOT_SHOWN} ORDER BY published LIMIT ?4`,
      )
      .bind(
        sourceIds,
        kept.publishedBefore ?? Number.MIN_SAFE_INTEGER,
        kept.beyond ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .all<VictimRow>();
    return results;
  }

  /** Feeds that showed one of these articles are other feeds now, and none of them comes back. */
  #removal(victims: readonly VictimRow[], now: number): D1PreparedStatement[] {
    if (victims.length === 0) return [];
    const scopes = new Set(
      victims.flatMap(({ source_id: id, categories }) =>
        scopeKeysOf({ id, categories: JSON.parse(categories) }),
      ),
    );
    const ids = JSON.stringify(victims.map(({ id }) => id));
    return [
      this.#db
        .prepare(
          `INSERT INTO removed_articles (id, link, published, removed_at)
           SELECT id, link, published, ?2 FROM articles WHERE id IN (SELECT value FROM json_each(?1))
           ON CONFLICT (id) DO NOTHING`,
        )
        .bind(ids, now),
      this.#db.prepare('DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?1))').bind(ids),
      this.#db
        .prepare(
          `UPDATE feed_versions SET version = max(version + 1, ?2)
           WHERE scope IN (SELECT value FROM json_each(?1))`,
        )
        .bind(JSON.stringify([...scopes]), now),
    ];
  }
}
