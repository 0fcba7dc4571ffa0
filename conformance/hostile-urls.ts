import { readFile } from 'node:fs/promises';
import type { Fetch } from '../src/fetch/guarded-fetch.ts';
import { IsolateMemory } from '../src/images/isolate-memory.ts';
import { proxyImage } from '../src/images/proxy.ts';
import type { ConformanceResult } from './result.ts';

const SELF = 'proxy.example.org';
const ORIGIN = 'origin.example.net';
const PICTURE = Uint8Array.from('GIF89a..............', (c) => c.charCodeAt(0));

/**
 * Gives every target of `hostile-urls.tsv` (in the folder `data`) to an open image proxy, as a browser would write it
 * behind `/?`. One that must be blocked may send nothing but a request to the test origin, one that must be allowed
 * has to arrive. Nothing leaves the machine: `fetch` is a stand-in that notes what it was asked.
 */
export async function run(data: string): Promise<ConformanceResult> {
  const table = await readFile(`${data}/hostile-urls.tsv`, 'utf8').catch(() => undefined);
  const result: ConformanceResult = { name: 'hostile URLs', passed: 0, failed: 0, lines: [] };
  if (table === undefined) return { ...result, lines: [`skipped: ${data}/hostile-urls.tsv is not there`] };
  for (const line of table.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
    const [column = '', expected = '', why = ''] = line.split('\t');
    const target = String(JSON.parse(`"${column}"`))
      .replaceAll('{SELF}', SELF)
      .replaceAll('{ORIGIN}', ORIGIN);
    const verdict = await ask(target);
    if (verdict.startsWith(expected)) result.passed += 1;
    else {
      result.failed += 1;
      result.lines.push(`${column}: ${verdict}, should be ${expected} (${why})`);
    }
  }
  return result;
}

async function ask(target: string): Promise<string> {
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    const { host, pathname, searchParams } = new URL(url);
    if (host === ORIGIN && pathname === '/redir')
      return new Response('', {
        status: Number(searchParams.get('s')),
        headers: { location: searchParams.get('to') ?? '' },
      });
    asked.push(url);
    return new Response(PICTURE);
  };
  const response = await proxyImage(new Request(`https://${SELF}/?${target}`), {
    fetch,
    policy: { allowedOrigins: new Set(), ownHosts: new Set([SELF]) },
    isSource: async () => false,
    access: { mode: 'open', hosts: [], signingKeys: [] },
    knownHost: async () => undefined,
    rememberReferer: async () => {},
    cache: { match: async () => undefined, put: async () => {}, delete: async () => {} },
    memory: new IsolateMemory(),
    now: 0,
    waitUntil: () => {},
    userAgent: 'conformance',
    allowMedia: false,
  });
  await response.body?.cancel();
  if (response.status === 200 && asked.length === 1) return 'allow';
  return response.status >= 400 && asked.length === 0
    ? 'block'
    : `${response.status} after asking ${asked.join(' ')}`;
}
