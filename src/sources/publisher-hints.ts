/** What a publisher asks of those who poll his feed; kept, because an answer of 304 does not repeat it. */
export interface PublisherHints {
  /** From `ttl`, `sy:updatePeriod`. */
  minutesBetweenPolls?: number;
  /** From `Cache-Control` or `Expires`. */
  maxAgeSeconds?: number;
  /** Hours of the day, 0 to 23 in UTC, at which not to ask. */
  skipHours?: readonly number[];
  /** Days on which not to ask, 0 for Sunday to 6, in UTC. */
  skipDays?: readonly number[];
  /** Nothing will ever be added (JSON Feed `expired`). */
  expired?: boolean;
}

/** Hints from one answer, those that say something. */
export function publisherHints(given: PublisherHints): PublisherHints {
  const { minutesBetweenPolls, maxAgeSeconds, skipHours = [], skipDays = [], expired } = given;
  return {
    ...(minutesBetweenPolls !== undefined && { minutesBetweenPolls }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(skipHours.length > 0 && { skipHours }),
    ...(skipDays.length > 0 && { skipDays }),
    ...(expired && { expired }),
  };
}

/** The hints after an unchanged answer: it may shorten how long the last document stays good, never lengthen it. */
export function hintsAfterUnchanged(
  known: PublisherHints,
  maxAgeSeconds: number | undefined,
): PublisherHints {
  if (known.maxAgeSeconds === undefined || maxAgeSeconds === undefined) return known;
  return { ...known, maxAgeSeconds: Math.min(known.maxAgeSeconds, maxAgeSeconds) };
}

const HOUR = 3_600_000;
const DAYS_TO_LOOK = 8;

/**
 * The first time from `time` on at which the publisher lets us ask. Hours and days that cover everything are a mistake
 * and say nothing.
 */
export function outsideSkippedTimes(time: number, { skipHours = [], skipDays = [] }: PublisherHints): number {
  if (skipHours.length + skipDays.length === 0) return time;
  const isSkipped = (at: Date) => skipHours.includes(at.getUTCHours()) || skipDays.includes(at.getUTCDay());
  for (let hour = 0; hour < DAYS_TO_LOOK * 24; hour++) {
    const candidate = time + hour * HOUR;
    if (!isSkipped(new Date(candidate))) return candidate;
  }
  return time;
}
