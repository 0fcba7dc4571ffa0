import { DAY_MINUTES } from '../src/sources/interval.ts';
import { PLAN_LIMITS } from '../src/sources/plan-limits.ts';
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

const CRON_MINUTES = 5;
const DEFAULT_POLL_MINUTES = 60;
/** Jitter lengthens an interval by an eighth on average, and half a run of cron passes before a due source is taken. */
const intervalOf = (minutes: number) => minutes * 1.125 + CRON_MINUTES / 2;

/** What is not known of a source beforehand: measured ones differ, and these are on the high side of usual. */
export const ASSUMED = { changedPollsPerDay: 4, itemsPerDay: 5, rowsPerItem: 12, kilobytesPerItem: 6 };
/** A queue counts a message when it is written, read and deleted. */
const OPERATIONS_PER_MESSAGE = 3;
/** Of a message: taken, and given free. */
const ROWS_PER_MESSAGE = 2;
/** Of a run: begun, and forgotten. */
const ROWS_PER_RUN = 2;
/** Of a poll that found something: versions of feeds, what the feed shows. */
const ROWS_PER_CHANGE = 5;

/** Works out the cost from how often each source is polled, in messages of the free plan's size. */
export function planCosts({ sources }: Pick<SourceList, 'sources'>): DailyCost {
  const runs = DAY_MINUTES / CRON_MINUTES;
  let polls = 0;
  // a range counts as its shorter end, which is the dearer one
  for (const { poll = DEFAULT_POLL_MINUTES } of sources)
    polls += DAY_MINUTES / intervalOf(typeof poll === 'number' ? poll : poll.floor);
  const messages = runs * expectedMessages(polls / runs);
  const count = sources.length;
  const changes = Math.min(polls, ASSUMED.changedPollsPerDay * count);
  const items = ASSUMED.itemsPerDay * count;
  return {
    polls,
    queueOperations: OPERATIONS_PER_MESSAGE * messages,
    rowsWritten:
      polls +
      ROWS_PER_MESSAGE * messages +
      ROWS_PER_RUN * runs +
      ROWS_PER_CHANGE * changes +
      ASSUMED.rowsPerItem * items,
    // every run looks through the sources twice: for what is due, and what retention has to look at
    rowsRead: 2 * runs * count + 4 * polls + 100 * changes,
    megabytes: (ASSUMED.kilobytesPerItem * items) / 1000,
  };
}

/** Messages a run of cron needs when on average `due` sources are due, which fall due by chance. */
function expectedMessages(due: number): number {
  let probability = Math.exp(-due);
  let expected = 0;
  for (let n = 1; n < 4 * due + 40; n++) {
    probability *= due / n;
    expected += probability * Math.ceil(n / PLAN_LIMITS.free.sourcesPerMessage);
  }
  return due > 500 ? due / PLAN_LIMITS.free.sourcesPerMessage : expected;
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
