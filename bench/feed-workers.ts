/** Workers that serve feeds, each in a workerd of its own, reached without what miniflare puts before it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-plugin';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { Article } from '../src/article.ts';
import { bundle } from './isolates.ts';

export interface FeedWorker {
  url: URL;
  /** Process id of its workerd, in which its database runs too. */
  pid: string;
  stop(): Promise<void>;
}

const SOURCES = 300;
const CATEGORIES = 30;
const TAGS = 1000;
/** Rows that one statement adds: D1 stops a statement that takes too long. */
const PIECE = 25_000;

/** A Worker that answers everything with one text, which the runtime turns into bytes each time unless they are kept. */
export async function startConstant(text: string, { asBytes = false } = {}): Promise<FeedWorker> {
  const source = `const text = ${JSON.stringify(text)};
    const body = ${asBytes ? 'new TextEncoder().encode(text)' : 'text'};
    const headers = { 'Content-Type': 'application/rss+xml; charset=utf-8' };
    export default { fetch: () => new Response(body, { headers }) };`;
  return (await start(source, {})).worker;
}

/** Tributary with these articles as its newest, and small ones up to that number of stored articles. */
export async function startTributary(newest: readonly Article[], stored: number): Promise<FeedWorker> {
  const { worker, miniflare } = await start(`export { default } from '../src/worker.ts';`, {
    d1Databases: { DB: 'feeds' },
    queueProducers: { POLLS: 'polls' },
    bindings: { SITE_TITLE: 'News', PUBLIC_URL: 'https://t.example' },
  });
  const database = await miniflare.getD1Database('DB');
  const migrations = await readD1Migrations(path.resolve(import.meta.dirname, '../src/store/migrations'));
  for (const { queries } of migrations) {
    for (const query of queries) await database.prepare(query).run();
  }
  await database
    .prepare(
      `WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ?1)
       INSERT INTO sources (id, url, entry, categories, added_at, next_check_at)
       SELECT 'source' || i, 'https://s.example/' || i, json_object('categories', json_array('c' || (i % CAST(?2 AS INTEGER)))),
         json_array('c' || (i % CAST(?2 AS INTEGER))), 0, 8e15 FROM numbers`,
    )
    .bind(SOURCES, CATEGORIES)
    .run();
  for (let from = newest.length; from < stored; from += PIECE) {
    await database
      .prepare(
        `WITH RECURSIVE numbers (i) AS (
           SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ?2)
         INSERT INTO articles (id, source_id, published, title, link, front, content_html, content_hash, first_seen_at,
           changed_at)
         SELECT printf('%032x', i), 'source' || (i % CAST(?3 AS INTEGER)), CAST(?4 AS INTEGER) - i * 60000, 'Article ' || i, 'https://s.example/p/' || i,
           json_object('tags', json_array('t' || (i % CAST(?5 AS INTEGER))), 'authors', json_array(), 'enclosures', json_array()),
           '<p>Short.</p>', 'x', 0, 1 FROM numbers`,
      )
      .bind(from, Math.min(from + PIECE, stored), SOURCES, Date.UTC(2026, 10, 20), TAGS)
      .run();
  }
  for (const {
    id,
    sourceId,
    published,
    title,
    link,
    contentHtml,
    categories: _,
    author: __,
    ...front
  } of newest) {
    await database
      .prepare(
        `INSERT INTO articles (id, source_id, published, title, link, front, content_html, content_hash, first_seen_at,
           changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'x', 0, 1)`,
      )
      .bind(id, sourceId, published, title, link ?? null, JSON.stringify(front), contentHtml)
      .run();
  }
  await database
    .prepare(
      `INSERT INTO feed_versions (scope, version) SELECT 'all', ?1
       UNION ALL SELECT 'source:' || id, ?1 FROM sources UNION SELECT 'category:' || categories, ?1 FROM sources`,
    )
    .bind(Date.UTC(2026, 10, 21))
    .run();
  return worker;
}

async function start(
  source: string,
  options: Record<string, unknown>,
): Promise<{ worker: FeedWorker; miniflare: Miniflare }> {
  const others = new Set(childWorkers());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: await bundle(source) }],
      compatibilityDate: '2026-10-20',
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      ...options,
    }),
  );
  await miniflare.ready;
  const pid = childWorkers().find((child) => !others.has(child));
  if (pid === undefined) throw new Error('workerd is not among the child processes');
  const url = await miniflare.unsafeGetDirectURL();
  return { miniflare, worker: { url, pid, stop: () => miniflare.dispose() } };
}

/** Process ids of the workerds that this process has started. */
function childWorkers(): string[] {
  return readdirSync('/proc').filter((pid) => {
    const [, name, parent] = /\((.*)\) \S (\d+)/.exec(statOf(pid)) ?? [];
    return name === 'workerd' && parent === String(process.pid);
  });
}

function statOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  } catch {
    // it has ended since it was listed
    return '';
  }
}
