/**
 * `npm run conformance [-- NAME …]`: runs the corpora and says what it skipped. They lie in `../shared/data`, or where
 * `CONFORMANCE_DATA` says; without them there is nothing to run, which is no failure.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConformanceResult } from './result.ts';

type Suite = { run(data: string): Promise<ConformanceResult> };

const SUITES: Record<string, () => Promise<Suite>> = {
  'real-input': () => import('./real-input.ts'),
  interruption: () => import('./interruption.ts'),
  adoption: () => import('./adoption.ts'),
  publishing: () => import('./publishing.ts'),
  feeds: () => import('./feeds.ts'),
  posts: () => import('./posts.ts'),
  generators: () => import('./generators.ts'),
  'bad-sources': () => import('./bad-sources.ts'),
  damage: () => import('./damage.ts'),
  'feed-oracle': () => import('./feed-oracle.ts'),
  'feed-files': () => import('./feed-files.ts'),
  'hostile-urls': () => import('./hostile-urls.ts'),
  referers: () => import('./referers.ts'),
  'visitor-headers': () => import('./visitor-headers.ts'),
  'pictures-in-chromium': () => import('./pictures-in-chromium.ts'),
  bodies: () => import('./bodies.ts'),
  'body-text': () => import('./body-text.ts'),
  'post-pictures': () => import('./post-pictures.ts'),
  xss: () => import('./xss.ts'),
  'xss-whole-way': () => import('./xss-whole-way.ts'),
};

const data = resolve(process.env.CONFORMANCE_DATA ?? resolve(import.meta.dirname, '../../shared/data'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}
if (!existsSync(data)) console.log(`The corpora are not at ${data}: what needs them is skipped.`);

let passed = 0;
let failed = 0;
for (const [name, load] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const result = await (await load()).run(data);
  console.log(`${name}: ${result.passed} passed, ${result.failed} failed`);
  for (const line of result.lines) console.log(`  ${line}`);
  passed += result.passed;
  failed += result.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
