/** What an old post's date says. Times are milliseconds since 1970. */
export type OldDate =
  /** A moment. */
  | { kind: 'instant'; time: number }
  /** The wall clock of a machine whose zone is not known, read as UTC: when the post was written, or its item was published. */
  | { kind: 'wall-clock'; time: number }
  | { kind: 'none' };

const WALL_CLOCK = /^\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const WITH_ZONE = /(?:Z|GMT|UTC?|[+-]\d{2}:?\d{2})$/i;

/** Reads RFC 822, ISO 8601 and `YYYY-MM-DD HH:mm:ss`. Anything else, `Invalid Date` among it, is no date. */
export function readOldDate(text: string | undefined): OldDate {
  if (text === undefined) return { kind: 'none' };
  const isWallClock = WALL_CLOCK.test(text);
  if (!isWallClock && !WITH_ZONE.test(text)) return { kind: 'none' };
  const time = Date.parse(isWallClock ? toIso(text) : text);
  if (Number.isNaN(time)) return { kind: 'none' };
  return { kind: isWallClock ? 'wall-clock' : 'instant', time };
}

function toIso(text: string): string {
  const [, year, month = '', day = '', hour = '0', rest = ':00'] =
    /^(\d{4})-(\d+)-(\d+)(?:[ T](\d+)(:.*))?$/.exec(text) ?? [];
  const two = (digits: string) => digits.padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hour)}${rest}Z`;
}
