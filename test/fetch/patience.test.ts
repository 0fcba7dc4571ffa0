import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience } from '../../src/fetch/patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('patience', () => {
  it('gives up once what it waits for does not come in time', () => {
    const giveUp = vi.fn();
    new Patience().wait(100, giveUp);
    vi.advanceTimersByTime(99);
    expect(giveUp).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });

  it('counts every wait anew, with one timer for all', () => {
    const [patience, giveUp] = [new Patience(), vi.fn()];
    const start = vi.spyOn(globalThis, 'setTimeout');
    for (let piece = 0; piece < 10; piece += 1) {
      patience.wait(100, giveUp);
      vi.advanceTimersByTime(9);
      patience.rest();
    }
    expect(start).toHaveBeenCalledTimes(1);
    patience.wait(100, giveUp);
    vi.advanceTimersByTime(99);
    expect(giveUp).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });

  it('is shorter for a wait that is shorter', () => {
    const [patience, giveUp] = [new Patience(), vi.fn()];
    patience.wait(1000, () => {});
    patience.rest();
    patience.wait(10, giveUp);
    vi.advanceTimersByTime(10);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });

  it('leaves no timer behind at its end', () => {
    const [patience, giveUp] = [new Patience(), vi.fn()];
    patience.wait(10, giveUp);
    patience.end();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(giveUp).not.toHaveBeenCalled();
  });
});
