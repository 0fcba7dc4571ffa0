/**
 * The whole program in workerd, entered where Cloudflare enters it (`scheduled`, `queue`), with a clock, a network and a
 * queue of the simulation's own, and SQLite as D1 runs it.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import type { PollMessage } from '../../src/jobs/schedule.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import worker from '../../src/worker.ts';
import { openD1 } from './durable-d1.ts';
import { countUntil, INSTANCES, Origin, restOf } from './origin.ts';
import { DAY, generator, MINUTE, makePublishers, makeSteadyPublishers } from './publishers.ts';
import type {
  DatabaseUsage,
  PublisherResult,
  Recovery,
  SimulationOptions,
  SimulationResult,
} from './results.ts';

/** A Tuesday. */
const BEGIN = Date.UTC(2026, 8, 1);
/** As in `wrangler.toml`. */
const CRON = { every: 5 * MINUTE, from: 3 * MINUTE };
const MAX_RETRIES = 10;
const WEEK = 7 * DAY;

/** The bindings of the Worker around it. */
export interface SimulationEnv {
  SIMULATION: DurableObjectNamespace;
  /** All migrations, in order. */
  MIGRATIONS: string;
}

const NOTHING_COUNTED = { runs: 0, messages: 0, queueOperations: 0, mostSubrequests: 0, mostQueries: 0 };

interface Delivery {
  at: number;
  body: PollMessage;
  attempts: number;
  isDead: boolean;
}

export class Simulation extends DurableObject<SimulationEnv> {
  #world: World | undefined;

  /** `POST /begin` with options, `POST /pass` for each quarter of a day, `POST /forget` where counting is to begin, `GET /result`. */
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/begin') {
      this.#world = new World(this.ctx.storage, this.env.MIGRATIONS, await request.json());
      await this.#world.begin();
      return Response.json({});
    }
    if (this.#world === undefined) return new Response(null, { status: 409 });
    if (pathname === '/forget') this.#world.forgetCounts();
    if (pathname === '/pass') await this.#world.pass(DAY / 4);
    return Response.json(pathname === '/result' ? this.#world.result() : {});
  }
}

class World {
  #now = BEGIN;
  readonly #randomNumber: () => number;
  readonly #origin: Origin;
  readonly #options: SimulationOptions;
  readonly #storage: DurableObjectStorage;
  readonly #usage: DatabaseUsage;
  readonly #env: Env;
  readonly #deliveries: Delivery[] = [];
  readonly #delays = new Map<number, number[]>();
  readonly #counted = { ...NOTHING_COUNTED };
  #subrequests = 0;

  constructor(storage: DurableObjectStorage, migrations: string, options: SimulationOptions) {
    const { sources, days, plan, seed, scenario } = options;
    this.#options = options;
    this.#storage = storage;
    storage.sql.exec(migrations);
    const { db, usage } = openD1(storage);
    this.#usage = usage;
    this.#randomNumber = generator(seed);
    const make = scenario === 'mixed' ? makePublishers : makeSteadyPublishers;
    const publishers = make(sources, { from: BEGIN, to: BEGIN + days * DAY, seed });
    this.#origin = new Origin(publishers, BEGIN, generator(seed + 1));
    // articles that come and go are part of the story, but not of a plan
    const retention = scenario === 'mixed' ? { KEEP_DAYS: '7' } : {};
    const POLLS = { send: this.#send, sendBatch: this.#sendBatch } as unknown as Env['POLLS'];
    this.#env = { DB: db, POLLS, PLAN: plan, MAX_DB_MB: '9000', ...retention };
    this.#replaceGlobals();
  }

  /** What the program takes from the runtime: time, chance and the network. Nothing times out in this world. */
  #replaceGlobals(): void {
    Date.now = () => this.#now;
    performance.now = () => this.#now;
    Math.random = () => this.#randomNumber();
    AbortSignal.timeout = () => new AbortController().signal;
    Object.assign(globalThis, {
      scheduler: { wait: async (milliseconds: number) => this.#wait(milliseconds) },
      fetch: async (address: string, { headers }: { headers: Headers }) => {
        this.#subrequests++;
        const sentAt = this.#now;
        this.#now += Math.round(50 + 500 * this.#randomNumber() ** 3);
        return this.#origin.answer(address, headers, sentAt);
      },
    });
  }

  async begin(): Promise<void> {
    const poll = this.#options.scenario === 'hourly' ? { poll: 60 } : {};
    const sources = this.#origin.records.map(({ publisher: { url, pattern } }) => ({
      url,
      categories: [pattern],
      ...poll,
    }));
    await new SourceStore(this.#env.DB).import({ rsshub: INSTANCES, sources }, { now: this.#now });
    this.forgetCounts();
  }

  forgetCounts(): void {
    Object.assign(this.#usage, { rowsRead: 0, rowsWritten: 0, queries: 0 });
    Object.assign(this.#counted, NOTHING_COUNTED);
    this.#origin.forgetCounts();
  }

  /** One transaction, so that the disk is not waited for after every statement. */
  async pass(milliseconds: number): Promise<void> {
    await this.#storage.transaction(() => this.#pass(this.#now + milliseconds));
  }

  async #pass(end: number): Promise<void> {
    const begin = this.#now;
    for (let cron = begin + CRON.from; cron < end; cron += CRON.every) {
      await this.#deliverUntil(cron);
      this.#now = cron;
      this.#counted.runs++;
      await worker.scheduled({} as ScheduledController, this.#env);
    }
    await this.#deliverUntil(end);
    this.#now = end;
    this.#readArticles(begin);
  }

  #wait(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** A message has the time of its delivery, and its waiting takes that further: others are delivered meanwhile. */
  async #deliverUntil(time: number): Promise<void> {
    for (let next = this.#takeNext(time); next !== undefined; next = this.#takeNext(time)) {
      this.#now = next.at;
      await this.#deliver(next);
    }
  }

  #takeNext(before: number): Delivery | undefined {
    let first = -1;
    for (const [index, { at }] of this.#deliveries.entries())
      if (at < before && (first < 0 || at < (this.#deliveries[first]?.at ?? 0))) first = index;
    return first < 0 ? undefined : this.#deliveries.splice(first, 1)[0];
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { body, attempts, isDead } = delivery;
    const counted = this.#counted;
    // it is read, and deleted unless it is to come again
    counted.queueOperations += 2;
    const message = {
      body,
      attempts,
      ack: () => {},
      retry: ({ delaySeconds = 0 } = {}) => {
        counted.queueOperations--;
        const at = this.#now + 1000 * delaySeconds;
        if (attempts > MAX_RETRIES) this.#queue(body, { at, isDead: true });
        else this.#deliveries.push({ at, body, attempts: attempts + 1, isDead });
      },
    };
    const queries = this.#usage.queries;
    this.#subrequests = 0;
    const batch = { queue: isDead ? 'tributary-polls-dead' : 'tributary-polls', messages: [message] };
    await worker.queue(batch as unknown as MessageBatch<PollMessage>, this.#env);
    counted.mostQueries = Math.max(counted.mostQueries, this.#usage.queries - queries);
    counted.mostSubrequests = Math.max(counted.mostSubrequests, this.#subrequests);
  }

  #send = async (body: PollMessage, { delaySeconds = 0 }: QueueSendOptions = {}) => {
    this.#queue(body, { at: this.#now + 1000 * (delaySeconds + 1 + 2 * this.#randomNumber()) });
  };

  #sendBatch = async (messages: Iterable<MessageSendRequest<PollMessage>>) => {
    for (const { body, delaySeconds = 0 } of messages) await this.#send(body, { delaySeconds });
  };

  #queue(body: PollMessage, { at, isDead = false }: { at: number; isDead?: boolean }): void {
    this.#counted.messages++;
    this.#counted.queueOperations++;
    this.#deliveries.push({ at: Math.round(at), body, attempts: 1, isDead });
  }

  /** How long what is new took to become an article, from the articles themselves. */
  #readArticles(since: number): void {
    const rows = this.#storage.sql.exec<{ title: string; at: number }>(
      'SELECT title, first_seen_at AS at FROM articles WHERE first_seen_at >= ?',
      since,
    );
    for (const { title, at } of rows) {
      const [, publisher = 0, item = 0] = /(\d+)\/(\d+)/.exec(title)?.map(Number) ?? [];
      const published = this.#origin.records[publisher]?.publisher.times[item] ?? 0;
      if (published < BEGIN) continue;
      const delays = this.#delays.get(publisher) ?? [];
      this.#delays.set(publisher, [...delays, at - published]);
    }
  }

  result(): SimulationResult {
    const storageBytes = this.#storage.sql.databaseSize;
    return {
      totals: { ...this.#counted, ...this.#usage, storageBytes },
      publishers: this.#origin.records.map((_, index) => this.#publisherResult(index)),
      recoveries: this.#recoveries(),
      offences: this.#origin.offences,
    };
  }

  #publisherResult(index: number): PublisherResult {
    const { publisher, answers } = this.#origin.records[index] as Origin['records'][number];
    const { times, pattern } = publisher;
    const before = countUntil(times, BEGIN);
    const delays = this.#delays.get(index) ?? [];
    // what came last may still be found
    const settled = countUntil(times, BEGIN + (this.#options.days - 2) * DAY);
    return {
      ...answers,
      pattern,
      gapMinutes: medianGap(times) / MINUTE,
      occasionGapMinutes: medianGap(occasionsOf(times, restOf(publisher))) / MINUTE,
      restMinutes: restOf(publisher) / MINUTE,
      found: delays.length,
      ...(delays.length > 0 && { delayMinutes: median(delays) / MINUTE }),
      published: times.length - before,
      missed: Math.max(0, settled - before - delays.length),
    };
  }

  #recoveries(): Recovery[] {
    return this.#origin.records.flatMap(({ publisher: { outage }, log }) => {
      if (outage === undefined || outage.to - outage.from < WEEK) return [];
      const before = log.filter(({ at }) => at < outage.from).map(({ at }) => at);
      const success = log.findIndex(({ at, isAnswered }) => at >= outage.to && isAnswered);
      const [first, next] = [log[success], log[success + 1]];
      if (first === undefined || next === undefined || before.length < 3) return [];
      return {
        longestBeforeMs: Math.max(...before.slice(1).map((at, i) => at - (before[i] ?? 0))),
        untilSuccessMs: first.at - outage.to,
        afterSuccessMs: next.at - first.at,
      };
    });
  }
}

function medianGap(times: readonly number[]): number {
  return median(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
}

/** The first of the times, and each that comes so long after the one before it in this list. */
function occasionsOf(times: readonly number[], apart: number): number[] {
  const occasions: number[] = [];
  for (const time of times) if (time - (occasions.at(-1) ?? -Infinity) >= apart) occasions.push(time);
  return occasions;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export default {
  fetch: (request, env) =>
    env.SIMULATION.get(env.SIMULATION.idFromName('simulation')).fetch(request as Request),
} satisfies ExportedHandler<SimulationEnv>;
