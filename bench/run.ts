/** `npm run bench [-- NAME …]`: runs the benches of those names, or all in turn; each prints its table. */

/** What every bench is. */
export interface Bench {
  run(): Promise<void>;
}

const BENCHES: Record<string, () => Promise<Bench>> = {
  parse: () => import('./parse.ts'),
  bodies: () => import('./bodies.ts'),
  ingest: () => import('./ingest.ts'),
  cold: () => import('./cold.ts'),
  images: () => import('./images.ts'),
  polling: () => import('./polling.ts'),
  'poll-cost': () => import('./poll-cost.ts'),
  feeds: () => import('./feeds.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
for (const [name, load] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`${name}:`);
  await (await load()).run();
}
