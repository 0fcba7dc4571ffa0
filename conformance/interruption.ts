/**
 * The program is killed in the middle of a poll, again and again: while the origin answers, and a little later each
 * time, so that the blow falls between any two steps. Started again, it must lose nothing and double nothing.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

/** Milliseconds between the end of the origin's answer and the blow; a poll takes about 50. */
const BLOWS = [0, 5, 10, 20, 30, 45, 60, 90];
const ITEMS_A_ROUND = 5;

export async function run(): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'interruption', passed: 0, failed: 0, lines: [] };
  let published = 0;
  let validatorsSent = 0;
  let onAnswered = () => {};
  const server = createServer((request, response) => {
    const etag = `"${published}"`;
    if (request.headers['if-none-match'] === etag) validatorsSent++;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { ETag: etag }).end(feedOf(published), () => onAnswered());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
  const { state, remove } = temporaryState();
  let killedWith = '';
  try {
    for (const blow of BLOWS) {
      published += ITEMS_A_ROUND;
      const victim = await startTributary(state);
      await victim.api.import({ rsshub: [], sources: [{ url, categories: [] }] });
      const answered = new Promise<void>((resolve) => {
        onAnswered = resolve;
      });
      await victim.api.refresh();
      await answered;
      await wait(blow);
      process.kill(-victim.group, 'SIGKILL');
      await victim.stop();

      const survivor = await startTributary(state);
      const found = await readTitles(survivor.origin);
      killedWith += ` ${found.length - (published - ITEMS_A_ROUND)}`;
      await pollAll(survivor.api);
      await pollAll(survivor.api);
      const titles = await readTitles(survivor.origin);
      await survivor.stop();
      const isWhole = titles.length === published && new Set(titles).size === published;
      if (isWhole) result.passed++;
      else {
        result.failed++;
        result.lines.push(`killed ${blow} ms after the answer: ${titles.length} of ${published} articles`);
      }
    }
    if (validatorsSent >= BLOWS.length) result.passed++;
    else {
      result.failed++;
      result.lines.push(`only ${validatorsSent} of the undisturbed polls sent the validator`);
    }
  } finally {
    server.closeAllConnections();
    server.close();
    remove();
  }
  result.lines.unshift(
    `killed ${BLOWS.join(', ')} ms after the origin's answer; new articles of ${ITEMS_A_ROUND} found after each blow:${killedWith}`,
  );
  return result;
}

function feedOf(count: number): string {
  const items = Array.from(
    { length: count },
    (_, i) => `<item><title>Item ${i}</title><guid isPermaLink="false">${i}</guid></item>`,
  );
  return `<rss version="2.0"><channel><title>T</title><link>https://news.example/</link>${items.join('')}</channel></rss>`;
}

async function readTitles(origin: string): Promise<string[]> {
  const feed = await (await fetch(`${origin}/feed.json`)).json();
  return feed.items.map((item: { title: string }) => item.title);
}
