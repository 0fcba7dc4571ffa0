/**
 * The text of every body in `real-feeds/` and `feeds/` before and after cleaning: nothing but what the policy drops may
 * be missing, nothing may be added.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanBody } from '../src/normalise/clean-body.ts';
import { readFeed } from '../src/parse/read-feed.ts';
import { readBody } from './read-body.ts';
import type { ConformanceResult } from './result.ts';

/** Control characters that HTML and feeds do not allow; the cleaner drops them. */
const CONTROLS = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]/g;

/** Empty in XHTML, which feeds are written in; the parser compared with takes it for the beginning of a script. */
const SELF_CLOSED_SCRIPT = /<script[^>]*\/>/;

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'body text', passed: 0, failed: 0, lines: [] };
  const folders = ['real-feeds', 'feeds', 'jsonfeed'].map((name) => path.join(data, name)).filter(existsSync);
  if (folders.length === 0) return { ...result, lines: [`skipped: ${data}/real-feeds is not there`] };
  for (const file of folders.flatMap(listFeeds)) {
    const feed = await readFeed(readFileSync(file), {});
    if (feed.kind !== 'feed') continue;
    for (const [index, { content, summary }] of feed.items.entries()) {
      const body = content ?? summary;
      if (body === undefined || body.type === 'text' || SELF_CLOSED_SCRIPT.test(body.value)) continue;
      const before = readBody(body.value).text.replace(CONTROLS, '');
      const after = readBody(cleanBody(body.value, { scope: '' }).html).text;
      if (before === after) result.passed++;
      else {
        result.failed++;
        result.lines.push(`${path.basename(file)} item ${index}: ${difference(before, after)}`);
      }
    }
  }
  result.lines.unshift(`compared the text of ${result.passed + result.failed} bodies`);
  return result;
}

function listFeeds(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(?:xml|json)$/.test(name) && name !== 'expected.json')
    .map((name) => path.join(folder, name));
}

function difference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60));
  return `${around(before)} became ${around(after)}`;
}
