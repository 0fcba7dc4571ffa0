/**
 * Real feeds, damaged on purpose: how many still give items, and how many of the items. The shares to reach are those
 * of the best reader that was measured.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToText } from '../src/parse/bytes-to-text.ts';
import { parseFeed } from '../src/parse/feed.ts';
import { DAMAGES, random } from '../test/support/damage.ts';
import type { ConformanceResult } from './result.ts';

/** Per cent of the files that must still give items; 100 where nothing is said. */
const REQUIRED: Readonly<Record<string, number>> = {
  'truncated half-way': 79,
  'truncated anywhere': 79,
  'namespaces not declared': 99,
};

const SEED = 20_261_123;

export function run(dataDirectory: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'damaged feeds', passed: 0, failed: 0, lines: [] };
  const folder = join(dataDirectory, 'real-feeds');
  if (!existsSync(folder)) {
    result.lines.push(`skipped: ${folder} is not there`);
    return Promise.resolve(result);
  }
  const feeds = realFeeds(folder);
  for (const [name, damage] of Object.entries(DAMAGES)) {
    const next = random(SEED);
    const damaged = feeds.map(({ text, items }) => ({ items, left: countItems(damage(text, next)) }));
    const files = share(damaged.filter(({ left }) => left > 0).length, feeds.length);
    const items = share(
      sum(damaged.map(({ left, items }) => Math.min(left, items))),
      sum(damaged.map(({ items }) => items)),
    );
    const required = REQUIRED[name] ?? 100;
    if (files >= required) result.passed++;
    else result.failed++;
    result.lines.push(
      `${files >= required ? 'ok' : 'FAILED'}: ${name}: ${files} % of files, ${items} % of items`,
    );
  }
  return Promise.resolve(result);
}

function realFeeds(folder: string): { text: string; items: number }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => bytesToText(readFileSync(join(folder, name))).text)
    .map((text) => ({ text, items: countItems(text) }));
}

function countItems(text: string): number {
  const feed = parseFeed(text);
  return feed.kind === 'feed'
    ? feed.items.filter((item) => (item.title ?? item.content ?? item.summary) !== undefined).length
    : 0;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
