import { polledHost, SOURCES_PER_MESSAGE } from '../src/sources/feed-addresses.ts';
import type { SourceList } from '../src/sources/source-list.ts';

/** What following a list of sources costs a day. */
export interface DailyCost {
  polls: number;
  queueOperations: number;
  rowsWritten: number;
  rowsRead: number;
  megabytes: number;
}

/** Cloudflare's allowances a day; a month of the paid plan's is taken as thirty equal days. */
export const ALLOWANCES = {
  free: { queueOperations: 10_000, rowsWritten: 100_000, rowsRead: 5_000_000 },
  paid: { queueOperations: 33_333, rowsWritten: 1_666_667, rowsRead: 833_333_333 },
} as const;

const DAY_MINUTES = 1440;
const CRON_MINUTES = 5;
const DEFAULT_POLL_MINUTES = 60;
/** Jitter lengthens an interval by 5 % on average, and half a run of cron passes before a due source is taken. */
const intervalOf = (minutes: number) => minutes * 1.05 + CRON_MINUTES / 2;

/** What is not known of a source beforehand: measured ones differ, and these are on the high side of usual. */
export const ASSUMED = { changedPollsPerDay: 4, itemsPerDay: 5, rowsPerItem: 12, kilobytesPerItem: 6 };
/** A queue counts a message when it is written, read and deleted. */
const OPERATIONS_PER_MESSAGE = 3;
/** Of a poll: taken, and saved. */
const ROWS_PER_POLL = 2;
/** Of a poll that found something: versions of feeds, what the feed shows. */
const ROWS_PER_CHANGE = 5;

/** Works out the cost from how often each source is polled and which of them share a host, hence a message. */
export function planCosts({ sources, rsshub }: SourceList): DailyCost {
  const runs = DAY_MINUTES / CRON_MINUTES;
  const perHost = new Map<string, number>();
  let polls = 0;
  for (const { url, poll } of sources) {
    const rate = DAY_MINUTES / intervalOf(poll ?? DEFAULT_POLL_MINUTES);
    const host = polledHost(url, rsshub);
    polls += rate;
    perHost.set(host, (perHost.get(host) ?? 0) + rate);
  }
  let messages = 0;
  for (const rate of perHost.values()) messages += runs * expectedMessages(rate / runs);
  const count = sources.length;
  const changes = Math.min(polls, ASSUMED.changedPollsPerDay * count);
  const items = ASSUMED.itemsPerDay * count;
  return {
    polls,
    queueOperations: OPERATIONS_PER_MESSAGE * messages,
    rowsWritten: ROWS_PER_POLL * polls + ROWS_PER_CHANGE * changes + ASSUMED.rowsPerItem * items,
    // every run looks through the sources twice: for what is due, and what retention has to look at
    rowsRead: 2 * runs * count + 4 * polls + 100 * changes,
    megabytes: (ASSUMED.kilobytesPerItem * items) / 1000,
  };
}

/** Messages a run of cron needs for a host of which on average `due` sources are due, when they fall due by chance. */
function expectedMessages(due: number): number {
  let probability = Math.exp(-due);
  let expected = 0;
  for (let n = 1; n < 4 * due + 40; n++) {
    probability *= due / n;
    expected += probability * Math.ceil(n / SOURCES_PER_MESSAGE);
  }
  return due > 500 ? due / SOURCES_PER_MESSAGE : expected;
}

/** The table the owner reads, and what to change where a plan does not fit. */
export function toCostReport(cost: DailyCost, sources: number): string {
  const rows = (['queueOperations', 'rowsWritten', 'rowsRead'] as const).map((name) => {
    const share = (plan: 'free' | 'paid') => `${Math.ceil((100 * cost[name]) / ALLOWANCES[plan][name])} %`;
    return `  ${NAMES[name].padEnd(18)} ${count(cost[name]).padStart(12)}   ${share('free').padStart(6)} of free   ${share('paid').padStart(6)} of paid`;
  });
  const worst = Math.max(
    ...(['queueOperations', 'rowsWritten', 'rowsRead'] as const).map(
      (name) => cost[name] / ALLOWANCES.free[name],
    ),
  );
  const verdict =
    worst <= 1
      ? 'The free plan fits.'
      : `The free plan does not fit: poll about ${worst.toFixed(1)} times less often (\`defaults: { poll: … }\`), follow fewer sources, or take the paid plan.`;
  return [
    `${sources} sources, a day:`,
    `  ${'polls'.padEnd(18)} ${count(cost.polls).padStart(12)}`,
    ...rows,
    `  ${'storage'.padEnd(18)} ${`${cost.megabytes.toFixed(1)} MB`.padStart(12)}   500 MB is all that free has: KEEP_DAYS bounds it`,
    verdict,
    `Assumed of each source: ${ASSUMED.itemsPerDay} new items a day of ${ASSUMED.kilobytesPerItem} KB, found by ${ASSUMED.changedPollsPerDay} polls.`,
  ].join('\n');
}

const NAMES = {
  queueOperations: 'queue operations',
  rowsWritten: 'D1 rows written',
  rowsRead: 'D1 rows read',
};

function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}
