/**
 * One changed RSSHub feed the whole way, from its bytes to the values that are bound for the database, beside what
 * feedsmith takes only to parse it: when one of its items is new, as at most polls, when half of them are, and when all
 * are, as at the first poll.
 * What a Worker does while it starts has a limit of its own and does not count towards the CPU time of a request: ours is
 * warmed up there, and shown without it and beside a feedsmith that is too.
 */
import type { SavedItem } from '../src/article.ts';
import { WARM_UP_RUNS } from '../src/jobs/warm-up.ts';
import type { FeedReading } from '../src/normalise/articles-from-feed.ts';
import { FEEDSMITH } from './feedsmith.ts';
import { type Contender, measureIsolates, printCosts } from './isolates.ts';
import { knownItems } from './known-items.ts';
import { type Carriage, makeFeed } from './samples.ts';

const ROUNDS = 9;
const WARM_ROUNDS = 5;
const ITEMS = 20;

const READING: Omit<FeedReading, 'now'> = {
  source: { id: '0123456789ab', url: 'rsshub://news/latest', categories: ['新媒体', '新闻'] },
  feedUrl: 'https://rsshub.example.org/news/latest',
  identityMode: 'guid',
};

/** A Worker that takes the whole way, and knows these items. */
function wayOf(saved: ReadonlyMap<string, SavedItem> = new Map()): string {
  return `import { bytesToText } from '../src/parse/bytes-to-text.ts';
    import { parseFeed } from '../src/parse/feed.ts';
    import { articlesFromFeed } from '../src/normalise/articles-from-feed.ts';
    import { ArticleStore } from '../src/store/article-store.ts';
    const reading = ${JSON.stringify(READING)};
    const saved = new Map(${JSON.stringify([...saved])});
    // takes the values, and does nothing with them
    const database = { prepare: () => ({ bind: (...values) => values }), batch: async () => [] };
    const store = new ArticleStore(database);
    export default { async fetch(request) {
      const { text } = bytesToText(new Uint8Array(await request.arrayBuffer()));
      const feed = parseFeed(text, { url: reading.feedUrl });
      const now = Date.now();
      const found = articlesFromFeed(feed, { ...reading, now, saved });
      await store.save(reading.source, found, now);
      return Response.json(found.articles.length);
    } }`;
}

function contendersFor(feed: string): Contender[] {
  const warmed = (newItems: number): string =>
    `import '../src/jobs/warm-up.ts'; ${wayOf(knownItems(feed, READING, { newItems }))}`;
  return [
    { name: 'tributary, 20 new', source: warmed(ITEMS) },
    { name: 'without its warm-up', source: wayOf() },
    { name: 'tributary, 10 new', source: warmed(ITEMS / 2) },
    { name: 'tributary, 1 new', source: warmed(1) },
    FEEDSMITH,
    {
      name: 'feedsmith, warmed',
      source: `${FEEDSMITH.source}
        const sample = ${JSON.stringify(makeFeed('escaped', { items: 2, bytes: 8000 }))};
        for (let run = 0; run < ${WARM_UP_RUNS}; run++) parseFeed(sample);`,
    },
  ];
}

export async function run(): Promise<void> {
  const carriages: Carriage[] = ['escaped', 'cdata'];
  for (const carriage of carriages) {
    const feed = makeFeed(carriage, { items: ITEMS, bytes: 107_000 });
    const body = new TextEncoder().encode(feed);
    const costs = await measureIsolates(contendersFor(feed), {
      body,
      rounds: ROUNDS,
      warmRounds: WARM_ROUNDS,
    });
    printCosts(
      `from bytes to rows, ${ITEMS} items, ${Math.round(body.length / 1000)} KB, ${carriage}`,
      costs,
    );
  }
}
