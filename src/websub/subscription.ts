/** A feed that a hub pushes to us, or is to. Times are milliseconds since 1970. */
export interface Subscription {
  sourceId: string;
  /** The address of the feed. */
  sourceUrl: string;
  hub: string;
  topic: string;
  /** The last part of the address the hub calls; nobody else knows it. */
  callback: string;
  secret: string;
  /** When the hub was last asked. */
  askedAt?: number;
  leasedUntil: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ten days, what hubs grant who are not asked (WebSub, 5.1). */
const LEASE_SECONDS = 10 * 24 * 3600;
const LONGEST_LEASE_SECONDS = 30 * 24 * 3600;
/** A hub that does not verify, cannot be reached, or does not want. */
export const ASK_AGAIN = { unverified: DAY, unreachable: DAY, denied: 7 * DAY } as const;
/** A request that is older is no longer the one that a hub verifies; until then it may ask twice. */
const PENDING = DAY;
/** A hub that grants minutes is not asked every few minutes. */
const SHORTEST_RENEWAL = HOUR;

/** What a request for verification calls for. */
export type Verification =
  | { kind: 'confirm'; challenge: string; leasedUntil: number; askAt: number }
  | { kind: 'denied' }
  | { kind: 'unknown' };

/**
 * Answers a hub that verifies (WebSub, 5.3): it must be what was asked for, the subscription to this topic, and lately.
 * Nothing is ever unsubscribed from; a callback that is gone answers 410 instead. `jitter` from 0 to 1 spreads renewals.
 */
export function verify(
  { topic, askedAt }: Subscription,
  query: URLSearchParams,
  { now, jitter }: { now: number; jitter: number },
): Verification {
  const mode = query.get('hub.mode');
  if (query.get('hub.topic') !== topic) return { kind: 'unknown' };
  if (mode === 'denied') return { kind: 'denied' };
  const challenge = query.get('hub.challenge');
  const isAsked = askedAt !== undefined && now - askedAt < PENDING;
  if (mode !== 'subscribe' || challenge === null || !isAsked) return { kind: 'unknown' };
  const lease = leaseOf(query.get('hub.lease_seconds')) * 1000;
  return { kind: 'confirm', challenge, leasedUntil: now + lease, askAt: now + renewalAfter(lease, jitter) };
}

function leaseOf(text: string | null): number {
  const seconds = /^\d{1,12}$/.test(text ?? '') ? Number(text) : LEASE_SECONDS;
  return Math.min(seconds, LONGEST_LEASE_SECONDS);
}

/** Half the lease, and up to a day more, never so much that it runs out. */
function renewalAfter(lease: number, jitter: number): number {
  return Math.max(SHORTEST_RENEWAL, Math.round(lease / 2 + jitter * Math.min(lease / 4, DAY)));
}

/** The body of a request to subscribe (WebSub, 5.1). */
export function subscribeForm(
  { topic, secret }: Pick<Subscription, 'topic' | 'secret'>,
  callbackUrl: string,
): URLSearchParams {
  return new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': topic,
    'hub.callback': callbackUrl,
    'hub.secret': secret,
    'hub.lease_seconds': String(LEASE_SECONDS),
  });
}
