import { expect, it, vi } from 'vitest';
import { type ConsumeTools, consume, giveUpAll } from '../../src/jobs/consume.ts';
import { type PollMessage, scheduleDue } from '../../src/jobs/schedule.ts';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { PollStore } from '../../src/store/poll-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import { Newsstand, rss } from '../support/newsstand.ts';

const ROUNDS = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SEED = 20_261_124;
/** Two share a host. */
const FEEDS = ['https://a.example/1', 'https://a.example/2', 'https://b.example/1', 'https://c.example/1'];
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
  const published = new Map<string, string[]>(FEEDS.map((url) => [url, []]));
  let isFaulty = true;
  for (const host of new Set(FEEDS.map((url) => new URL(url).host))) {
    stand.publish(host, ({ path, headers }) => {
      const titles = published.get(`https://${host}${path}`) ?? [];
      const etag = `"${titles.length}"`;
      if (isFaulty && random() < RATE.serverError) return { status: 500 };
      if (headers['if-none-match'] === etag) return { status: 304 };
      return {
        body: rss(titles.toReversed()),
        headers: { ETag: etag },
        breaks: isFaulty && random() < RATE.brokenBody,
      };
    });
  }
  for (const url of FEEDS) await stand.follow(url, { poll: 60 });
  stand.limits = PLAN_LIMITS.free;

  const inFlight = new Map<string, Isolate>();
  let twiceAtOnce = 0;
  let kills = 0;
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
    expect((await stand.titles()).toSorted()).toEqual([...published.values()].flat().sort());
    isFaulty = true;
  };

  for (let round = 0; round < ROUNDS; round++) {
    if (round % 20 === 19) await expectAll();
    for (const [url, titles] of published) if (random() < 0.1) titles.push(`${url} ${titles.length}`);
    await cron();
    await deliverUntil(stand.now + Math.round(20 * MINUTE * (1 + random())));
  }
  isFaulty = false;
  for (const end = stand.now + 8 * DAY; stand.now < end; ) {
    await cron();
    await deliverUntil(stand.now + 20 * MINUTE);
  }
  await stand.close();

  const titles = await stand.titles();
  expect(titles.toSorted()).toEqual([...published.values()].flat().sort());
  expect(titles.length).toBeGreaterThan(200);
  expect(twiceAtOnce).toBe(0);
  expect(kills).toBeGreaterThan(50);
  for (const { state } of await stand.sources.all()) {
    expect(state).toMatchObject({ consecutiveFailures: 0 });
    expect(stand.now - (state.lastSuccessAt ?? 0)).toBeLessThan(3 * HOUR);
  }
  vi.restoreAllMocks();
});
