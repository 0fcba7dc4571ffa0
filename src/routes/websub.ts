import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { readLimited } from '../fetch/read-limited.ts';
import { CALLBACK_PATH } from '../jobs/ask-hubs.ts';
import { takePush } from '../jobs/take-push.ts';
import { SubscriptionStore } from '../store/subscription-store.ts';
import { checkSignature } from '../websub/signature.ts';
import { ASK_AGAIN, type Subscription, verify } from '../websub/subscription.ts';

const MAX_PUSH = { limit: 3_000_000, idleMs: 10_000 };
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** Where hubs verify subscriptions and deliver what is new (WebSub, 5.3 and 7). */
export function websubRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get(`${CALLBACK_PATH}:callback`, confirm);
  routes.post(`${CALLBACK_PATH}:callback`, receive);
  return routes;
}

async function confirm(c: Context<AppEnv>): Promise<Response> {
  const subscriptions = new SubscriptionStore(c.env.DB);
  const subscription = await subscriptions.find(c.req.param('callback') ?? '');
  if (subscription === undefined) return c.body(null, 404, HEADERS);
  const now = Date.now();
  const query = new URL(c.req.url).searchParams;
  const verdict = verify(subscription, query, { now, jitter: Math.random() });
  switch (verdict.kind) {
    case 'unknown':
      return c.body(null, 404, HEADERS);
    case 'denied':
      await subscriptions.recordDenied(subscription.sourceId, now + ASK_AGAIN.denied);
      return c.body(null, 200, HEADERS);
    case 'confirm':
      await subscriptions.recordLease(subscription.sourceId, verdict);
      return c.text(verdict.challenge, 200, HEADERS);
  }
}

/**
 * A delivery. It is answered as soon as it is here, before anything is made of it, as hubs want; one whose signature is
 * wrong gets the same answer and is dropped, so that nobody learns by trying; one without any is refused.
 */
async function receive(c: Context<AppEnv>): Promise<Response> {
  const subscription = await new SubscriptionStore(c.env.DB).find(c.req.param('callback') ?? '');
  if (subscription === undefined) return c.body(null, 410, HEADERS);
  const body = await readLimited(c.req.raw.body, MAX_PUSH);
  if (body.kind === 'too-large') return c.body(null, 413, HEADERS);
  if (body.kind !== 'bytes') return c.body(null, 400, HEADERS);
  const signature = checkSignature(c.req.header('X-Hub-Signature'), body.bytes, subscription.secret);
  if (signature === 'missing') return c.body(null, 403, HEADERS);
  if (signature === 'valid') c.executionCtx.waitUntil(take(c, subscription, body.bytes));
  return c.body(null, 202, HEADERS);
}

/** A fault here loses nothing: the next poll finds what the hub has brought. */
async function take(c: Context<AppEnv>, { sourceId, topic }: Subscription, bytes: Uint8Array): Promise<void> {
  try {
    const followed = await c.var.sources.find(sourceId);
    if (followed === undefined) return;
    const contentType = c.req.header('Content-Type');
    const push = { bytes, topic, ...(contentType !== undefined && { contentType }) };
    const { articles, sources } = c.var;
    const subscriptions = new SubscriptionStore(c.env.DB);
    await takePush(followed, push, { articles, sources, subscriptions, now: Date.now() });
  } catch (error) {
    console.error('what a hub brought could not be saved', error);
  }
}
