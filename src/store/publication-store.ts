import { POST_COLUMNS, type PostRow, type StoredPost, toStoredPost } from './post-store.ts';

/** Where posts are published to, as far as it tells what was published before. */
export interface PublicationTarget {
  /** Address of the repository. */
  repository: string;
  branch: string;
  folder: string;
  /** How posts are written. */
  writing: string;
}

/** What is kept about publishing besides the posts. */
interface PublicationState {
  target: PublicationTarget;
  /** How often in a row it failed, and when to try again: milliseconds since 1970. */
  failures?: number;
  retryAt?: number;
}

/** A post that is not in the repository as it is now. */
export interface OpenPost extends StoredPost {
  /** Where it was published, and the id of its blob then. */
  path?: string;
  blob?: string;
  change: number;
}

/** A post that was dealt with. */
export interface SettledPost {
  id: string;
  change: number;
  path?: string;
  blob?: string;
}

/** Which posts are in the git repository, in D1. */
export class PublicationStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Makes a target the one that is published to: with another way of writing all posts are open again, with another
   * place none was published. Nothing is written when it is the one already.
   */
  async aim(target: PublicationTarget): Promise<void> {
    const before = (await this.#state())?.target;
    if (JSON.stringify(before) === JSON.stringify(target)) return;
    const placeOf = ({ repository, branch, folder }: PublicationTarget) =>
      [repository, branch, folder].join('\n');
    const isElsewhere = before === undefined || placeOf(before) !== placeOf(target);
    await this.#db.batch([
      this.#db
        .prepare(
          `INSERT INTO settings (name, value) VALUES ('git', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        )
        .bind(JSON.stringify({ target } satisfies PublicationState)),
      ...(isElsewhere ? [this.#db.prepare('DELETE FROM git_posts')] : []),
      this.#db.prepare(
        `INSERT INTO git_posts (id) SELECT id FROM articles WHERE true
         ON CONFLICT (id) DO UPDATE SET change = change + 1`,
      ),
    ]);
  }

  /** Whether a post is open, and publishing may be tried. */
  async isOpen(now: number): Promise<boolean> {
    const row = await this.#db
      .prepare(
        `SELECT 1 FROM settings WHERE name = 'git' AND coalesce(value ->> 'retryAt', 0) <= ?1
         AND EXISTS (SELECT 1 FROM git_posts WHERE change > settled)`,
      )
      .bind(now)
      .first();
    return row !== null;
  }

  /** Open posts, those of a source together. */
  async open(limit: number): Promise<OpenPost[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${POST_COLUMNS}, path, blob, change
         FROM git_posts JOIN articles USING (id) JOIN sources ON sources.id = source_id
         WHERE change > settled ORDER BY source_id, articles.id LIMIT ?1`,
      )
      .bind(limit)
      .all<PostRow & { path: string | null; blob: string | null; change: number }>();
    return results.map((row) => ({
      ...toStoredPost(row),
      change: row.change,
      ...(row.path !== null && { path: row.path }),
      ...(row.blob !== null && { blob: row.blob }),
    }));
  }

  /** Posts that were dealt with, unless they have changed since; and that publishing works. */
  async settle(posts: readonly SettledPost[]): Promise<void> {
    await this.#db.batch([
      this.#db
        .prepare(
          `UPDATE git_posts SET settled = post.value ->> 'change', path = post.value ->> 'path',
             blob = post.value ->> 'blob'
           FROM json_each(?1) AS post WHERE git_posts.id = post.value ->> 'id'`,
        )
        .bind(JSON.stringify(posts)),
      this.#db.prepare(
        `UPDATE settings SET value = json_remove(value, '$.failures', '$.retryAt')
         WHERE name = 'git' AND value ->> 'failures' IS NOT NULL`,
      ),
    ]);
  }

  /** Keeps that it failed once more. @param pauseFor milliseconds until the next try, after so many failures in a row */
  async fail(now: number, pauseFor: (failures: number) => number): Promise<void> {
    const state = await this.#state();
    if (state === undefined) return;
    const failures = (state.failures ?? 0) + 1;
    const failed: PublicationState = { ...state, failures, retryAt: now + pauseFor(failures) };
    await this.#db
      .prepare(`UPDATE settings SET value = ?1 WHERE name = 'git'`)
      .bind(JSON.stringify(failed))
      .run();
  }

  async #state(): Promise<PublicationState | undefined> {
    const value = await this.#db
      .prepare(`SELECT value FROM settings WHERE name = 'git'`)
      .first<string>('value');
    return value === null ? undefined : JSON.parse(value);
  }
}
