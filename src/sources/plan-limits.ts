/** What one invocation may do, by Cloudflare plan. */
export interface PlanLimits {
  /** Sources in one message; a message is polled in one invocation, unless it turns out too much work. */
  sourcesPerMessage: number;
  /** Requests and database queries an invocation may make. */
  subrequests: number;
  /** Bytes of changed feeds after which an invocation begins no further poll: they are what costs CPU. */
  feedBytes: number;
}

export const PLAN_LIMITS = {
  // 10 ms of CPU, 50 subrequests and 50 queries; 10,000 queue operations a day, three a message
  free: { sourcesPerMessage: 5, subrequests: 50, feedBytes: 150_000 },
  paid: { sourcesPerMessage: 40, subrequests: 900, feedBytes: 50_000_000 },
} as const satisfies Record<string, PlanLimits>;

export type Plan = keyof typeof PLAN_LIMITS;
