import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { toHealthFeed } from '../feeds/health-feed.ts';
import { databaseState } from '../jobs/retention.ts';
import { sourceTitle } from '../sources/source.ts';
import { HealthStore, type HealthSummary } from '../store/health-store.ts';
import { FEED_HEADERS, isUnchanged, validators } from './feed-headers.ts';

const CHANGES_IN_THE_FEED = 100;
/** Anybody may ask, and an answer reads a row for every source. */
const SUMMARY_SECONDS = 10;

/** How Tributary is: `/healthz` for machines, and `/health.xml`, a feed of what broke and what recovered. */
export function healthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/healthz', serveSummary);
  routes.get('/health.xml', serveFeed);
  return routes;
}

/** Answers 200 while the Worker and its database work, 503 otherwise; what is worth a look is in `warnings`. */
async function serveSummary(c: Context<AppEnv>): Promise<Response> {
  const headers = { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*' };
  try {
    return c.json(describe(await recentSummary(c), c.var.config), 200, headers);
  } catch (error) {
    console.error('the database does not answer', error);
    return c.json({ status: 'failing', warnings: ['The database does not answer.'] }, 503, headers);
  }
}

async function recentSummary(c: Context<AppEnv>): Promise<HealthSummary> {
  const key = `${c.var.origin}/healthz`;
  const kept = await caches.default.match(key);
  if (kept !== undefined) return kept.json();
  const summary = await new HealthStore(c.env.DB).summary(Date.now());
  const headers = { 'Cache-Control': `public, max-age=${SUMMARY_SECONDS}` };
  c.executionCtx.waitUntil(caches.default.put(key, Response.json(summary, { headers })));
  return summary;
}

function describe(
  summary: HealthSummary,
  { retention, publish }: AppEnv['Variables']['config'],
): Record<string, unknown> {
  const { sources, broken, waiting, overdue, lastCheckAt, databaseBytes, publishingFailures } = summary;
  const { maxDatabaseBytes } = retention;
  const database = databaseState(databaseBytes, maxDatabaseBytes);
  const warnings = [
    ...(overdue > 0 ? [`${overdue} of ${sources} sources should have been polled an hour ago.`] : []),
    ...(database.kind === 'full' ? [`${database.detail}.`] : []),
    // what is wrong may name the repository, which is nobody's business
    ...(publish !== undefined && publishingFailures > 0
      ? [`Posts could not be published, ${publishingFailures} times in a row; the log says why.`]
      : []),
  ];
  return {
    status: warnings.length === 0 ? 'ok' : 'warning',
    warnings,
    sources: { all: sources, working: sources - broken - waiting, broken, waiting, overdue },
    lastCheckAt: lastCheckAt === undefined ? undefined : new Date(lastCheckAt).toISOString(),
    database: { bytes: databaseBytes, maxBytes: maxDatabaseBytes },
    pictures: Object.fromEntries(
      Object.entries(summary.pictures).map(([day, counts]) => [day, nested(counts)]),
    ),
  };
}

/** `{"cache": 5, "failed 404": 1}` as `{"cache": 5, "failed": {"404": 1}}`. */
function nested(counts: Record<string, number>): Record<string, unknown> {
  const all: Record<string, number | Record<string, number>> = {};
  for (const [outcome, times] of Object.entries(counts)) {
    const [kind = '', reason] = outcome.split(' ');
    const reasons = all[kind];
    if (reason === undefined) all[kind] = times;
    else all[kind] = { ...(typeof reasons === 'object' && reasons), [reason]: times };
  }
  return all;
}

async function serveFeed(c: Context<AppEnv>): Promise<Response> {
  const { origin, config } = c.var;
  const changes = await new HealthStore(c.env.DB).latest(CHANGES_IN_THE_FEED);
  const text = toHealthFeed(
    changes.map(({ source, ...change }) => ({
      ...change,
      name: source === undefined ? 'The database' : sourceTitle(source, source.feedTitle),
      pageUrl: source === undefined ? `${origin}/` : `${origin}/sources/${source.id}/`,
    })),
    { title: `Health of ${config.siteTitle}`, pageUrl: `${origin}/`, selfUrl: `${origin}/health.xml` },
  );
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const updated = changes[0]?.at ?? Date.now();
  const headers = {
    ...FEED_HEADERS,
    'Cache-Control': 'public, max-age=60, stale-while-revalidate=3600, stale-if-error=86400',
    Link: `<${origin}/health.xml>; rel="self"`,
    ...validators(etag, updated),
  };
  if (isUnchanged(c, etag, updated)) return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, 'Content-Type': 'application/rss+xml; charset=utf-8' });
}
