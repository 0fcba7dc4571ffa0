/**
 * Polling over weeks, on the whole program with a clock of its own: how polite, how quick and how dear it is, and whether
 * the cost plan tells the truth. `SOURCES` and `DAYS` make the simulation larger; 10,000 and 30 take about half an hour.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type DailyCost, planCosts, toCostReport } from '../scripts/cost-plan.ts';
import { bundle } from './isolates.ts';
import { median } from './median.ts';
import type { PublisherResult, Recovery, SimulationOptions, SimulationResult } from './worker/results.ts';
import { startWorker } from './workerd.ts';

const MIGRATIONS = path.join(import.meta.dirname, '../src/store/migrations');
const PASSES_PER_DAY = 4;
const SEED = 20_261_124;
const DEFAULT = { sources: 300, days: 30 };
const HOURLY = { sources: 300, days: 3 };

/** What must hold. */
const TARGETS = {
  /** Of a source's own median gap, for its median delay. */
  delay: 0.5,
  /** Of the sources that published enough to judge: those whose delay is longer than it may be. */
  late: 0.01,
  /** Of all polls. */
  unchanged: 0.8,
  /** Between the plan and the simulation. */
  plan: 0.1,
};
/** A wait is its minutes, up to a quarter more, and up to a run of cron. */
const LONGEST_WAIT = { factor: 1.25, cronMinutes: 5 };
/** Items of which a median delay says something. */
const ENOUGH_ITEMS = 5;
const MINUTE = 60_000;

export async function run(): Promise<void> {
  const sources = Number(process.env.SOURCES ?? DEFAULT.sources);
  const days = Number(process.env.DAYS ?? DEFAULT.days);
  const plan = sources > 1000 ? 'paid' : 'free';
  const result = await simulate({ scenario: 'mixed', sources, days, plan, seed: SEED });
  console.log(`${sources} publishers of all kinds, ${days} days, PLAN=${plan}`);
  printPatterns(result.publishers, days);
  printTotals(result, days);
  const misses = [...missesOf(result), ...(await comparePlan())];
  for (const miss of misses) console.log(`MISSED: ${miss}`);
  if (misses.length > 0) process.exitCode = 1;
}

/** Runs a simulation in workerd; with `uncountedDays`, what happens in the first ones is left out of the counts. */
async function simulate(options: SimulationOptions, uncountedDays = 0): Promise<SimulationResult> {
  const script = await bundle(`export { default, Simulation } from './worker/simulation.ts';`);
  const migrations = readdirSync(MIGRATIONS).sort();
  const worker = await startWorker(script, {
    bindings: {
      MIGRATIONS: migrations.map((name) => readFileSync(path.join(MIGRATIONS, name), 'utf8')).join('\n'),
    },
    durableObject: { className: 'Simulation', binding: 'SIMULATION' },
  });
  const call = async (name: string, body?: unknown) => {
    const response = await fetch(new URL(name, worker.url), {
      method: 'POST',
      body: JSON.stringify(body ?? {}),
    });
    if (!response.ok) throw new Error(`The simulation failed at ${name}: ${await response.text()}`);
    return response.json();
  };
  try {
    await call('begin', options);
    for (let day = 0; day < options.days; day++) {
      if (day > 0 && day === uncountedDays) await call('forget');
      for (let pass = 0; pass < PASSES_PER_DAY; pass++) await call('pass');
    }
    return (await call('result')) as SimulationResult;
  } finally {
    await worker.stop();
  }
}

function printPatterns(publishers: readonly PublisherResult[], days: number): void {
  console.log(
    `  ${'publishes'.padEnd(28)} sources  polls/day  unchanged   (304)   gap min  delay min  delay/gap`,
  );
  const byPattern = Map.groupBy(publishers, ({ pattern }) => pattern);
  for (const [name, own] of [...byPattern, ['all', publishers] as const]) {
    const requests = sumOf(own, 'requests');
    const cells = [
      String(own.length).padStart(7),
      (requests / own.length / days).toFixed(1).padStart(10),
      percent(unchangedOf(own) / requests).padStart(10),
      percent(sumOf(own, 'notModified') / requests).padStart(8),
      median(own.map(({ gapMinutes }) => gapMinutes))
        .toFixed(0)
        .padStart(9),
      number(median(own.flatMap(({ delayMinutes }) => delayMinutes ?? []))).padStart(10),
      number(median(own.flatMap(delayOfGap)), 2).padStart(10),
    ];
    console.log(`  ${name.padEnd(28)} ${cells.join(' ')}`);
  }
}

function printTotals({ totals, publishers, recoveries, offences }: SimulationResult, days: number): void {
  const daily = (value: number) => Math.round(value / days).toLocaleString('en');
  const sum = (name: Parameters<typeof sumOf>[1]) => sumOf(publishers, name);
  const published = sum('published');
  console.log(
    `  a day: ${daily(sum('requests'))} requests, ${daily(sum('bytes') / 1e6)} MB, ${daily(totals.messages)} messages, ${daily(totals.queueOperations)} queue operations, ${daily(totals.rowsRead)} D1 rows read, ${daily(totals.rowsWritten)} written`,
  );
  console.log(
    `  of one invocation at most: ${totals.mostSubrequests} requests, ${totals.mostQueries} queries; database at the end: ${Math.round(totals.storageBytes / 1e6)} MB`,
  );
  console.log(
    `  ${published} items published, ${sum('missed')} gone from their feed before they could be seen; ${percent(sum('failed') / sum('requests'))} of requests failed`,
  );
  console.log(
    `  asked against a publisher's wishes: ${offences.length} times; ${recoveries.length} sources were down for a week, ${recoveries.filter(isBack).length} of them asked as before from the first answer on`,
  );
}

/** What does not hold, in words. */
function missesOf({ publishers, recoveries, offences }: SimulationResult): string[] {
  const misses = offences.map((offence) => `politeness: ${offence}`);
  const unchanged = unchangedOf(publishers) / sumOf(publishers, 'requests');
  if (unchanged < TARGETS.unchanged)
    misses.push(`unchanged polls are ${percent(unchanged)} of all, want ${percent(TARGETS.unchanged)}`);
  const overall = median(publishers.flatMap(delayOfGap));
  if (overall > TARGETS.delay) misses.push(`the median delay is ${overall.toFixed(2)} of the gap`);
  const judged = publishers.filter(({ found }) => found >= ENOUGH_ITEMS);
  const late = judged.filter((publisher) => (publisher.delayMinutes ?? 0) > longestDelay(publisher));
  if (late.length > TARGETS.late * judged.length)
    misses.push(`${late.length} of ${judged.length} sources are late, such as ${JSON.stringify(late[0])}`);
  const stuck = recoveries.filter((recovery) => !isBack(recovery)).length;
  if (stuck > 0) misses.push(`${stuck} sources are not back in their interval after an outage`);
  return misses;
}

/**
 * The median delay a source may have: half the gap between what polls may tell apart, or half the time that passes
 * between two polls where its publisher and the floor allow no less.
 */
function longestDelay({ occasionGapMinutes, restMinutes }: PublisherResult): number {
  const wait = restMinutes * LONGEST_WAIT.factor + LONGEST_WAIT.cronMinutes;
  return TARGETS.delay * Math.max(occasionGapMinutes, wait);
}

/** Whether the time after the first answer is one as before the outage; chance makes it a quarter longer at most. */
function isBack({ longestBeforeMs, afterSuccessMs }: Recovery): boolean {
  return afterSuccessMs <= longestBeforeMs * LONGEST_WAIT.factor + LONGEST_WAIT.cronMinutes * MINUTE;
}

/** Puts the plan for 300 hourly sources beside their simulation, and tells where they part. */
async function comparePlan(): Promise<string[]> {
  const { sources, days } = HOURLY;
  const options: SimulationOptions = { ...HOURLY, scenario: 'hourly', plan: 'free', seed: SEED };
  const before = await simulate({ ...options, days: 1 });
  const { totals, publishers } = await simulate(options, 1);
  const counted = days - 1;
  const simulated: Omit<DailyCost, 'cpuMs'> = {
    polls: sumOf(publishers, 'requests') / counted,
    invocations: (totals.runs + totals.messages) / counted,
    queueOperations: totals.queueOperations / counted,
    rowsWritten: totals.rowsWritten / counted,
    rowsRead: totals.rowsRead / counted,
    megabytes: (totals.storageBytes - before.totals.storageBytes) / counted / 1e6,
  };
  const list = {
    sources: Array.from({ length: sources }, (_, i) => ({
      url: `https://site-${i}.example/feed`,
      categories: ['a'],
      poll: 60,
    })),
  };
  const planned = planCosts(list, 'free');
  console.log(
    `${toCostReport(list)}\n  ${'a day'.padEnd(18)} ${'planned'.padStart(10)} ${'simulated'.padStart(10)}`,
  );
  return (Object.keys(simulated) as (keyof typeof simulated)[]).flatMap((name) => {
    const difference = planned[name] / simulated[name] - 1;
    console.log(
      `  ${name.padEnd(18)} ${number(planned[name], 1).padStart(10)} ${number(simulated[name], 1).padStart(10)}   ${percent(difference)}`,
    );
    return Math.abs(difference) > TARGETS.plan
      ? [`the plan says ${number(planned[name])} ${name}, the simulation ${number(simulated[name])}`]
      : [];
  });
}

function delayOfGap({ delayMinutes, gapMinutes }: PublisherResult): number[] {
  return delayMinutes === undefined ? [] : [delayMinutes / gapMinutes];
}

function unchangedOf(publishers: readonly PublisherResult[]): number {
  return sumOf(publishers, 'unchanged') + sumOf(publishers, 'notModified');
}

function sumOf(
  publishers: readonly PublisherResult[],
  name: 'requests' | 'notModified' | 'unchanged' | 'failed' | 'bytes' | 'published' | 'missed',
): number {
  return publishers.reduce((sum, publisher) => sum + publisher[name], 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function number(value: number, digits = 0): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}
