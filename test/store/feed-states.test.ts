import { describe, expect, it } from 'vitest';
import type { FeedState } from '../../src/store/article-store.ts';
import { FeedStates } from '../../src/store/feed-states.ts';

/** Feeds whose version is the number of reads so far, asked at times of a clock. */
function counted() {
  const states = new FeedStates();
  let reads = 0;
  const read = async (): Promise<FeedState> => ({ kind: 'live', version: ++reads, changedAt: 0 });
  const at = (now: number) => states.current('all', read, { now, waitUntil: () => {} });
  return { states, at, reads: () => reads };
}

describe('what a feed is now', () => {
  it('is read once a second, however many ask', async () => {
    const { at, reads } = counted();
    await Promise.all([at(0), at(0), at(0)]);
    await at(999);
    expect(reads()).toBe(1);
    expect(await at(1000)).toEqual({ kind: 'live', version: 2, changedAt: 0 });
  });

  it('is read anew after work that may change it, and each time while that goes on', async () => {
    const { states, at, reads } = counted();
    await at(0);
    await states.whileChanging(async () => {
      await at(1);
      await at(1);
    });
    expect(reads()).toBe(3);
    await at(2);
    expect(reads()).toBe(4);
    await at(3);
    expect(reads()).toBe(4);
  });

  it('is not taken from a read that began before a change', async () => {
    const states = new FeedStates();
    let answer = (_: FeedState) => {};
    const tools = { now: 0, waitUntil: () => {} };
    const early = states.current('all', () => new Promise<FeedState>((resolve) => (answer = resolve)), tools);
    await states.whileChanging(() => {});
    const late = states.current('all', async () => ({ kind: 'live', version: 2, changedAt: 0 }), tools);
    answer({ kind: 'live', version: 1, changedAt: 0 });
    expect(await early).toEqual({ kind: 'live', version: 1, changedAt: 0 });
    expect(await late).toEqual({ kind: 'live', version: 2, changedAt: 0 });
    expect(await states.current('all', () => Promise.reject(new Error('not kept')), tools)).toEqual(
      await late,
    );
  });

  it('is asked again after a read that failed', async () => {
    const { states, at } = counted();
    const failing = states.current('all', () => Promise.reject(new Error('out of order')), {
      now: 0,
      waitUntil: () => {},
    });
    await expect(failing).rejects.toThrow('out of order');
    expect(await at(1)).toEqual({ kind: 'live', version: 1, changedAt: 0 });
  });
});
