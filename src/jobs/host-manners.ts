import type { FeedResponse } from '../fetch/feed-request.ts';
import { checkAddress } from '../fetch/public-address.ts';
import { pauseMinutes } from '../sources/back-off.ts';
import type { HostPause, PollStore } from '../store/poll-store.ts';

export interface MannersTools {
  polls: Pick<PollStore, 'pauseHost' | 'endPause'>;
  /** What hosts asked for before, and when RSSHub instances were last asked. */
  pauses: Map<string, HostPause>;
  instancesAsked: ReadonlyMap<string, number>;
  instances: readonly string[];
  /** Origins that are the owner's own: asking them takes no courtesy. */
  ownOrigins: ReadonlySet<string>;
  now: () => number;
  wait: (milliseconds: number) => Promise<unknown>;
}

/** Publishers count requests within a second of each other against a client. */
const GAP_MS = 1000;
/** Somebody pays for a public RSSHub instance, and all its routes are asked of the same machine. */
const PUBLIC_INSTANCE_GAP_MS = 60_000;
const DAY_SECONDS = 24 * 3600;
const NOTHING_ALLOWED = { allowedOrigins: new Set<string>(), ownHosts: new Set<string>() };

/** Whether an address is somebody else's: one on the owner's own network needs no courtesy. */
export function isPublic(address: string): boolean {
  return checkAddress(new URL(address), NOTHING_ALLOWED).kind === 'allowed';
}

/** How hosts want to be treated: who is asked when, and who not at all for a while. */
export class HostManners {
  readonly #tools: MannersTools;
  readonly #instanceHosts: ReadonlySet<string>;
  /** When each host was last asked or answered. */
  readonly #askedAt: Map<string, number>;
  /** Another invocation may have asked any host a moment before this one began. */
  readonly #began: number;

  constructor(tools: MannersTools) {
    this.#tools = tools;
    this.#instanceHosts = new Set(tools.instances.map((instance) => new URL(instance).host));
    this.#began = tools.now();
    this.#askedAt = new Map([...tools.instancesAsked].map(([url, at]) => [new URL(url).host, at]));
  }

  /** Until when a host is to be left alone, in milliseconds since 1970; a time in the past where it may be asked. */
  pausedUntil(address: string): number {
    return this.#tools.pauses.get(new URL(address).host)?.until ?? 0;
  }

  /** Milliseconds until a host may be asked again after the last time. */
  waitFor(address: string): number {
    const { host } = new URL(address);
    // when an instance was asked is known for all invocations
    const before = this.#instanceHosts.has(host) ? 0 : this.#began;
    const free = (this.#askedAt.get(host) ?? before) + this.#gap(address, host);
    return Math.max(0, free - this.#tools.now());
  }

  /** Waits until a host may be asked. */
  async turn(address: string): Promise<void> {
    const milliseconds = this.waitFor(address);
    if (milliseconds > 0) await this.#tools.wait(milliseconds);
    this.#askedAt.set(new URL(address).host, this.#tools.now());
  }

  /**
   * Takes note of an answer, and gives its time: a host that has had enough is left alone, one that answers again no
   * more. Gaps are counted from the answer, because the request reached the host some time after its turn.
   */
  async answered(address: string, response: FeedResponse): Promise<number> {
    const { host } = new URL(address);
    const { now, pauses, polls } = this.#tools;
    const at = now();
    this.#askedAt.set(host, at);
    if (!isPublic(address)) return at;
    if (this.#hasHadEnough(host, response)) {
      const strikes = (pauses.get(host)?.strikes ?? 0) + 1;
      const { retryAfterSeconds } = response as { retryAfterSeconds?: number };
      const seconds =
        retryAfterSeconds === undefined
          ? pauseMinutes(strikes) * 60
          : Math.min(retryAfterSeconds, DAY_SECONDS);
      const pause = { until: at + seconds * 1000, strikes };
      pauses.set(host, pause);
      await polls.pauseHost(host, pause);
    } else if (response.kind !== 'failed' && pauses.delete(host)) await polls.endPause(host);
    return at;
  }

  /**
   * RSSHub answers 503 for almost any failure of a route, which says nothing of its other routes unless it says when to
   * come back; one that cannot be reached at all is not there for any route.
   */
  #hasHadEnough(host: string, response: FeedResponse): boolean {
    if (response.kind !== 'failed' || new URL(response.url).host !== host) return false;
    const asksForRest = response.status === 429 || response.status === 503;
    if (!this.#instanceHosts.has(host)) return asksForRest;
    return (asksForRest && response.retryAfterSeconds !== undefined) || response.reason === 'unreachable';
  }

  #gap(address: string, host: string): number {
    if (!isPublic(address)) return 0;
    const isOwn = this.#tools.ownOrigins.has(new URL(address).origin);
    return this.#instanceHosts.has(host) && !isOwn ? PUBLIC_INSTANCE_GAP_MS : GAP_MS;
  }
}
