/**
 * What a job costs in workerd, in the first request of a fresh isolate and later on. Wall time says little on a busy
 * machine: it is CPU time of the whole process, as the scheduler counts it in nanoseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { median } from './median.ts';
import { cpuMs, startWorker } from './workerd.ts';

/** A Worker that does one job with the body of every request. */
export interface Contender {
  name: string;
  /** A module Worker; what it imports is found as from this folder. */
  source: string;
}

/** CPU milliseconds above those of a Worker that only receives the request; medians of the rounds. */
export interface Cost {
  name: string;
  /** Until it waits for requests. */
  start: number;
  cold: number;
  warm: number;
  /** Milliseconds of every round. */
  colds: readonly number[];
}

const EMPTY: Contender = {
  name: 'empty',
  source: `export default { async fetch(request) {
    return Response.json((await request.arrayBuffer()).byteLength);
  } }`,
};

/** Requests until the optimising compiler has seen what it wants to see, and those that are measured after them. */
const WARM_UP = 150;
const WARM_REQUESTS = 100;

/**
 * Measures contenders with the same request. In each round, every contender in turn gets a workerd of its own, and is
 * asked at first once, which is what is cold, then, in the first `warmRounds`, until it is warm.
 */
export async function measureIsolates(
  contenders: readonly Contender[],
  { body, rounds, warmRounds }: { body: Uint8Array; rounds: number; warmRounds: number },
): Promise<Cost[]> {
  const all = await Promise.all(
    [EMPTY, ...contenders].map(async ({ name, source }) => ({
      name,
      script: await bundle(source),
      starts: [] as number[],
      colds: [] as number[],
      warms: [] as number[],
    })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const contender of all) {
      const { start, cold, warm } = await measureOnce(contender.script, body, round < warmRounds);
      contender.starts.push(start);
      contender.colds.push(cold);
      if (warm !== undefined) contender.warms.push(warm);
    }
  }
  const [empty, ...measured] = all.map(({ name, starts, colds, warms }) => ({
    name,
    start: median(starts),
    cold: median(colds),
    warm: median(warms),
    colds,
  }));
  return measured.map(({ name, start, cold, warm, colds }) => ({
    name,
    start: start - (empty?.start ?? 0),
    cold: cold - (empty?.cold ?? 0),
    warm: warm - (empty?.warm ?? 0),
    colds,
  }));
}

/** Prints CPU times, and how they compare with the first one's. */
export function printCosts(what: string, costs: readonly Cost[]): void {
  const [own] = costs;
  console.log(`${what}: CPU ms of the start, the first request (least to most), and a warm one`);
  for (const { name, start, cold, warm, colds } of costs) {
    const range = `${Math.min(...colds).toFixed(1)} to ${Math.max(...colds).toFixed(1)}`;
    const ratios =
      own === undefined
        ? ''
        : `ours is ${(own.cold / cold).toFixed(2)} and ${(own.warm / warm).toFixed(2)} of it`;
    console.log(
      `  ${name.padEnd(22)} ${start.toFixed(1).padStart(6)} ${cold.toFixed(1).padStart(6)} (${range})  ${warm.toFixed(2).padStart(6)}  ${ratios}`,
    );
  }
}

/** A module with all it imports in one file, minified, as wrangler uploads it. `source` may import from `../src`. */
export async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    // tables that are read when they are asked for stay apart, as wrangler leaves them
    external: ['node:*', 'cloudflare:*', '*.bin', ...NODE_MODULES],
    banner: source.includes('sanitize-html') ? { js: REQUIRE } : {},
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** CommonJS packages ask for these at run time. */
const NODE_MODULES = ['path', 'url', 'fs'];
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire('/worker.mjs');`;

async function measureOnce(
  script: string,
  body: Uint8Array,
  isWarmWanted: boolean,
): Promise<{ start: number; cold: number; warm: number | undefined }> {
  const { url, pid, stop } = await startWorker(script);
  const send = async (): Promise<void> => {
    const response = await fetch(url, { method: 'POST', body: Buffer.from(body) });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`The Worker answered ${response.status}: ${answer}`);
  };
  try {
    const start = await restingCpuMs(pid);
    const cold = await cpuOf(pid, send);
    if (!isWarmWanted) return { start, cold, warm: undefined };
    for (let count = 0; count < WARM_UP; count++) await send();
    const warm = await cpuOf(pid, async () => {
      for (let count = 0; count < WARM_REQUESTS; count++) await send();
    });
    return { start, cold, warm: warm / WARM_REQUESTS };
  } finally {
    await stop();
  }
}

/** CPU milliseconds that a process spends on some work, with what it does after it, such as collecting garbage. */
async function cpuOf(pid: string, work: () => Promise<void>): Promise<number> {
  const before = await restingCpuMs(pid);
  await work();
  return (await restingCpuMs(pid)) - before;
}

/** CPU time of a process once it has stopped using any. */
async function restingCpuMs(pid: string): Promise<number> {
  for (let before = cpuMs(pid); ; ) {
    await sleep(30);
    const now = cpuMs(pid);
    // an idle process still wakes up for a moment now and then
    if (now - before < 0.1) return now;
    before = now;
  }
}
