import { expect, it, vi } from 'vitest';
import { type ConsumeTools, consume, giveUpAll } from '../../src/jobs/consume.ts';
import { tidy } from '../../src/jobs/retention.ts';
import { type PollMessage, scheduleDue } from '../../src/jobs/schedule.ts';
import { takePush } from '../../src/jobs/take-push.ts';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { HealthStore } from '../../src/store/health-store.ts';
import { PollStore } from '../../src/store/poll-store.ts';
import { RetentionStore } from '../../src/store/retention-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import { SubscriptionStore } from '../../src/store/subscription-store.ts';
import { Newsstand, type Reply, rss } from '../support/newsstand.ts';

const ROUNDS = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SEED = 20_261_124;
/** Two share a host; the second and the third have a hub. */
const FEEDS = ['https://a.example/1', 'https://a.example/2', 'https://b.example/1', 'https://c.example/1'];
const PUSHED = FEEDS.slice(1, 3);
/** A feed that shows its newest items only, as many as are kept. */
const SHORT = 'https://d.example/1';
const KEPT_ITEMS = 5;
/** Where pages are added whose feed has to be found. */
const PAGES = 'https://pages.example';
const ROUNDS_PER_PAGE = 50;
/** Of each await, while faults happen. */
const RATE = {
  error: 0.02,
  unknownOutcome: 0.02,
  kill: 0.01,
  redelivery: 0.1,
  brokenBody: 0.03,
  serverError: 0.03,
};
const MAX_ATTEMPTS = 10;

function pageOf(feed: string): Reply {
  return {
    body: `<!doctype html><link rel="alternate" type="application/rss+xml" href="${feed}">`,
    headers: { 'Content-Type': 'text/html' },
  };
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** One isolate: everything it awaits may fail, have happened although it failed, or never return because it is killed. */
class Isolate {
  isKilled = false;
  readonly killed: Promise<'killed'>;
  #kill: () => void = () => {};
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.killed = new Promise((resolve) => {
      this.#kill = () => resolve('killed');
    });
  }

  async await<T>(work: () => Promise<T>): Promise<T> {
    const chance = this.#random();
    if (chance < RATE.kill) {
      this.isKilled = true;
      this.#kill();
    }
    if (this.isKilled) return new Promise<never>(() => {});
    if (chance < RATE.kill + RATE.error) throw new Error('fault before');
    const result = await work();
    if (this.isKilled) return new Promise<never>(() => {});
    if (chance < RATE.kill + RATE.error + RATE.unknownOutcome) throw new Error('fault after');
    return result;
  }

  /** A database whose every call is an await of this isolate. */
  database(db: D1Database): D1Database {
    const wrap = (statement: object): object =>
      new Proxy(statement, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name === 'bind') return (...values: unknown[]) => wrap(value.apply(target, values));
          if (name === 'all' || name === 'run' || name === 'first')
            return (...values: unknown[]) => this.await(() => value.apply(target, values));
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    return {
      prepare: (sql: string) => wrap(db.prepare(sql)),
      batch: (statements: never[]) => this.await(() => db.batch(statements)),
    } as unknown as D1Database;
  }
}

it(`loses nothing, doubles nothing and leaves no source behind in ${ROUNDS} rounds of faults at every await`, {
  timeout: 180_000,
}, async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const random = seededRandom(SEED);
  const stand = await Newsstand.open({});
  const published = new Map<string, string[]>([...FEEDS, SHORT].map((url) => [url, []]));
  /** What must be there: of the short feed the newest. */
  const expected = () =>
    [...published].flatMap(([url, titles]) => (url === SHORT ? titles.slice(-KEPT_ITEMS) : titles)).sort();
  const dates = new Map<string, number>();
  const feedOf = (titles: readonly string[]) => rss(titles, '', (title) => dates.get(title) ?? 0);
  let isFaulty = true;
  for (const host of new Set([...published.keys(), PAGES].map((url) => new URL(url).host))) {
    stand.publish(host, ({ path, headers }) => {
      const feed = `https://${host}${path}`;
      const titles = published.get(feed);
      if (titles === undefined && !path.startsWith('/page')) return { status: 404 };
      if (titles === undefined) return pageOf(path.replace('page', 'feed'));
      const shown = titles.toReversed().slice(0, feed === SHORT ? KEPT_ITEMS : undefined);
      const etag = `"${titles.length}"`;
      if (isFaulty && random() < RATE.serverError) return { status: 500 };
      if (headers['if-none-match'] === etag) return { status: 304 };
      return {
        body: feedOf(shown),
        headers: { ETag: etag },
        breaks: isFaulty && random() < RATE.brokenBody,
      };
    });
  }
  for (const url of [...FEEDS, SHORT]) await stand.follow(url, { poll: 60 });
  stand.limits = PLAN_LIMITS.free;

  const inFlight = new Map<string, Isolate>();
  let twiceAtOnce = 0;
  let kills = 0;
  let pushes = 0;
  const queue: { body: PollMessage; attempts: number; at: number }[] = [];
  const dead: PollMessage[] = [];

  const toolsIn = (isolate: Isolate): ConsumeTools => {
    const db = isolate.database(stand.db);
    const enqueue = async (messages: Iterable<{ body: PollMessage; delaySeconds?: number }>) => {
      for (const { body, delaySeconds = 0 } of messages)
        queue.push({ body, attempts: 1, at: stand.now + delaySeconds * 1000 });
    };
    return {
      ...stand.tools(),
      articles: new ArticleStore(db),
      sources: new SourceStore(db),
      polls: new PollStore(db),
      subscriptions: new SubscriptionStore(db),
      queue: {
        send: (body: PollMessage) => isolate.await(() => enqueue([{ body }])),
        sendBatch: (messages: Iterable<{ body: PollMessage }>) => isolate.await(() => enqueue(messages)),
      } as unknown as Queue<PollMessage>,
      fetch: async (url, init) => {
        const other = inFlight.get(url);
        if (other !== undefined && !other.isKilled) twiceAtOnce++;
        inFlight.set(url, isolate);
        try {
          return await isolate.await(() => stand.fetch(url, init));
        } finally {
          inFlight.delete(url);
        }
      },
      random,
    };
  };

  const isolate = () => new Isolate(isFaulty ? random : () => 1);

  const cron = async () => {
    const within = isolate();
    const tools = toolsIn(within);
    const run = scheduleDue({
      polls: tools.polls as PollStore,
      sources: tools.sources as SourceStore,
      queue: tools.queue as Queue<PollMessage>,
      limits: stand.limits,
      now: stand.now,
      random,
    }).catch(() => {});
    if ((await Promise.race([run, within.killed])) === 'killed') kills++;
  };

  /** What runs with cron besides: articles that need not be kept go. */
  const keepHouse = async () => {
    const within = isolate();
    const db = within.database(stand.db);
    const tools = { retention: new RetentionStore(db), health: new HealthStore(db), now: stand.now };
    const run = tidy({ keepItems: KEPT_ITEMS, maxDatabaseBytes: 1e9 }, tools).catch(() => {});
    if ((await Promise.race([run, within.killed])) === 'killed') kills++;
  };

  /** A hub delivers the newest items of a feed. */
  const push = async (url: string) => {
    const within = isolate();
    const db = within.database(stand.db);
    const [followed] = (await stand.sources.all()).filter(({ source }) => source.url === url);
    if (followed === undefined) throw new Error('the source is there');
    const bytes = new TextEncoder().encode(feedOf((published.get(url) ?? []).slice(-3).toReversed()));
    const run = takePush(
      followed,
      { bytes, topic: url },
      {
        articles: new ArticleStore(db),
        sources: new SourceStore(db),
        subscriptions: new SubscriptionStore(db),
        now: stand.now,
      },
    ).then(
      () => pushes++,
      () => {},
    );
    if ((await Promise.race([run, within.killed])) === 'killed') kills++;
  };

  const deliverOne = async (message: (typeof queue)[number]) => {
    const within = isolate();
    let retryIn: number | undefined;
    const delivered = {
      ...message,
      ack: () => {},
      retry: ({ delaySeconds = 0 }: { delaySeconds?: number } = {}) => {
        retryIn = delaySeconds;
      },
    } as unknown as Message<PollMessage>;
    const run = consume({ messages: [delivered] }, toolsIn(within));
    const isKilled = (await Promise.race([run, within.killed])) === 'killed';
    if (isKilled) kills++;
    const again = isKilled ? 5 : retryIn;
    if (again === undefined) {
      if (isFaulty && random() < RATE.redelivery) queue.push({ ...message, at: stand.now });
    } else if (message.attempts > MAX_ATTEMPTS) dead.push(message.body);
    else queue.push({ ...message, attempts: message.attempts + 1, at: stand.now + again * 1000 });
  };

  /** Everything that is to be delivered until `end`, two messages at once where there are two. */
  const deliverUntil = async (end: number) => {
    for (;;) {
      queue.sort((a, b) => a.at - b.at);
      if (queue[0] === undefined || queue[0].at > end) break;
      const ready = queue.splice(0, queue[1] !== undefined && queue[1].at <= end ? 2 : 1);
      stand.now = Math.max(stand.now, ...ready.map(({ at }) => at));
      await Promise.all(ready.map(deliverOne));
    }
    for (const body of dead.splice(0)) {
      const message = {
        body,
        attempts: 1,
        ack: () => {},
        retry: () => {},
      } as unknown as Message<PollMessage>;
      const within = isolate();
      const run = giveUpAll({ messages: [message] }, toolsIn(within)).then(() => 'done');
      const outcome = await Promise.race([run, within.killed]).catch(() => 'failed');
      if (outcome !== 'done') dead.push(body);
    }
    stand.now = Math.max(stand.now, end);
  };

  /** Lets leases end and polls everything once without faults: then all that was ever published must be there. */
  const expectAll = async () => {
    isFaulty = false;
    await deliverUntil(stand.now + 45 * MINUTE);
    const ids = (await stand.sources.all()).map(({ source }) => source.id);
    await stand.sources.makeDue(ids, stand.now);
    await cron();
    await deliverUntil(stand.now + 5 * MINUTE);
    await keepHouse();
    // a page whose feed did not answer is looked at again after hours
    const isOfFeed = (title: string) => !title.startsWith('found');
    expect((await stand.titles()).filter(isOfFeed).toSorted()).toEqual(expected().filter(isOfFeed));
    isFaulty = true;
  };

  for (let round = 0; round < ROUNDS; round++) {
    if (round % 20 === 19) await expectAll();
    for (const [url, titles] of published) {
      if (url.startsWith(PAGES) || random() >= 0.1) continue;
      const title = `${url} ${titles.length}`;
      titles.push(title);
      dates.set(title, stand.now);
    }
    if (round % ROUNDS_PER_PAGE === 0) {
      published.set(`${PAGES}/feed${round}`, [`found in round ${round}`]);
      dates.set(`found in round ${round}`, stand.now);
      await stand.follow(`${PAGES}/page${round}`, { poll: 60 });
    }
    await cron();
    await keepHouse();
    for (const url of PUSHED) if (random() < 0.1) await push(url);
    await deliverUntil(stand.now + Math.round(20 * MINUTE * (1 + random())));
  }
  isFaulty = false;
  for (const end = stand.now + 8 * DAY; stand.now < end; ) {
    await cron();
    await deliverUntil(stand.now + 20 * MINUTE);
    await keepHouse();
  }
  await stand.close();

  const titles = await stand.titles();
  expect(titles.toSorted()).toEqual(expected());
  expect(titles.length).toBeGreaterThan(200);
  expect(pushes).toBeGreaterThan(100);
  // what went was there once
  const removed = await stand.db.prepare('SELECT count(*) AS n FROM removed_articles').first<number>('n');
  expect(removed).toBe((published.get(SHORT)?.length ?? 0) - KEPT_ITEMS);
  const addresses = (await stand.sources.all()).map(({ source }) => source.url);
  expect(addresses.toSorted()).toEqual([...published.keys()].sort());
  expect(twiceAtOnce).toBe(0);
  expect(kills).toBeGreaterThan(50);
  for (const { state } of await stand.sources.all()) {
    expect(state).toMatchObject({ consecutiveFailures: 0 });
    expect(stand.now - (state.lastSuccessAt ?? 0)).toBeLessThan(3 * HOUR);
  }
  vi.restoreAllMocks();
});
