/**
 * What the image proxy costs in workerd beside a Worker that only passes a body through. Rounds of the two are interleaved, since the machine is seldom quiet; CPU counts for more than requests a second.
 */
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundle, cpuMs, startWorker, type WorkerProcess } from './isolates.ts';

const ROUNDS = 2;
const ROUND_MS = 1500;
const CONNECTIONS = 8;
const SIZES = [4_000, 100_000, 2_000_000];

const PASS_THROUGH = `export default { async fetch(request) {
  const { body, headers } = await fetch(new URL(request.url).search.slice(1));
  return new Response(body, { headers: { 'content-type': headers.get('content-type') } });
} }`;

const PROXY = `import { proxyImage } from '../src/images/proxy.ts';
export default { fetch: (request, env, context) => proxyImage(request, {
  fetch,
  policy: { allowedOrigins: new Set([env.ORIGIN]), ownHosts: new Set() },
  access: { mode: 'open', hosts: [], signingKeys: [] },
  knownHost: async () => undefined,
  rememberReferer: async () => {},
  cache: caches.default,
  now: Date.now(),
  waitUntil: (work) => context.waitUntil(work),
  userAgent: 'bench',
  allowMedia: false,
}) }`;

export async function run(): Promise<void> {
  const origin = startOrigin();
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const originUrl = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const passThrough = await startWorker(await bundle(PASS_THROUGH), { ORIGIN: originUrl });
  const proxy = await startWorker(await bundle(PROXY), { ORIGIN: originUrl });
  try {
    for (const size of SIZES) await compare(size, originUrl, { passThrough, proxy });
  } finally {
    await Promise.all([passThrough.stop(), proxy.stop()]);
    origin.closeAllConnections();
    origin.close();
  }
}

/** Answers `/<bytes>/<anything>` with a picture of that size, which may be stored unless the path says otherwise. */
function startOrigin(): Server {
  const pictures = new Map(
    SIZES.map((size) => [size, Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(size - 6, 1)])]),
  );
  return createServer((request, response) => {
    const [, size, kind] = (request.url ?? '').split('/');
    const picture = pictures.get(Number(size)) ?? Buffer.alloc(0);
    response.writeHead(200, {
      'content-type': 'image/gif',
      'content-length': picture.length,
      'cache-control': kind === 'unstored' ? 'no-store' : 'max-age=3600',
    });
    response.end(picture);
  });
}

/** Prints what pictures of one size cost on each way: CPU of the best round, and of which requests a second. */
async function compare(
  size: number,
  originUrl: string,
  { passThrough, proxy }: Record<'passThrough' | 'proxy', WorkerProcess>,
): Promise<void> {
  const cases: [name: string, server: WorkerProcess, kind: string, isSame: boolean][] = [
    ['pass-through', passThrough, 'unstored', true],
    ['proxy, not stored', proxy, 'unstored', true],
    ['proxy, first time', proxy, 'new', false],
    ['proxy, from cache', proxy, 'stored', true],
  ];
  const best = new Map<string, { rate: number; cpu: number }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server, kind, isSame] of cases) {
      const target = (i: number): string => `${originUrl}/${size}/${kind}/${isSame ? '' : `${round}-${i}`}`;
      const measured = await measure(server, target);
      const before = best.get(name) ?? { rate: 0, cpu: Number.POSITIVE_INFINITY };
      best.set(name, { rate: Math.max(measured.rate, before.rate), cpu: Math.min(measured.cpu, before.cpu) });
    }
  }
  for (const [name, { rate, cpu }] of best)
    console.log(
      `${String(size).padStart(8)} bytes  ${name.padEnd(18)} ${rate.toFixed(0).padStart(6)} a second  ${cpu.toFixed(2).padStart(6)} ms CPU`,
    );
}

async function measure(
  { url, pid }: WorkerProcess,
  target: (i: number) => string,
): Promise<{ rate: number; cpu: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const [start, cpuBefore] = [performance.now(), cpuMs(pid)];
  let done = 0;
  const connection = async () => {
    while (performance.now() - start < ROUND_MS) {
      await read(new URL(`/?${target(done)}`, url), agent);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
  return { rate: (done * 1000) / (performance.now() - start), cpu: (cpuMs(pid) - cpuBefore) / done };
}

function read(url: URL, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.on('error', reject).on('end', resolve).resume();
    }).on('error', reject);
  });
}
