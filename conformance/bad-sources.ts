/**
 * One source that is down, one that hangs, one that sends a page, one that sends 50 MB, one that redirects for ever:
 * the others arrive, the feeds answer 200, and the owner is told what is wrong with each.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

const GOOD = `<rss version="2.0"><channel><title>Good</title><link>https://good.example/</link><description>d</description>
<item><title>One</title><guid>1</guid></item></channel></rss>`;

const BEHAVIOURS: Record<string, (response: ServerResponse) => void> = {
  '/good-1': (response) => response.end(GOOD),
  '/down': (response) => response.socket?.destroy(),
  '/hanging': () => {},
  '/page': (response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><html><p>Hello</html>'),
  '/huge': (response) => sendMegabytes(response, 50),
  '/loop': (response) => response.writeHead(302, { Location: '/loop' }).end(),
  '/good-2': (response) => response.end(GOOD),
};

/** What the owner is to be told of each. */
const FAILURES: Record<string, string> = {
  '/down': 'unreachable',
  '/hanging': 'timeout',
  '/page': 'not-a-feed',
  '/huge': 'too-large',
  '/loop': 'too-many-redirects',
};

export async function run(): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'bad sources', passed: 0, failed: 0, lines: [] };
  const check = (what: string, holds: boolean) => {
    if (holds) result.passed++;
    else result.failed++;
    result.lines.push(`${holds ? 'ok' : 'FAILED'}: ${what}`);
  };
  const server = createServer((request, response) => BEHAVIOURS[request.url ?? '']?.(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { state, remove } = temporaryState();
  const tributary = await startTributary(state);
  try {
    const entries = Object.keys(BEHAVIOURS).map((path) => ({ url: origin + path, categories: [] }));
    await tributary.api.import({ rsshub: [], sources: entries });
    for (const { url, state: condition, failure } of await pollAll(tributary.api)) {
      const path = url.slice(origin.length);
      check(
        `${path} is ${condition}: ${failure?.kind ?? ''} ${failure?.detail ?? ''}`,
        failure?.kind === FAILURES[path],
      );
    }
    for (const file of ['feed.xml', 'atom.xml', 'feed.json', '']) {
      const response = await fetch(`${tributary.origin}/${file}`);
      const text = await response.text();
      check(`/${file} answers ${response.status}`, response.status === 200 && text.includes('One'));
    }
  } finally {
    await tributary.stop();
    server.closeAllConnections();
    server.close();
    remove();
  }
  return result;
}

function sendMegabytes(response: ServerResponse, megabytes: number): void {
  let left = megabytes;
  const more = () => {
    while (left-- > 0) if (!response.write(Buffer.alloc(1_000_000, 0x20))) return;
    response.end();
  };
  response.on('drain', more).on('error', () => {});
  response.writeHead(200, { 'Content-Type': 'application/xml' });
  more();
}
