import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import { type FeedScope, scopeKey } from '../sources/feed-scope.ts';
import { readerOf } from '../sources/subscribers.ts';
import { ReaderStore } from '../store/reader-store.ts';

const DAY = 24 * 3_600_000;
const MAX_NOTED = 5000;
/** What this isolate has noted lately, so that the database is asked once a day and not at every request. */
const noted = new Map<string, number>();

/** Counts the program that reads a feed among those for whom its sources are polled. */
export function noteReader(c: Context<AppEnv>, scope: FeedScope): void {
  const userAgent = c.req.header('User-Agent');
  // whose articles a tag or a view shows changes with every article
  if (!userAgent || scope.kind === 'tag' || scope.kind === 'view') return;
  const reader = readerOf(userAgent);
  const key = `${reader.reader} ${scopeKey(scope)}`;
  const now = Date.now();
  if (now - (noted.get(key) ?? 0) < DAY) return;
  if (noted.size >= MAX_NOTED) noted.clear();
  noted.set(key, now);
  const writing = new ReaderStore(c.env.DB).seen(scope, reader, now);
  c.executionCtx.waitUntil(writing.catch((error) => console.error('a reader could not be noted', error)));
}
