/**
 * One changed RSSHub feed the whole way, from its bytes to the values that are bound for the database, beside what
 * feedsmith takes only to parse it. What a Worker does while it starts has a limit of its own and does not count
 * towards the CPU time of a request: ours is warmed up there, and shown without it and beside a feedsmith that is too.
 */
import { WARM_UP_RUNS } from '../src/jobs/warm-up.ts';
import { FEEDSMITH } from './feedsmith.ts';
import { type Contender, measureIsolates, printCosts } from './isolates.ts';
import { makeFeed } from './samples.ts';

const ROUNDS = 9;
const WARM_ROUNDS = 5;

const WAY = `import { bytesToText } from '../src/parse/bytes-to-text.ts';
  import { parseFeed } from '../src/parse/feed.ts';
  import { articlesFromFeed } from '../src/normalise/articles-from-feed.ts';
  import { ArticleStore } from '../src/store/article-store.ts';
  const feedUrl = 'https://rsshub.example.org/news/latest';
  const source = { id: '0123456789ab', url: 'rsshub://news/latest', categories: ['新媒体', '新闻'] };
  // takes the values, and does nothing with them
  const database = { prepare: () => ({ bind: (...values) => values }), batch: async () => [] };
  const store = new ArticleStore(database);
  export default { async fetch(request) {
    const { text } = bytesToText(new Uint8Array(await request.arrayBuffer()));
    const feed = parseFeed(text, { url: feedUrl });
    const { articles } = articlesFromFeed(feed, { source, feedUrl, identityMode: 'guid', now: Date.now() });
    await store.save(source, articles, Date.now());
    return Response.json(articles.length);
  } }`;

const CONTENDERS: Contender[] = [
  { name: 'tributary', source: `import '../src/jobs/warm-up.ts'; ${WAY}` },
  { name: 'without its warm-up', source: WAY },
  FEEDSMITH,
  {
    name: 'feedsmith, warmed',
    source: `${FEEDSMITH.source}
      const sample = ${JSON.stringify(makeFeed('escaped', { items: 2, bytes: 8000 }))};
      for (let run = 0; run < ${WARM_UP_RUNS}; run++) parseFeed(sample);`,
  },
];

export async function run(): Promise<void> {
  for (const carriage of ['escaped', 'cdata'] as const) {
    const feed = new TextEncoder().encode(makeFeed(carriage, { items: 20, bytes: 107_000 }));
    const costs = await measureIsolates(CONTENDERS, { body: feed, rounds: ROUNDS, warmRounds: WARM_ROUNDS });
    printCosts(`from bytes to rows, 20 items, ${Math.round(feed.length / 1000)} KB, ${carriage}`, costs);
  }
}
