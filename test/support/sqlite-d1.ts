import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

const MIGRATIONS = join(import.meta.dirname, '../../src/store/migrations');

/** What the database has been asked to do. */
export interface Usage {
  /** Calls over the network: a batch is one. */
  calls: number;
  /** Statements: those of a batch count each. */
  queries: number;
  /** Rows written, as D1 counts them but for indexes. */
  rowsWritten: number;
}

/** D1 as the stores use it, with the project's migrations, on Node's own SQLite: in memory and within this process. */
export function openD1(): { db: D1Database; usage: Usage } {
  const sqlite = new DatabaseSync(':memory:');
  for (const file of readdirSync(MIGRATIONS).sort())
    sqlite.exec(readFileSync(join(MIGRATIONS, file), 'utf8'));
  const usage: Usage = { calls: 0, queries: 0, rowsWritten: 0 };
  const totalChanges = sqlite.prepare('SELECT total_changes() AS n');
  const written = () => Number(totalChanges.get()?.n ?? 0);

  class Statement {
    readonly sql: string;
    readonly values: SQLInputValue[];

    constructor(sql: string, values: SQLInputValue[] = []) {
      this.sql = sql;
      this.values = values;
    }

    bind(...values: SQLInputValue[]) {
      return new Statement(this.sql, values);
    }

    execute() {
      usage.queries++;
      const before = written();
      const results = sqlite.prepare(this.sql).all(...this.values);
      const changes = written() - before;
      usage.rowsWritten += changes;
      return { success: true, results, meta: { changes, size_after: 0 } };
    }

    async all() {
      usage.calls++;
      return this.execute();
    }

    async run() {
      return this.all();
    }

    async first(column?: string) {
      const row = (await this.all()).results[0];
      if (row === undefined) return null;
      return column === undefined ? row : (row[column] ?? null);
    }
  }

  const db = {
    prepare: (sql: string) => new Statement(sql),
    async batch(statements: Statement[]) {
      usage.calls++;
      sqlite.exec('BEGIN');
      try {
        const results = statements.map((statement) => statement.execute());
        sqlite.exec('COMMIT');
        return results;
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    },
  };
  return { db: db as unknown as D1Database, usage };
}
