import { minutesAfterFailure } from './back-off.ts';
import { DAY_MINUTES, hintedMinutes, type IntervalBasis, minutesBetweenPolls } from './interval.ts';
import { outsideSkippedTimes, type PublisherHints } from './publisher-hints.ts';
import type { SourceFailure } from './source.ts';

const MINUTE = 60_000;
const HOUR_MINUTES = 60;

/** When a poll ended, and a number from 0 to 1 that spreads the next ones. */
export interface PollMoment {
  /** Milliseconds since 1970. */
  now: number;
  jitter: number;
}

/**
 * When a source is due again after a poll that went well: milliseconds since 1970, undefined where its publisher says
 * that nothing will ever be added.
 */
export function nextCheckAfterSuccess(basis: IntervalBasis, moment: PollMoment): number | undefined {
  if (basis.hints.expired) return undefined;
  return dueIn(minutesBetweenPolls(basis, moment.now), basis.hints, moment);
}

/** What the time of the next try is worked out from. */
export interface FailureBasis {
  /** How the source is polled when all is well. */
  poll?: IntervalBasis['poll'];
  hints: PublisherHints;
  failure: SourceFailure;
  /** Failures in a row, this one included. */
  failures: number;
  /** From `Retry-After`. */
  retryAfterSeconds?: number | undefined;
}

/**
 * When a source is due again after a failure; undefined where it is gone for good. Neither is it asked sooner than the
 * owner or the publisher wants when all is well, nor than `Retry-After` says, which counts up to a day.
 */
export function nextCheckAfterFailure(basis: FailureBasis, moment: PollMoment): number | undefined {
  const { poll, hints, failure, failures, retryAfterSeconds = 0 } = basis;
  const wait = minutesAfterFailure(failure, failures);
  if (wait === 'never') return undefined;
  const usual = typeof poll === 'object' ? poll.floor : (poll ?? HOUR_MINUTES);
  const asked = Math.min(retryAfterSeconds / 60, DAY_MINUTES);
  return dueIn(Math.max(wait, usual, asked, hintedMinutes(hints)), hints, moment);
}

/**
 * A time so many minutes away, a quarter longer at most so that sources part, at no time the publisher skips, and not
 * at the full hour, when everybody else comes.
 */
function dueIn(minutes: number, hints: PublisherHints, { now, jitter }: PollMoment): number {
  const spread = Math.round(now + minutes * MINUTE * (1 + jitter / 4));
  const time = outsideSkippedTimes(spread, hints);
  const isFullHour = Math.floor(time / MINUTE) % HOUR_MINUTES === 0;
  return isFullHour ? time + MINUTE : time;
}
