/** What one invocation may do, by Cloudflare plan. */
export interface PlanLimits {
  /** Sources in one message; a message is polled in one invocation, unless it turns out too much work. */
  sourcesPerMessage: number;
  /** Hosts an invocation asks beside each other. */
  hostsAtOnce: number;
  /** Requests and database queries an invocation may make. */
  subrequests: number;
  /** Bytes of changed feeds after which an invocation begins no further poll: they are what costs CPU. */
  feedBytes: number;
  /** Posts in one commit. */
  postsPerCommit: number;
}

export const PLAN_LIMITS = {
  // 10 ms of CPU, 50 subrequests and 50 queries, so that what one poll takes must be known before the next begins;
  // 10,000 queue operations a day, three a message
  free: { sourcesPerMessage: 5, hostsAtOnce: 1, subrequests: 50, feedBytes: 150_000, postsPerCommit: 10 },
  // a Worker may have six connections open
  paid: {
    sourcesPerMessage: 40,
    hostsAtOnce: 4,
    subrequests: 900,
    feedBytes: 50_000_000,
    postsPerCommit: 400,
  },
} as const satisfies Record<string, PlanLimits>;

export type Plan = keyof typeof PLAN_LIMITS;
