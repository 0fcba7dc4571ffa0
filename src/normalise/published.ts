import type { ParsedItem } from '../parse/parsed-feed.ts';
import { parseDate } from './dates.ts';

/** A date this near to the fetch, on every item alike, is the fetch's and not the items'. */
const FETCH_TIME_WINDOW = 5 * 60_000;
/** No feed is older; epoch 0 and its neighbours mean that a date is missing. */
const EARLIEST = Date.UTC(1990, 0, 1);

/** When an item was published, and whether the source said so or we had to take the time it was first seen. */
export interface Published {
  published: number;
  inferred: boolean;
  updated?: number;
}

/**
 * The dates of all items of one document, in its order. Times are milliseconds since 1970. An item without a usable
 * date gets the present time, a second less for each place in the document, so that the publisher's order stays.
 */
export function datesOfItems(
  items: readonly ParsedItem[],
  options: { now: number; timezone?: string },
): Published[] {
  const { now } = options;
  const read = (text: string | undefined) =>
    text === undefined ? undefined : usableDate(parseDate(text, options), now);
  const given = items.map((item) => read(item.published) ?? read(item.updated));
  const invented =
    given.length > 1 &&
    given.every(
      (date) => date !== undefined && date === given[0] && Math.abs(now - date) < FETCH_TIME_WINDOW,
    );
  return items.map((item, index) => {
    const date = invented ? undefined : given[index];
    const published = date ?? now - index * 1000;
    const updated = invented ? undefined : read(item.updated);
    return {
      published,
      inferred: date === undefined,
      ...(updated !== undefined && updated > published ? { updated } : {}),
    };
  });
}

/**
 * The date unless it is impossible: before feeds existed, or ahead. Most that are ahead by hours are the time of a place
 * that the feed does not name; they would stay on top for so long, and readers take no date of the future.
 */
function usableDate(date: number | undefined, now: number): number | undefined {
  return date !== undefined && date >= EARLIEST && date <= now ? date : undefined;
}
