import { DAY_MINUTES } from './interval.ts';
import type { SourceFailure } from './source.ts';

const DAY = DAY_MINUTES * 60_000;
/** A page that is not there for so long will hardly come back; asking once a week notices when it does. */
const DEAD_AFTER_DAYS = 30;
const DEAD_MINUTES = 7 * DAY_MINUTES;
/** A host that has had enough of us, at its first time; doubled for each further one in a row. */
const PAUSE_MINUTES = 15;
const LONGEST_PAUSE_MINUTES = 8 * 60;

/**
 * Minutes to wait after a failure, `failures` being how many there were in a row; `never` only where the publisher said
 * that the feed is gone for good. Everything else is asked again, because a source that is never asked cannot recover.
 */
export function minutesAfterFailure(
  { kind, status, at, since = at }: SourceFailure,
  failures: number,
): number | 'never' {
  if (status === 410) return 'never';
  if (status === 404 && at - since >= DEAD_AFTER_DAYS * DAY) return DEAD_MINUTES;
  // the one who asks for proof takes further tries for an attack
  if (kind === 'bot-challenge') return DAY_MINUTES;
  if (status === 429 || status === 503) return pauseMinutes(failures);
  return backOffMinutes(failures);
}

/** Minutes a host is left alone that answered 429 or 503 without saying for how long, for the `strikes`-th time. */
export function pauseMinutes(strikes: number): number {
  return Math.min(PAUSE_MINUTES * 2 ** Math.min(strikes - 1, 10), LONGEST_PAUSE_MINUTES);
}

/** From 68 minutes for the first failures to 3.2 days from the 23rd on: Feedbin's curve, the fourth power in seconds. */
function backOffMinutes(failures: number): number {
  return Math.min(Math.max(failures, 8), 23) ** 4 / 60;
}
