import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../../src/fetch/guarded-fetch.ts';
import { type ConsumeTools, consume, giveUpAll } from '../../src/jobs/consume.ts';
import { type PollMessage, scheduleDue } from '../../src/jobs/schedule.ts';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import type { FollowedSource } from '../../src/sources/source.ts';
import type { SourceEntry } from '../../src/sources/source-list.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { PollStore } from '../../src/store/poll-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import { SubscriptionStore } from '../../src/store/subscription-store.ts';
import { userAgent } from '../../src/user-agent.ts';
import { openD1, type Usage } from './sqlite-d1.ts';

/** One request as a publisher saw it, with the virtual time. */
export interface SeenPoll {
  at: number;
  host: string;
  path: string;
  headers: IncomingMessage['headers'];
}

/** How a publisher answers: a status, headers, a body. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The connection breaks in the middle of the body. */
  breaks?: boolean;
}

export type Publisher = (request: SeenPoll) => Reply;

const MINUTE = 60_000;
/** Cron in `wrangler.toml`: at minute 3, 8, 13 and so on. */
const CRON = { every: 5 * MINUTE, from: 3 * MINUTE };

/**
 * The real pipeline, cron to database, against a real HTTP server, on a clock of its own. Every host name leads to that
 * server, which tells them apart, so that the rules for other people's hosts hold although it is on loopback.
 */
export class Newsstand {
  /** A Tuesday at three minutes past noon. */
  now = Date.UTC(2026, 10, 24, 12, 3);
  seen: SeenPoll[] = [];
  readonly usage: Usage;
  readonly sources: SourceStore;
  readonly polls: PollStore;
  readonly articles: ArticleStore;
  readonly db: D1Database;
  /** Messages sent and not yet delivered. */
  readonly queued: { body: PollMessage; attempts: number }[] = [];
  readonly dead: PollMessage[] = [];
  limits: ConsumeTools['limits'] = PLAN_LIMITS.paid;
  random: () => number = () => 0;
  ownOrigins: string[] = [];
  /** Replaces what the consumer works with, for faults. */
  refit: (tools: ConsumeTools) => ConsumeTools = (tools) => tools;

  readonly #server;
  readonly #origin: string;
  readonly #publishers: Map<string, Publisher>;

  private constructor(server: ReturnType<typeof createServer>, publishers: Map<string, Publisher>) {
    this.#server = server;
    this.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#publishers = publishers;
    const { db, usage } = openD1();
    this.db = db;
    this.usage = usage;
    this.sources = new SourceStore(db);
    this.polls = new PollStore(db);
    this.articles = new ArticleStore(db);
  }

  /** Publishers by host name. */
  static async open(publishers: Record<string, Publisher>): Promise<Newsstand> {
    const map = new Map(Object.entries(publishers));
    let stand: Newsstand | undefined;
    const server = createServer((request, response) => stand?.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stand = new Newsstand(server, map);
    return stand;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  publish(host: string, publisher: Publisher): void {
    this.#publishers.set(host, publisher);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const host = String(request.headers['x-host']);
    const seen = { at: this.now, host, path: request.url ?? '/', headers: request.headers };
    this.seen.push(seen);
    const reply = this.#publishers.get(host)?.(seen) ?? { status: 404 };
    const { status = 200, headers = {}, body = '' } = reply;
    if (reply.breaks) {
      response.writeHead(status, { ...headers, 'Content-Length': String(body.length + 1) });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
    } else response.writeHead(status, headers).end(status === 304 ? undefined : body);
  }

  /** The network: every name leads to the server. */
  readonly fetch: Fetch = (address, init) => {
    const url = new URL(address);
    const headers = new Headers(init.headers);
    headers.set('X-Host', url.host);
    return fetch(this.#origin + url.pathname + url.search, { ...init, headers });
  };

  async follow(url: string, entry: Partial<SourceEntry> = {}): Promise<string> {
    await this.sources.import(
      { rsshub: [], sources: [{ url, categories: [], ...entry }] },
      { now: this.now },
    );
    const found = (await this.sources.all()).find(({ source }) => source.url === url);
    return found?.source.id ?? '';
  }

  async source(id: string): Promise<FollowedSource> {
    const found = await this.sources.find(id);
    if (found === undefined) throw new Error(`no source ${id}`);
    return found;
  }

  tools(): ConsumeTools {
    return this.refit({
      fetch: this.fetch,
      policy: { allowedOrigins: new Set(this.ownOrigins), ownHosts: new Set() },
      userAgentFor: () => userAgent('https://tributary.example', 3),
      articles: this.articles,
      sources: this.sources,
      polls: this.polls,
      subscriptions: new SubscriptionStore(this.db),
      canBeCalledBy: () => true,
      queue: this.queue,
      onChange: () => {},
      limits: this.limits,
      now: () => this.now,
      random: this.random,
      wait: async (milliseconds) => {
        this.now += milliseconds;
      },
    });
  }

  readonly queue = {
    send: async (body: PollMessage) => {
      this.queued.push({ body, attempts: 1 });
    },
    sendBatch: async (messages: Iterable<{ body: PollMessage }>) => {
      for (const { body } of messages) this.queued.push({ body, attempts: 1 });
    },
  } as unknown as Queue<PollMessage>;

  /** One run of cron, without what it queues being delivered. */
  async cron(): Promise<number> {
    const { polls, sources, queue, limits } = this.tools();
    return scheduleDue({
      polls: polls as PollStore,
      sources: sources as SourceStore,
      queue: queue as Queue<PollMessage>,
      limits,
      now: this.now,
      random: this.random,
    });
  }

  /** Delivers what is queued, and what that queues, until nothing is left or `deliveries` have been made. */
  async deliver(deliveries = 1000): Promise<void> {
    for (let i = 0; i < deliveries; i++) {
      const next = this.queued.shift();
      if (next === undefined) return;
      let retried = false;
      await consume(
        {
          messages: [
            {
              ...next,
              ack: () => {},
              retry: () => {
                retried = true;
              },
            } as unknown as Message<PollMessage>,
          ],
        },
        this.tools(),
      );
      if (!retried) continue;
      if (next.attempts > 10) this.dead.push(next.body);
      else this.queued.push({ ...next, attempts: next.attempts + 1 });
      // what is retried comes back later; others first
      if (this.queued.every(({ attempts }) => attempts > 1)) return;
    }
  }

  /** What is delivered to the dead-letter queue. */
  async buryDead(): Promise<void> {
    const messages = this.dead
      .splice(0)
      .map((body) => ({ body, attempts: 1, ack: () => {}, retry: () => {} }));
    await giveUpAll({ messages: messages as unknown as Message<PollMessage>[] }, this.tools());
  }

  /** Lets time pass, with cron. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    while (this.now < end) {
      const runs = Math.floor((this.now - CRON.from) / CRON.every) + 1;
      this.now = runs * CRON.every + CRON.from;
      await this.cron();
      await this.deliver();
    }
  }

  /** Polls now what is due, the named source whatever its plan. */
  async poll(id?: string): Promise<void> {
    this.now += 1;
    if (id !== undefined) await this.sources.makeDue([id], this.now);
    await this.cron();
    await this.deliver();
  }

  async titles(): Promise<string[]> {
    return (await this.articles.latest({ kind: 'all' }, 1000)).map(({ title }) => title);
  }
}

/** An object with some of its methods replaced. */
export function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, name) {
      if (name in methods) return Reflect.get(methods, name);
      const value = Reflect.get(object, name);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

/** An RSS feed of items, newest first, an hour between each and the next; `channel` stands before them. */
export function rss(
  titles: readonly string[],
  channel = '',
  dateOf = (_: string, i: number) => Date.UTC(2026, 10, 24, 11) - i * 60 * MINUTE,
): string {
  const items = titles.map((title, i) => {
    const date = new Date(dateOf(title, i)).toUTCString();
    return `<item><title>${title}</title><guid isPermaLink="false">${title}</guid>
      <link>https://news.example/${encodeURIComponent(title)}</link><pubDate>${date}</pubDate></item>`;
  });
  return `<rss version="2.0"><channel><title>News</title>${channel}${items.join('')}</channel></rss>`;
}
