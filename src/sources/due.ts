import type { Source } from './source.ts';

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
/** Unless the owner says otherwise: publishers take it ill to be asked more often than once an hour. */
const DEFAULT_POLL_MINUTES = 60;

/** What a publisher asked of us with its last answer. */
export interface PollHints {
  /** From `ttl`, `sy:updatePeriod`. */
  minutesBetweenPolls?: number;
  /** From `Cache-Control` or `Expires`. */
  maxAgeSeconds?: number;
  /** From `Retry-After`. */
  retryAfterSeconds?: number;
}

/**
 * When a source is due again after a poll that went well. A publisher's hints only lengthen the owner's interval, and
 * never beyond a day, so that a broken hint cannot freeze a feed. `jitter` from 0 to 1 adds up to a tenth.
 */
export function nextCheckAfterSuccess(source: Source, hints: PollHints, now: number, jitter: number): number {
  const asked = Math.max(hints.minutesBetweenPolls ?? 0, (hints.maxAgeSeconds ?? 0) / 60);
  const minutes = Math.max(source.poll ?? DEFAULT_POLL_MINUTES, Math.min(asked, DAY_MINUTES));
  return Math.round(now + minutes * MINUTE * (1 + jitter / 10));
}

/**
 * When a source is due again after its `failures`-th failure in a row: the interval doubles up to a day, which it
 * never exceeds, because a source that is never asked again can never recover. `Retry-After` lengthens it, up to a day.
 */
export function nextCheckAfterFailure(
  source: Source,
  failures: number,
  hints: PollHints,
  now: number,
  jitter: number,
): number {
  const doubled = (source.poll ?? DEFAULT_POLL_MINUTES) * 2 ** Math.min(failures - 1, 10);
  const asked = (hints.retryAfterSeconds ?? 0) / 60;
  const minutes = Math.min(Math.max(doubled, asked), DAY_MINUTES);
  return Math.round(now + minutes * MINUTE * (1 + jitter / 10));
}
