import type { FeedState } from './article-store.ts';

/** What reading a state needs of the platform. */
export interface FeedStateTools {
  /** Milliseconds since 1970. */
  now: number;
  /** Lets the read go on when the request that began it is over. */
  waitUntil: (work: Promise<unknown>) => void;
}

/** How long what was read of a feed is taken for what it is, in milliseconds: the most by which another isolate lags. */
const KNOWN_FOR = 1000;
const MAX_KNOWN = 5000;

/**
 * What feeds are now, as far as this isolate knows: a poll costs one small read, and many polls one read a second. What
 * the isolate changes itself it sees at once.
 */
export class FeedStates {
  readonly #known = new Map<string, { state: FeedState; at: number }>();
  readonly #reading = new Map<string, Promise<FeedState>>();
  #changesUnderWay = 0;

  /** The state that was read last, or the one that `read` gives; who asks while a read is under way waits for it. */
  async current(key: string, read: () => Promise<FeedState>, tools: FeedStateTools): Promise<FeedState> {
    const known = this.#known.get(key);
    if (known !== undefined && tools.now - known.at < KNOWN_FOR) return known.state;
    return this.#reading.get(key) ?? this.#read(key, read, tools);
  }

  /** Does work that may change feeds. Until it ends nothing is kept, and what was known before is not asked again. */
  async whileChanging<T>(work: () => T | Promise<T>): Promise<T> {
    this.#changesUnderWay++;
    this.forget();
    try {
      return await work();
    } finally {
      this.#changesUnderWay--;
      this.forget();
    }
  }

  /** Has everything read anew. */
  forget(): void {
    this.#known.clear();
    this.#reading.clear();
  }

  #read(key: string, read: () => Promise<FeedState>, { now, waitUntil }: FeedStateTools): Promise<FeedState> {
    const reading = read().then((state) => {
      // otherwise something may have changed since it was read
      if (this.#reading.get(key) === reading && this.#changesUnderWay === 0) this.#keep(key, state, now);
      return state;
    });
    this.#reading.set(key, reading);
    const end = () => this.#reading.get(key) === reading && this.#reading.delete(key);
    waitUntil(reading.then(end, end));
    return reading;
  }

  #keep(key: string, state: FeedState, at: number): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, { state, at });
  }
}

/** Those of this isolate. */
export const feedStates = new FeedStates();
