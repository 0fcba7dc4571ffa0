import { createHmac } from 'node:crypto';
import { discard } from '../fetch/guarded-fetch.ts';
import { sourceTitle } from '../sources/source.ts';
import type { HealthChange, HealthStore } from '../store/health-store.ts';

/** The owner's webhook. */
export interface AlertTarget {
  url: string;
  /** Signs what is sent. */
  key?: string;
}

export interface AlertTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  health: Pick<HealthStore, 'toTell' | 'recordTold' | 'recordNotTold'>;
  userAgent: string;
  /** Milliseconds since 1970. */
  now: number;
}

const MINUTE = 60_000;
/** Changes in one message; more wait for the next run. */
const CHANGES_PER_ALERT = 50;
/** After a failed try, doubled up to an hour; news of yesterday is told no more. */
const RETRY = { pause: 4 * MINUTE, longest: 60 * MINUTE };
const GIVE_UP_AFTER = 24 * 60 * MINUTE;
const TIMEOUT_MS = 10_000;

/**
 * Tells the owner's webhook, in one request, what broke and what recovered and has not been told yet. The body is
 * JSON; `X-Hub-Signature-256: sha256=<hex>` is its HMAC by the owner's key, as GitHub signs its webhooks. A change is
 * told until the answer is 2xx, so that one may arrive twice: its `id` stays the same.
 */
export async function tellAlerts(target: AlertTarget, tools: AlertTools): Promise<void> {
  const { health, now } = tools;
  const changes = await health.toTell(now, { oldest: now - GIVE_UP_AFTER, limit: CHANGES_PER_ALERT });
  if (changes.length === 0) return;
  const ids = changes.map(({ id }) => id);
  if (await post(target, JSON.stringify({ changes: changes.map(toMessage) }), tools))
    await health.recordTold(ids, now);
  else await health.recordNotTold(ids, now, RETRY);
}

/** Whether the webhook took it. It is the owner's own address, so it may be a private one; a redirect is not it. */
async function post(
  { url, key }: AlertTarget,
  body: string,
  { fetch, userAgent }: AlertTools,
): Promise<boolean> {
  const headers = new Headers({ 'Content-Type': 'application/json', 'User-Agent': userAgent });
  if (key !== undefined)
    headers.set('X-Hub-Signature-256', `sha256=${createHmac('sha256', key).update(body).digest('hex')}`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    discard(response);
    if (!response.ok) console.error(`the webhook at ALERT_URL answered ${response.status}`);
    return response.ok;
  } catch (error) {
    console.error('the webhook at ALERT_URL could not be reached', error);
    return false;
  }
}

function toMessage({ id, kind, at, since, detail, source }: HealthChange): Record<string, unknown> {
  return {
    id,
    kind,
    at: new Date(at).toISOString(),
    since: new Date(since).toISOString(),
    detail,
    source: source && { id: source.id, url: source.url, title: sourceTitle(source, source.feedTitle) },
  };
}
