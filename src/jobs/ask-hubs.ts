import { discard, type Fetch, guardedFetch } from '../fetch/guarded-fetch.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import type { SubscriptionStore } from '../store/subscription-store.ts';
import { ASK_AGAIN, type Subscription, subscribeForm } from '../websub/subscription.ts';
import { allowing } from './ask-for-feed.ts';
import { isPublic } from './host-manners.ts';

export interface HubTools {
  fetch: Fetch;
  policy: AddressPolicy;
  userAgent: string;
  /** Where this program is reached: `https://news.example.org`. */
  publicOrigin: string;
  subscriptions: Pick<SubscriptionStore, 'toAsk' | 'recordAsked' | 'recordRefused'>;
  /** Milliseconds since 1970. */
  now: number;
}

/** Requests of one run of cron. */
const HUBS_PER_RUN = 5;
const TIMEOUT_MS = 10_000;

/**
 * Whether a hub can call us, and safely: hubs send nothing secret to an address that is not https (WebSub, 5.1), unless
 * all of it happens on the owner's own network.
 */
export function canBeCalledBy(hub: string, publicOrigin: string): boolean {
  return publicOrigin.startsWith('https://') || !(isPublic(hub) || isPublic(publicOrigin));
}

/** The path under which a hub calls. */
export const CALLBACK_PATH = '/websub/';

/**
 * Asks hubs for subscriptions that are wanted, or whose lease is half over. A hub agrees by calling back; until then, and
 * whatever it says, the source is polled as ever.
 */
export async function askHubs(tools: HubTools): Promise<void> {
  for (const subscription of await tools.subscriptions.toAsk(tools.now, HUBS_PER_RUN))
    await askHub(subscription, tools);
}

/** A feed of somebody else must not have us send anything into the owner's network, whatever may be asked for there. */
function policyFor(sourceUrl: string, policy: AddressPolicy): AddressPolicy {
  return isPublic(sourceUrl)
    ? { ...policy, allowedOrigins: new Set() }
    : allowing(new URL(sourceUrl).origin, policy);
}

async function askHub(subscription: Subscription, tools: HubTools): Promise<void> {
  const { subscriptions, now, publicOrigin, userAgent } = tools;
  const { sourceId, sourceUrl, hub, callback } = subscription;
  await subscriptions.recordAsked(sourceId, now, now + ASK_AGAIN.unverified);
  const form = subscribeForm(subscription, publicOrigin + CALLBACK_PATH + callback);
  const headers = new Headers({
    'User-Agent': userAgent,
    'Content-Type': 'application/x-www-form-urlencoded',
  });
  const answer = await guardedFetch(
    {
      url: new URL(hub),
      post: form.toString(),
      headersFor: () => headers,
      headerTimeoutMs: TIMEOUT_MS,
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
    },
    { ...tools, policy: policyFor(sourceUrl, tools.policy) },
  );
  if (answer.kind === 'response') discard(answer.response);
  if (answer.kind === 'response' && answer.response.ok) return;
  const isRefusal = answer.kind === 'response' && answer.response.status < 500;
  await subscriptions.recordRefused(sourceId, now + (isRefusal ? ASK_AGAIN.denied : ASK_AGAIN.unreachable));
}
