import { scopeKey } from '../sources/feed-scope.ts';
import { type Source, sourceId } from '../sources/source.ts';
import type { ViewEntries, ViewEntry } from '../sources/view-entry.ts';

/** A view and the names of the feeds whose articles it shows. */
export interface StoredView {
  entry: ViewEntry;
  scopes: readonly string[];
}

/** The owner's views in D1. */
export class ViewStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** All views by name. */
  async all(): Promise<ViewEntries> {
    const { results } = await this.#db
      .prepare('SELECT name, entry FROM views WHERE removed_at IS NULL ORDER BY name')
      .all<{ name: string; entry: string }>();
    return Object.fromEntries(results.map(({ name, entry }) => [name, JSON.parse(entry)]));
  }

  async find(name: string): Promise<StoredView | undefined> {
    const row = await this.#db
      .prepare('SELECT entry, scopes FROM views WHERE name = ?1 AND removed_at IS NULL')
      .bind(name)
      .first<{ entry: string; scopes: string }>();
    return row === null ? undefined : { entry: JSON.parse(row.entry), scopes: JSON.parse(row.scopes) };
  }

  /** Adds views and changes those that differ; with `prune` others are removed. `sources` are all there are. */
  async save(
    views: ViewEntries,
    sources: readonly Source[],
    { now, prune = false }: { now: number; prune?: boolean },
  ): Promise<void> {
    const rows = Object.entries(views).map(([name, entry]) => ({
      name,
      entry: JSON.stringify(entry),
      scopes: JSON.stringify(scopesOf(entry, sources)),
    }));
    await this.#db.batch([
      // what an archive of it shows is another now
      this.#db
        .prepare(
          `DELETE FROM feed_archives WHERE scope IN (
             SELECT 'view:' || (value ->> 'name') FROM json_each(?1) JOIN views ON name = value ->> 'name'
             WHERE entry <> value ->> 'entry')`,
        )
        .bind(JSON.stringify(rows)),
      this.#db
        .prepare(
          `INSERT INTO views (name, entry, scopes, changed_at)
           SELECT value ->> 'name', value ->> 'entry', value ->> 'scopes', ?2 FROM json_each(?1) WHERE true
           ON CONFLICT (name) DO UPDATE SET entry = excluded.entry, scopes = excluded.scopes,
             changed_at = max(changed_at + 1, excluded.changed_at), removed_at = NULL
           WHERE entry <> excluded.entry OR scopes <> excluded.scopes OR removed_at IS NOT NULL`,
        )
        .bind(JSON.stringify(rows), now),
      ...(prune ? [this.#removal(Object.keys(views), 'NOT IN', now)] : []),
    ]);
  }

  /** Removes a view; its addresses say so from then on. Tells whether there was one. */
  async remove(name: string, now: number): Promise<boolean> {
    return (await this.#removal([name], 'IN', now).run()).meta.changes > 0;
  }

  #removal(names: readonly string[], which: 'IN' | 'NOT IN', now: number): D1PreparedStatement {
    return this.#db
      .prepare(
        `UPDATE views SET removed_at = ?2
         WHERE removed_at IS NULL AND name ${which} (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(names), now);
  }
}

/** The sources that views name and nobody follows. */
export function unknownSources(views: ViewEntries, known: readonly Pick<Source, 'id' | 'url'>[]): string[] {
  const names = new Set(known.flatMap(({ id, url }) => [id, url, sourceId(url)]));
  return Object.values(views).flatMap(({ sources = [] }) => sources.filter((source) => !names.has(source)));
}

function scopesOf(
  { sources = [], categories = [], tags = [] }: ViewEntry,
  known: readonly Source[],
): string[] {
  const byUrl = new Map(known.map(({ url, id }) => [url, id]));
  const idOf = (named: string) =>
    byUrl.get(named) ?? (/^[0-9a-f]{12}$/.test(named) ? named : sourceId(named));
  const scopes = [
    ...sources.map((named) => scopeKey({ kind: 'source', id: idOf(named) })),
    ...categories.map((path) => scopeKey({ kind: 'category', path })),
    ...tags.map((tag) => scopeKey({ kind: 'tag', tag })),
  ];
  return scopes.length > 0 ? scopes : [scopeKey({ kind: 'all' })];
}
