import { type Fetch, MAX_REQUESTS_AT_ONCE } from '../fetch/guarded-fetch.ts';
import type { PlanLimits } from '../sources/plan-limits.ts';
import { MAX_REQUESTS_OF_A_LOOK } from './discover.ts';
import type { RefreshOutcome } from './refresh.ts';

/** What an invocation spends besides its polls: taking a message, sending on what is left of it. */
const OVERHEAD = 9;
/** Queries of a poll: saving how it ended; with articles also what is known of them, and they themselves. */
const QUERIES = { unchanged: 1, failed: 3, updated: 12, 'put-off': 1 } as const satisfies Record<
  RefreshOutcome['kind'],
  number
>;
/** What a poll takes at most that does not look for a feed. */
const POLL = MAX_REQUESTS_AT_ONCE + QUERIES.updated;
/** Looking for a feed, and polling what was found. */
const LOOK = MAX_REQUESTS_OF_A_LOOK + POLL;
/** Cloudflare ends an invocation after 15 minutes; a poll that waits for several instances takes some of them. */
const LONGEST_MS = 4 * 60_000;

/** What is left of an invocation's limits. */
export class WorkBudget {
  #subrequests: number;
  #bytes: number;
  readonly #endsAt: number;

  constructor({ subrequests, feedBytes }: PlanLimits, now: number) {
    this.#subrequests = subrequests - OVERHEAD;
    this.#bytes = feedBytes;
    this.#endsAt = now + LONGEST_MS;
  }

  /** Whether there is enough left for one more poll. */
  allowsPoll(now: number): boolean {
    return this.#subrequests >= POLL && this.#bytes > 0 && now < this.#endsAt;
  }

  /** Whether there is enough left to look for a feed; at the beginning there always is. */
  allowsLook(): boolean {
    return this.#subrequests >= LOOK;
  }

  /** The same `fetch`, counted. */
  counting(fetch: Fetch): Fetch {
    return (url, init) => {
      this.#subrequests--;
      return fetch(url, init);
    };
  }

  spend(outcome: RefreshOutcome): void {
    this.#subrequests -= QUERIES[outcome.kind];
    if (outcome.kind === 'updated') this.#bytes -= outcome.bytes;
  }
}
