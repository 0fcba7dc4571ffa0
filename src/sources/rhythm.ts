/** How often a source publishes something. */
export interface Rhythm {
  /** Median of the minutes between its last 20 items; 0 where there is only one. */
  gapMinutes: number;
  /** When its newest item was published: milliseconds since 1970. */
  newestAt: number;
}

const ITEMS = 20;
const MINUTE = 60_000;

/** The rhythm of items by their dates, which are milliseconds since 1970 in any order; undefined without any. */
export function rhythmOf(published: readonly number[]): Rhythm | undefined {
  const newest = published.toSorted((a, b) => b - a).slice(0, ITEMS);
  const [newestAt, ...older] = newest;
  if (newestAt === undefined) return undefined;
  const gaps = older.map((date, i) => (newest[i] ?? date) - date).sort((a, b) => a - b);
  const middle = gaps.length >> 1;
  const median = gaps.length % 2 === 1 ? gaps[middle] : ((gaps[middle - 1] ?? 0) + (gaps[middle] ?? 0)) / 2;
  return { gapMinutes: Math.round((median ?? 0) / MINUTE), newestAt };
}
