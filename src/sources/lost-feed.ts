import type { SourceFailure } from './source.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What cannot be reached for so long may have moved. */
const LOST_AFTER = 7 * DAY;
/** Until a feed is looked for again: there was none, or what may be one did not answer. */
const LOOK_AGAIN_AFTER = { none: 30 * DAY, unclear: 4 * HOUR } as const;

/**
 * Whether it is time to look for a feed elsewhere on its site: a feed that is not there, or is a page now, at once;
 * one that cannot be reached when it has failed for a week.
 */
export function isTimeToLook(
  failure: Pick<SourceFailure, 'kind' | 'status'>,
  before: SourceFailure | undefined,
  now: number,
): boolean {
  const wait = waitBeforeLooking(failure);
  if (wait === 'never' || before?.proposedUrl !== undefined) return false;
  return now - (before?.since ?? now) >= wait && now >= (before?.lookAgainAt ?? 0);
}

/** When to look again after a look that found nothing. */
export function nextLook(outcome: keyof typeof LOOK_AGAIN_AFTER, now: number): number {
  return now + LOOK_AGAIN_AFTER[outcome];
}

function waitBeforeLooking({ kind, status }: Pick<SourceFailure, 'kind' | 'status'>): number | 'never' {
  if (status === 404 || status === 410 || kind === 'not-a-feed') return 0;
  // who does not let us in, or has had enough of us, does not want us to look around either
  if (status === 401 || status === 403 || status === 429 || kind === 'bot-challenge') return 'never';
  return LOST_AFTER;
}
