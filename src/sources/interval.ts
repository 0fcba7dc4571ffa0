import type { PublisherHints } from './publisher-hints.ts';
import type { Rhythm } from './rhythm.ts';
import type { PollRange } from './source-list.ts';

/** What the time between two polls is worked out from. */
export interface IntervalBasis {
  /** What the owner wants: minutes, or a range in which the source's own rhythm decides. */
  poll?: number | PollRange | undefined;
  hints: PublisherHints;
  rhythm?: Rhythm | undefined;
  /** A hub brings what is new, and has done so within the last day. */
  isPushed?: boolean | undefined;
}

const MINUTE = 60_000;
export const DAY_MINUTES = 24 * 60;
/** Publishers take it ill to be asked more often, unless they say otherwise. */
const FLOOR_MINUTES = 60;
/** Whatever they say. */
const LOWEST_FLOOR_MINUTES = 30;
/** Of a source whose rhythm is not known yet. */
const UNKNOWN_MINUTES = 60;
/** A source that was silent for ten times its gap has slowed down, whatever its gap was. */
const SILENCE_FACTOR = 10;

/**
 * Minutes until a source is polled again after a poll that went well: half the median gap between its items, between an
 * hour and a day, or what the owner says. The publisher's hints only lengthen it, and never beyond a day, so that a
 * broken hint cannot freeze a feed.
 */
export function minutesBetweenPolls(basis: IntervalBasis, now: number): number {
  const own = typeof basis.poll === 'number' ? basis.poll : adaptive(basis, now);
  const pushed = basis.isPushed ? DAY_MINUTES : 0;
  return Math.max(own, hintedMinutes(basis.hints), pushed);
}

/** Minutes the publisher wants to be left alone between two polls, at most a day. */
export function hintedMinutes({ minutesBetweenPolls = 0, maxAgeSeconds = 0 }: PublisherHints): number {
  return Math.min(Math.max(minutesBetweenPolls, maxAgeSeconds / 60), DAY_MINUTES);
}

function adaptive({ poll, hints, rhythm }: IntervalBasis, now: number): number {
  const range =
    typeof poll === 'object' ? poll : { floor: invitedFloor(hints.maxAgeSeconds), ceiling: DAY_MINUTES };
  const half = rhythm === undefined ? UNKNOWN_MINUTES : currentGap(rhythm, now) / 2;
  return Math.min(Math.max(half, range.floor), range.ceiling);
}

function currentGap({ gapMinutes, newestAt }: Rhythm, now: number): number {
  return Math.max(gapMinutes, (now - newestAt) / MINUTE / SILENCE_FACTOR);
}

/** `max-age` below an hour invites to come sooner; 0 is what frameworks write without thinking, and says nothing. */
function invitedFloor(maxAgeSeconds = 0): number {
  if (maxAgeSeconds === 0) return FLOOR_MINUTES;
  return Math.min(Math.max(maxAgeSeconds / 60, LOWEST_FLOOR_MINUTES), FLOOR_MINUTES);
}
