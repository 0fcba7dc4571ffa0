/** Late articles and corrections still come into a month's archive for a week after it. */
const OPEN_AFTER_END = 7 * 24 * 3_600_000;

/** The last month, such as `2026-10`, whose archive documents change no more. Months are counted in UTC. */
export function lastClosedMonth(now: number): string {
  const today = new Date(now - OPEN_AFTER_END);
  return monthOf(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1));
}

/** First moment of a month, and the first after it, in milliseconds since 1970. */
export function monthRange(month: string): { start: number; end: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { start: Date.UTC(year, number - 1), end: Date.UTC(year, number) };
}

function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}
