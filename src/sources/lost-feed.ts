import type { SourceFailure } from './source.ts';

const DAY = 24 * 3_600_000;
/** What cannot be reached for so long may have moved. */
const LOST_AFTER = 7 * DAY;
const LOOK_AGAIN_AFTER = 30 * DAY;

/**
 * Whether it is time to look for a feed elsewhere on its site: a feed that is not there, or is a page now, at once;
 * one that cannot be reached when it has failed for a week. Again after a month, until something is found.
 */
export function isTimeToLook(
  failure: Pick<SourceFailure, 'kind' | 'status'>,
  before: SourceFailure | undefined,
  now: number,
): boolean {
  const wait = waitBeforeLooking(failure);
  if (wait === 'never' || before?.proposedUrl !== undefined) return false;
  const hasLasted = now - (before?.since ?? now) >= wait;
  return hasLasted && (before?.lookedAt === undefined || now - before.lookedAt >= LOOK_AGAIN_AFTER);
}

function waitBeforeLooking({ kind, status }: Pick<SourceFailure, 'kind' | 'status'>): number | 'never' {
  if (status === 404 || status === 410 || kind === 'not-a-feed') return 0;
  // who does not let us in, or has had enough of us, does not want us to look around either
  if (status === 401 || status === 403 || status === 429 || kind === 'bot-challenge') return 'never';
  return LOST_AFTER;
}
