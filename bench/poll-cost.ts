/**
 * What an unchanged poll costs beside one that reads its feed, in workerd: the real poll, from the row of its source to
 * the values that are bound for the database. Left out in all cases alike: the network, whose answers are made from the
 * bytes of the request, and the database's own work.
 */
import { bodyHash } from '../src/parse/body-hash.ts';
import { type Contender, measureIsolates } from './isolates.ts';
import { knownItems } from './known-items.ts';
import { makeFeed } from './samples.ts';

const ROUNDS = 5;
/** Polls for every request, so that what a request itself costs is little beside them. */
const POLLS = 10;
/** What an unchanged poll may cost of a full one. */
const MOST = 0.05;

type Answer = 'new bytes' | 'same bytes' | '304';

const ID = '0123456789ab';
const FEED_URL = 'https://news.example.org/feed';

/**
 * A Worker that polls one source, whose server answers so; the feed is what the Worker is sent. `hash` is that of its
 * bytes, `saved` holds the items that are known.
 */
function polling(name: string, answer: Answer, hash: string, saved = new Map<string, object>()): Contender {
  const savedRows = [...saved].map(([fingerprint, item]) => ({ fingerprint, ...item }));
  return {
    name,
    source: `import '../src/jobs/warm-up.ts';
      import { refresh } from '../src/jobs/refresh.ts';
      import { ArticleStore } from '../src/store/article-store.ts';
      import { fromSourceRow } from '../src/store/source-row.ts';
      import { SourceStore } from '../src/store/source-store.ts';
      // takes the values, and does nothing with them
      const answering = (results) => {
        const statement = { bind: (...values) => statement, run: async () => ({ results: [], meta: {} }),
          all: async () => ({ results }), first: async () => null };
        return statement;
      };
      const saved = answering(${JSON.stringify(savedRows)});
      const others = answering([]);
      const db = { prepare: (sql) => (sql.includes('json_each(fingerprints)') && sql.startsWith('SELECT') ? saved : others),
        batch: async () => [] };
      const row = { id: '${ID}', url: '${FEED_URL}', entry: '{"categories":["新媒体","新闻"]}',
        next_check_at: 1790000000000, etag: ${answer === '304' ? `'"abc"'` : 'null'}, last_modified: null,
        body_hash: ${answer === 'same bytes' ? `'${hash}'` : 'null'}, stable_hash: null, hints: '{"minutesBetweenPolls":60}',
        rhythm: '{"gapMinutes":60,"newestAt":1790000000000}', redirect: null, instances: '{}',
        last_checked_at: 1790000000000, last_success_at: 1790000000000, consecutive_failures: 0, failure: null,
        broken_since: null, repairs: '[]', identity_mode: 'guid', feed_title: 'News', site_link: 'https://news.example.org' };
      const manners = { turn: async () => 0, answered: async () => {}, pausedUntil: () => 0, waitFor: () => 0 };
      const headers = { 'Content-Type': 'application/rss+xml; charset=utf-8', ETag: '"abc"' };
      export default { async fetch(request) {
        const body = await request.arrayBuffer();
        const kinds = [];
        for (let poll = 0; poll < ${POLLS}; poll++) {
          const outcome = await refresh(fromSourceRow(row), {
            fetch: async () => ${answer === '304' ? 'new Response(null, { status: 304, headers })' : 'new Response(body, { headers })'},
            policy: { allowedOrigins: new Set(), ownHosts: new Set() }, userAgent: 'bench', instances: [], manners,
            now: Date.now(), jitter: 0.5, articles: new ArticleStore(db), sources: new SourceStore(db) });
          kinds.push(outcome.kind);
        }
        const expected = '${answer === 'new bytes' ? 'updated' : 'unchanged'}';
        return Response.json(kinds, { status: kinds.every((kind) => kind === expected) ? 200 : 500 });
      } }`,
  };
}

/** A Worker that only makes the answers with a body. */
const ANSWERS: Contender = {
  name: 'answers alone',
  source: `export default { async fetch(request) {
    const body = await request.arrayBuffer();
    const headers = { 'Content-Type': 'application/rss+xml; charset=utf-8', ETag: '"abc"' };
    let bodies = 0;
    for (let poll = 0; poll < ${POLLS}; poll++) if (new Response(body, { headers }).body !== null) bodies++;
    return Response.json(bodies);
  } }`,
};

/** Prints the costs, and tells whether an unchanged poll is as cheap as it should be. */
export async function run(): Promise<void> {
  const text = makeFeed('escaped', { items: 20, bytes: 107_000 });
  const source = { id: ID, url: FEED_URL, categories: [] };
  const known = knownItems(text, { source, feedUrl: FEED_URL, identityMode: 'guid' }, { newItems: 1 });
  const feed = new TextEncoder().encode(text);
  const hash = bodyHash(feed);
  const [answers, full, oneNew, same, notModified] = await measureIsolates(
    [
      ANSWERS,
      polling('read, 20 new items', 'new bytes', hash),
      polling('read, 1 new item of 20', 'new bytes', hash, known),
      polling('200, the same bytes', 'same bytes', hash),
      polling('304', '304', hash),
    ],
    { body: feed, rounds: ROUNDS, warmRounds: ROUNDS },
  );
  if (!answers || !full || !oneNew || !same || !notModified) throw new Error('nothing was measured');
  const ms = {
    full: (full.warm - answers.warm) / POLLS,
    oneNew: (oneNew.warm - answers.warm) / POLLS,
    same: (same.warm - answers.warm) / POLLS,
    notModified: notModified.warm / POLLS,
  };
  console.log(`a feed of ${Math.round(feed.length / 1000)} KB: CPU ms of a poll, warm`);
  printCost(full.name, ms.full, ms.full);
  printCost(oneNew.name, ms.oneNew, ms.full);
  printCost(same.name, ms.same, ms.full);
  printCost(notModified.name, ms.notModified, ms.full);
  if (Math.max(ms.same, ms.notModified) > MOST * ms.full) {
    console.log(`MISSED: an unchanged poll costs at most ${100 * MOST} % of a full one`);
    process.exitCode = 1;
  }
}

function printCost(name: string, ms: number, full: number): void {
  const share = ((100 * ms) / full).toFixed(1);
  console.log(`  ${name.padEnd(22)} ${ms.toFixed(3).padStart(7)}  ${share.padStart(5)} %`);
}
