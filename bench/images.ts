/**
 * What the image proxy costs in workerd: beside the origin itself, beside a Worker that only passes a body through, and
 * beside cloudflare-cors-anywhere when `CORS_ANYWHERE` names its `index.js`. All take turns in one run, so that a busy
 * machine slows all of them; medians of the rounds are shown, and how they compare.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import { bundle } from './isolates.ts';
import { median } from './median.ts';
import type { OriginAddresses } from './origin.ts';
import { cpuMs, peakMemoryMb, startWorker, type WorkerOptions, type WorkerProcess } from './workerd.ts';

const ROUNDS = 3;
const ROUND_MS = 700;
const WARM_UP_MS = 400;
const CONNECTIONS = 50;
const SIZES = [4_000, 100_000, 2_000_000];
const LARGE = 20_000_000;
/** Slow clients take 64 KB and wait so long; how far they come in a few seconds shows what piles up. */
const SLOW_PAUSE_MS = 100;
const SLOW_MS = 3_000;
const FIRST_BYTE_REQUESTS = 5;

const PASS_THROUGH = `export default { async fetch(request) {
  const { body, headers } = await fetch(new URL(request.url).search.slice(1));
  return new Response(body, { headers: { 'content-type': headers.get('content-type') } });
} }`;

/** Looks at the first bytes and does nothing else: what every proxy costs that does not take the origin's word. */
const SNIFFER = `export default { async fetch(request) {
  const { body, headers } = await fetch(new URL(request.url).search.slice(1));
  const [length, type] = ['content-length', 'content-type'].map((name) => headers.get(name));
  const reader = body.getReader({ mode: 'byob' });
  const { value } = await reader.read(new Uint8Array(length > 131072 ? 65536 : Number(length)));
  if (value[0] !== 71) return new Response(null, { status: 502 });
  if (value.length === Number(length)) return new Response(value, { headers: { 'content-type': type } });
  reader.releaseLock();
  const { readable, writable } = new FixedLengthStream(Number(length));
  const writer = writable.getWriter();
  writer.write(value).then(() => writer.releaseLock()).then(() => body.pipeTo(writable)).catch(() => {});
  return new Response(readable, { headers: { 'content-type': type } });
} }`;

/** The proxy in an isolate that remembers what it has seen; `hot: false` keeps no pictures in memory. */
const proxyScript = ({ hot }: { hot: boolean }) => `
import { IsolateMemory } from '../src/images/isolate-memory.ts';
import { proxyImage } from '../src/images/proxy.ts';
const memory = new IsolateMemory();
if (!${hot}) Object.assign(memory.hotCopies, { find: () => undefined, keep: async (key, picture) => picture });
export default { fetch: (request, env, context) => proxyImage(request, {
  fetch,
  policy: { allowedOrigins: new Set([env.ORIGIN]), ownHosts: new Set() },
  access: { mode: 'open', hosts: [], signingKeys: [] },
  knownHost: async () => undefined,
  rememberReferer: async () => {},
  isSource: async () => false,
  cache: caches.default,
  memory,
  now: Date.now(),
  waitUntil: (work) => context.waitUntil(work),
  userAgent: 'bench',
}) }`;

/** The Worker as it is deployed, on a database that has no rows and costs nothing. */
const WHOLE = `
import worker from '../src/worker.ts';
const statement = { bind: () => statement, first: async () => null, all: async () => ({ results: [] }), run: async () => ({}) };
const DB = { prepare: () => statement, batch: async () => [] };
let all;
export default { fetch: (request, env, context) => {
  all ??= { DB, IMAGE_ACCESS: 'open', PRIVATE_ORIGINS: env.ORIGIN };
  return worker.fetch(request, all, context);
} }`;

/** One way to a picture. */
interface Way {
  name: string;
  /** Starts its Worker; the origin itself has none. */
  start?: () => Promise<WorkerProcess>;
  /** What the origin is asked for, see `origin.ts`. */
  kind: 'unstored' | 'new' | 'stored';
}

/** A way with its Worker running. */
interface OpenWay extends Way {
  worker: WorkerProcess | undefined;
  host: string;
  target(picture: string): string;
}

export async function run(): Promise<void> {
  const child = fork(path.join(import.meta.dirname, 'origin.ts'));
  try {
    const [addresses] = (await once(child, 'message')) as [OriginAddresses];
    const ways = await findWays(addresses);
    if (!process.env.CORS_ANYWHERE)
      console.log('  CORS_ANYWHERE is not set: cloudflare-cors-anywhere is left out');
    const open = await Promise.all(ways.map((way) => openWay(way, addresses)));
    try {
      for (const size of SIZES) printSpeeds(size, await compareSpeed(size, open));
      for (const size of SIZES) await compareFirstByte(size, open);
    } finally {
      await Promise.all(open.map(({ worker }) => worker?.stop()));
    }
    await compareMemory(ways, addresses);
  } finally {
    child.kill();
  }
}

async function findWays({ origin, cache }: OriginAddresses): Promise<Way[]> {
  const from = (script: string, options: WorkerOptions) => () => startWorker(script, options);
  const settings = { bindings: { ORIGIN: `http://${origin}` }, cache };
  const steady = from(await bundle(proxyScript({ hot: true })), settings);
  const cached = from(await bundle(proxyScript({ hot: false })), settings);
  const whole = from(await bundle(WHOLE), settings);
  const corsAnywhere = process.env.CORS_ANYWHERE;
  return [
    { name: 'direct', kind: 'unstored' },
    { name: 'pass-through', kind: 'unstored', start: from(await bundle(PASS_THROUGH), {}) },
    ...(corsAnywhere
      ? [
          {
            name: 'cors-anywhere',
            kind: 'unstored' as const,
            start: from(readFileSync(corsAnywhere, 'utf8'), { isServiceWorker: true }),
          },
        ]
      : []),
    { name: 'looking', kind: 'unstored', start: from(await bundle(SNIFFER), {}) },
    { name: 'ours, often', kind: 'stored', start: steady },
    { name: 'ours, from cache', kind: 'stored', start: cached },
    { name: 'ours, not stored', kind: 'unstored', start: steady },
    { name: 'ours, first time', kind: 'new', start: steady },
    { name: 'all, often', kind: 'stored', start: whole },
    { name: 'all, not stored', kind: 'unstored', start: whole },
  ];
}

async function openWay(way: Way, { origin }: OriginAddresses): Promise<OpenWay> {
  const worker = await way.start?.();
  const target = (picture: string) => (worker ? `/?http://${origin}${picture}` : picture);
  return { ...way, worker, host: worker?.url.host ?? origin, target };
}

/** Figures of one way: a second, CPU milliseconds a request, milliseconds a request takes. */
interface Speed {
  rate: number;
  cpu: number;
  p50: number;
  p99: number;
}

async function compareSpeed(size: number, ways: readonly OpenWay[]): Promise<Map<string, Speed>> {
  const rounds = new Map(ways.map(({ name }) => [name, [] as Speed[]]));
  for (const way of ways) await measureSpeed(size, way, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of ways) rounds.get(way.name)?.push(await measureSpeed(size, way, ROUND_MS));
  }
  const middle = (speeds: Speed[], key: keyof Speed) => median(speeds.map((speed) => speed[key]));
  return new Map(
    [...rounds].map(([name, speeds]) => [
      name,
      {
        rate: middle(speeds, 'rate'),
        cpu: middle(speeds, 'cpu'),
        p50: middle(speeds, 'p50'),
        p99: middle(speeds, 'p99'),
      },
    ]),
  );
}

async function measureSpeed(size: number, way: OpenWay, durationMs: number): Promise<Speed> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(way.host)));
  const times: number[] = [];
  const [start, cpuBefore] = [performance.now(), cpuOf(way)];
  const work = async (connection: Connection) => {
    while (performance.now() - start < durationMs) {
      const unique = way.kind === 'new' ? `${Math.random()}` : '';
      const { ms, bytes } = await connection.get(way.target(`/${size}/${way.kind}/${unique}`));
      if (bytes < size) throw new Error(`${way.name} sent ${bytes} of ${size} bytes`);
      times.push(ms);
    }
  };
  await Promise.all(connections.map(work));
  const seconds = (performance.now() - start) / 1000;
  const cpu = (cpuOf(way) - cpuBefore) / times.length;
  for (const connection of connections) connection.close();
  times.sort((a, b) => a - b);
  return {
    rate: times.length / seconds,
    cpu,
    p50: median(times),
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

function cpuOf({ worker }: OpenWay): number {
  return worker ? cpuMs(worker.pid) : Number.NaN;
}

function printSpeeds(size: number, speeds: Map<string, Speed>): void {
  console.log(`${size / 1000} KB, ${CONNECTIONS} connections:`);
  const [passThrough, corsAnywhere] = [speeds.get('pass-through'), speeds.get('cors-anywhere')];
  for (const [name, { rate, cpu, p50, p99 }] of speeds) {
    const against = [
      ...(passThrough ? [`${(rate / passThrough.rate).toFixed(2)} of pass-through`] : []),
      ...(corsAnywhere ? [`${(rate / corsAnywhere.rate).toFixed(2)} of cors-anywhere`] : []),
    ];
    const figures = [
      `${rate.toFixed(0).padStart(6)} a second (${against.join(', ')})`,
      `${(Number.isNaN(cpu) ? '-' : cpu.toFixed(2)).padStart(6)} ms CPU`,
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    ];
    console.log(`  ${name.padEnd(17)} ${figures.join('  ')}`);
  }
}

/** An origin that sends the beginning of a picture and pauses shows who waits for more before he sends anything. */
async function compareFirstByte(size: number, ways: readonly OpenWay[]): Promise<void> {
  const results: string[] = [];
  for (const way of ways.filter(({ kind }) => kind === 'unstored')) {
    const connection = await openConnection(way.host);
    const times: number[] = [];
    for (let i = 0; i < FIRST_BYTE_REQUESTS; i += 1)
      times.push((await connection.get(way.target(`/${size}/paused/`))).firstByteMs);
    connection.close();
    results.push(`${way.name} ${median(times).toFixed(1)}`);
  }
  console.log(`first byte of ${size / 1000} KB that pause after 1 KB, ms: ${results.join(', ')}`);
}

/** Peak memory of a fresh Worker with as many clients of one large picture each. */
async function compareMemory(ways: readonly Way[], addresses: OriginAddresses): Promise<void> {
  console.log(`peak memory with ${CONNECTIONS} clients of ${LARGE / 1_000_000} MB, MB (at rest before):`);
  for (const way of ways.filter(({ start }) => start !== undefined)) {
    const fast = await measureMemory(way, addresses, async (connection, target) => {
      await connection.get(target);
    });
    const slow = await measureMemory(way, addresses, async (connection, target) => {
      connection.get(target, { pauseMs: SLOW_PAUSE_MS }).catch(() => {});
      await sleep(SLOW_MS);
    });
    console.log(`  ${way.name.padEnd(17)} fast ${fast}  slow ${slow}`);
  }
}

async function measureMemory(
  way: Way,
  addresses: OriginAddresses,
  take: (connection: Connection, target: string) => Promise<void>,
): Promise<string> {
  const { worker, host, target } = await openWay(way, addresses);
  if (!worker) throw new Error(`${way.name} has no Worker`);
  try {
    const first = await openConnection(host);
    await first.get(target(`/${LARGE}/${way.kind}/`));
    first.close();
    const before = peakMemoryMb(worker.pid);
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(host)));
    await Promise.all(
      connections.map((connection, i) =>
        take(connection, target(`/${LARGE}/${way.kind}/${way.kind === 'new' ? i : ''}`)),
      ),
    );
    const peak = peakMemoryMb(worker.pid);
    for (const connection of connections) connection.close();
    return `${peak.toFixed(0).padStart(5)} (${before.toFixed(0)})`;
  } finally {
    await worker.stop();
  }
}
