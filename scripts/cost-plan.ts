import { DAY_MINUTES } from '../src/sources/interval.ts';
import { PLAN_LIMITS, type Plan } from '../src/sources/plan-limits.ts';
import type { SourceEntry, SourceList } from '../src/sources/source-list.ts';

/** What following a list of sources costs a day. */
export interface DailyCost {
  /** Requests to sources. */
  polls: number;
  /** Runs of cron, and messages of the queue. */
  invocations: number;
  cpuMs: number;
  queueOperations: number;
  rowsWritten: number;
  rowsRead: number;
  megabytes: number;
}

/** What Cloudflare gives a day; a month of the paid plan's is taken as thirty equal days. */
export const ALLOWANCES = {
  // of CPU the free plan counts each invocation alone
  free: { invocations: 100_000, queueOperations: 10_000, rowsWritten: 100_000, rowsRead: 5_000_000 },
  paid: {
    invocations: 333_333,
    cpuMs: 1_000_000,
    queueOperations: 33_333,
    rowsWritten: 1_666_667,
    rowsRead: 833_333_333,
  },
} as const satisfies Record<Plan, Partial<DailyCost>>;

const CRON_MINUTES = 5;
const RUNS = DAY_MINUTES / CRON_MINUTES;
const DEFAULT_POLL_MINUTES = 60;
/** Jitter lengthens an interval by an eighth on average, and half a run of cron passes before a due source is taken. */
const intervalOf = (minutes: number) => minutes * 1.125 + CRON_MINUTES / 2;

/** What is not known of a source beforehand: measured ones differ, and these are on the high side of usual. */
const ASSUMED = {
  itemsPerDay: 5,
  changedPollsPerDay: 4,
  tagsPerItem: 2,
  feedBytes: 107_000,
  /** Hours of a day in which its publisher is awake: what changes, changes then. */
  hoursAwake: 15,
};

// The figures below are what the statements do, as `npm run bench -- polling` counts them.

/** A queue counts a message when it is written, read and deleted. */
const OPERATIONS_PER_MESSAGE = 3;
const ROWS_WRITTEN = {
  /** Its source's row. */
  poll: 1,
  /** Taken. */
  message: 1,
  /** What is left of a message is given free before it is sent on. */
  part: 1,
  /** Begun, and forgotten. */
  run: 2,
  /** Versions of the feeds of everything and of the source, what the feed shows; and one a category level. */
  change: 3,
  /** With its three indexes. */
  item: 4,
  /** With the version of its feed. */
  tag: 2,
};
/** `claim`: of a claim that is still leased, in each run. */
const ROWS_READ = { source: 1, claim: 4, run: 15, message: 55, poll: 2, change: 90 };
const LEASE_MINUTES = 30;
/** Of an article with a body of 5 KB, its indexes and tags. */
const KILOBYTES_PER_ITEM = 6.5;
/** `npm run bench -- poll-cost`: a feed of 107 KB that is read and has a new item, one that is the same. */
const CPU_MS = { change: 3, unchanged: 0.2, run: 1, message: 1 };

/** Works out the cost from how often each source is polled, and from the size of a plan's messages. */
export function planCosts({ sources }: Pick<SourceList, 'sources'>, plan: Plan): DailyCost {
  let polls = 0;
  let categoryLevels = 0;
  // a range counts as its shorter end, which is the dearer one
  for (const { poll = DEFAULT_POLL_MINUTES, categories } of sources) {
    polls += DAY_MINUTES / intervalOf(typeof poll === 'number' ? poll : poll.floor);
    categoryLevels += categories.length / sources.length;
  }
  const count = sources.length;
  const changes = Math.min(polls, ASSUMED.changedPollsPerDay * count);
  const items = ASSUMED.itemsPerDay * count;
  const { messages, parts } = messagesOf(polls, changes, plan);
  const claims = (polls / DAY_MINUTES) * LEASE_MINUTES;
  return {
    polls,
    invocations: RUNS + messages,
    cpuMs:
      CPU_MS.change * changes +
      CPU_MS.unchanged * (polls - changes) +
      CPU_MS.run * RUNS +
      CPU_MS.message * messages,
    queueOperations: OPERATIONS_PER_MESSAGE * messages,
    rowsWritten:
      ROWS_WRITTEN.poll * polls +
      ROWS_WRITTEN.message * messages +
      ROWS_WRITTEN.part * parts +
      ROWS_WRITTEN.run * RUNS +
      (ROWS_WRITTEN.change + categoryLevels) * changes +
      (ROWS_WRITTEN.item + ROWS_WRITTEN.tag * ASSUMED.tagsPerItem) * items,
    rowsRead:
      RUNS * (ROWS_READ.source * count + ROWS_READ.claim * claims + ROWS_READ.run) +
      ROWS_READ.message * messages +
      ROWS_READ.poll * polls +
      ROWS_READ.change * changes,
    megabytes: (KILOBYTES_PER_ITEM * items) / 1000,
  };
}

/** Messages a day, and how many of them are what was left of another: an invocation reads only so many changed feeds. */
function messagesOf(polls: number, changes: number, plan: Plan): { messages: number; parts: number } {
  const { sourcesPerMessage: most, feedBytes } = PLAN_LIMITS[plan];
  const readAtOnce = Math.ceil(feedBytes / ASSUMED.feedBytes);
  const awake = ASSUMED.hoursAwake / 24;
  const chance = Math.min(1, changes / polls / awake);
  const whileAwake = expectedParts(most, chance, readAtOnce);
  const whileAsleep = expectedParts(most, 0, readAtOnce);
  const invocations = (size: number) =>
    awake * (whileAwake[size] ?? 0) + (1 - awake) * (whileAsleep[size] ?? 0);
  let first = 0;
  let all = 0;
  for (const [due, share] of chancesOf(polls / RUNS)) {
    const full = Math.floor(due / most);
    const rest = due % most;
    first += share * (full + Math.sign(rest));
    all += share * (full * invocations(most) + invocations(rest));
  }
  return { messages: RUNS * all, parts: RUNS * (all - first) };
}

/**
 * How many invocations a message of each size takes, from 0 on, when every poll finds something with that chance and an
 * invocation ends with the last feed it may read.
 */
function expectedParts(most: number, chance: number, readAtOnce: number): number[] {
  const expected = [0];
  for (let size = 1; size <= most; size++) {
    let sum = 1;
    for (let end = readAtOnce; end < size; end++) {
      const before = choose(end - 1, readAtOnce - 1) * chance ** (readAtOnce - 1);
      const endsHere = before * (1 - chance) ** (end - readAtOnce) * chance;
      sum += endsHere * (expected[size - end] ?? 0);
    }
    expected.push(sum);
  }
  return expected;
}

/** Binomial coefficient. */
function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result *= (n - k + i) / i;
  return result;
}

/** How likely a run finds so many sources due, which fall due by chance: Poisson's distribution, or its mean where it is narrow. */
function chancesOf(mean: number): [due: number, chance: number][] {
  if (mean > 500) return [[Math.round(mean), 1]];
  const chances: [number, number][] = [];
  let chance = Math.exp(-mean);
  for (let due = 1; due < 4 * mean + 40; due++) {
    chance *= mean / due;
    chances.push([due, chance]);
  }
  return chances;
}

const NAMES = {
  invocations: 'invocations',
  cpuMs: 'CPU',
  queueOperations: 'queue operations',
  rowsWritten: 'D1 rows written',
  rowsRead: 'D1 rows read',
} as const satisfies Partial<Record<keyof DailyCost, string>>;

/** The table the owner reads, and what to change where a plan does not fit. */
export function toCostReport(list: Pick<SourceList, 'sources'>): string {
  const costs = { free: planCosts(list, 'free'), paid: planCosts(list, 'paid') };
  const { polls, megabytes } = costs.free;
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[];
  return [
    `${list.sources.length} sources, a day:`,
    `  ${'polls'.padEnd(18)} ${count(polls).padStart(12)}`,
    ...names.map(
      (name) => `  ${NAMES[name].padEnd(18)} ${cell(costs, 'free', name)}   ${cell(costs, 'paid', name)}`,
    ),
    `  ${'storage'.padEnd(18)} ${`${megabytes.toFixed(1)} MB`.padStart(12)}   500 MB is all that free has: KEEP_DAYS bounds it, MAX_DB_MB in any case`,
    verdict(list, costs),
    `Assumed of each source: ${ASSUMED.itemsPerDay} new items a day, found by ${ASSUMED.changedPollsPerDay} polls, in a feed of ${ASSUMED.feedBytes / 1000} KB.`,
    `CPU is of the machine this was measured on; an invocation of the free plan may take 10 ms and reads at most ${Math.ceil(PLAN_LIMITS.free.feedBytes / ASSUMED.feedBytes)} such feeds.`,
  ].join('\n');
}

function cell(costs: Record<Plan, DailyCost>, plan: Plan, name: keyof typeof NAMES): string {
  const allowances: Partial<DailyCost> = ALLOWANCES[plan];
  const amount = name === 'cpuMs' ? `${(costs[plan][name] / 1000).toFixed(1)} s` : count(costs[plan][name]);
  const allowed = allowances[name];
  const share = allowed === undefined ? '' : `${Math.ceil((100 * costs[plan][name]) / allowed)} % of ${plan}`;
  return `${amount.padStart(12)}  ${share.padStart(13)}`;
}

function verdict(list: Pick<SourceList, 'sources'>, costs: Record<Plan, DailyCost>): string {
  const worst = worstShare(costs.free, 'free');
  if (worst.share <= 1) return 'The free plan fits.';
  const factor = FACTORS.find(
    (times) => worstShare(planCosts(slower(list, times), 'free'), 'free').share <= 1,
  );
  const slowly =
    factor === undefined
      ? ''
      : `poll about ${factor.toFixed(1)} times less often (\`defaults: { poll: … }\`), `;
  const beyond = worstShare(costs.paid, 'paid').share > 1 ? ', which bills what goes beyond it' : '';
  return `The free plan does not fit, ${NAMES[worst.name]} are short: ${slowly}follow fewer sources, or take the paid plan${beyond}.`;
}

/** How many times less often is worth a thought. */
const FACTORS = Array.from({ length: 230 }, (_, i) => 1 + (i + 1) / 10);

function slower({ sources }: Pick<SourceList, 'sources'>, times: number): Pick<SourceList, 'sources'> {
  const minutes = ({ poll = DEFAULT_POLL_MINUTES }: SourceEntry) =>
    times * (typeof poll === 'number' ? poll : poll.floor);
  return { sources: sources.map((source) => ({ ...source, poll: minutes(source) })) };
}

function worstShare(cost: DailyCost, plan: Plan): { name: keyof typeof NAMES; share: number } {
  const allowances: Partial<DailyCost> = ALLOWANCES[plan];
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const shares = names.map((name) => ({ name, share: cost[name] / (allowances[name] ?? Infinity) }));
  return shares.reduce((worst, each) => (each.share > worst.share ? each : worst));
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}
