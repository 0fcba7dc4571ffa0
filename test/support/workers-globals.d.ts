/** The names of the Workers runtime that code under test uses in types, for tests that run in Node. */
import type * as Workers from '@cloudflare/workers-types';

declare global {
  type D1Database = Workers.D1Database;
  type D1PreparedStatement = Workers.D1PreparedStatement;
  type D1Result<T = unknown> = Workers.D1Result<T>;
  type Queue<T = unknown> = Workers.Queue<T>;
  type Message<T = unknown> = Workers.Message<T>;
  type MessageBatch<T = unknown> = Workers.MessageBatch<T>;
  interface CacheStorage {
    readonly default: Cache;
  }
}
