import { discard } from '../fetch/guarded-fetch.ts';
import { FEED_FILES, scopeFolder, scopeOfKey } from '../sources/feed-scope.ts';
import type { PlanLimits } from '../sources/plan-limits.ts';
import type { PingStore } from '../store/ping-store.ts';

/** A message of the queue: the hub is pinged in an invocation of its own. */
export interface PingMessage {
  ping: true;
}

/** The owner's hub, and under which origin it knows our feeds. */
export interface HubTarget {
  hub: string;
  publicOrigin: string;
}

export interface PingTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  userAgent: string;
  pings: Pick<PingStore, 'take' | 'open' | 'settle' | 'isOpen'>;
  queue: Pick<Queue<PingMessage>, 'send'>;
  limits: Pick<PlanLimits, 'subrequests'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const MINUTE = 60_000;
/** Queries of a run, and some room. */
const OVERHEAD = 8;
/** How long a run has the hub for itself, and after which time it begins nothing more. */
const RUN = { lease: 5 * MINUTE, longest: 4 * MINUTE };
const TIMEOUT_MS = 10_000;
const RETRY = { pause: MINUTE, longest: 60 * MINUTE };
/** Polls that end together are told together, and what the hub then reads is new in every isolate. */
const DELAY_SECONDS = 5;

/** Queues a run of pings if a feed has changed that the hub was not told of. */
export async function askToPing(
  { hub }: HubTarget,
  { pings, queue, now }: Pick<PingTools, 'queue' | 'now'> & { pings: Pick<PingStore, 'isOpen'> },
): Promise<void> {
  if (await pings.isOpen(hub, now())) await queue.send({ ping: true }, { delaySeconds: DELAY_SECONDS });
}

/**
 * Tells the hub of the feeds that have changed, each in its three formats, by `hub.mode=publish` and the address that is
 * the feed's topic (PubSubHubbub Core 0.4, 7.1; WebSub leaves it to the hub). What an invocation cannot do, the next one
 * does; a hub that fails is asked again later, and killed at any moment nothing is lost, but a ping may be repeated.
 */
export async function pingHub(target: HubTarget, tools: PingTools): Promise<void> {
  const { pings, now } = tools;
  const begun = now();
  const failures = await pings.take(target.hub, begun, begun + RUN.lease);
  if (failures === undefined) return;
  const limit = Math.floor((tools.limits.subrequests - OVERHEAD) / FEED_FILES.length);
  const told = [];
  for (const feed of await pings.open(limit)) {
    if (now() - begun > RUN.longest) break;
    const folder = target.publicOrigin + scopeFolder(scopeOfKey(feed.scope));
    const outcomes = await Promise.all(FEED_FILES.map((file) => ping(target.hub, folder + file, tools)));
    const failed = outcomes.find((outcome) => outcome.kind === 'failed');
    if (failed !== undefined) {
      console.error(`the hub at WEBSUB_HUB could not be told: ${failed.detail}`);
      const pause = Math.min(RETRY.longest, RETRY.pause * 2 ** failures);
      return pings.settle(told, { failures: failures + 1, notBefore: now() + pause });
    }
    told.push(feed);
  }
  await pings.settle(told);
  await askToPing(target, tools);
}

type PingOutcome = { kind: 'answered' } | { kind: 'failed'; detail: string };

/**
 * One ping. That the hub does not want to know of a feed is an answer too, or the one feed would keep it from hearing of
 * the others. The hub is the owner's own choice, so it may be at a private address; a redirect is not it.
 */
async function ping(hub: string, topic: string, { fetch, userAgent }: PingTools): Promise<PingOutcome> {
  // hubs differ in which of the two they read
  const body = new URLSearchParams({
    'hub.mode': 'publish',
    'hub.url': topic,
    'hub.topic': topic,
  }).toString();
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'User-Agent': userAgent,
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(hub, { method: 'POST', headers, body, redirect: 'manual', signal });
    discard(response);
    const { ok: isOk, status } = response;
    if (!isOk && !isRefusal(status)) return { kind: 'failed', detail: `it answered ${status}` };
    if (!isOk) console.error(`the hub at WEBSUB_HUB answered ${status} to a ping for ${topic}`);
    return { kind: 'answered' };
  } catch (error) {
    return { kind: 'failed', detail: String(error) };
  }
}

/** Of the feed; 408 and 429 say nothing about it. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
