import { describe, expect, it } from 'vitest';
import { nextCheckAfterFailure, nextCheckAfterSuccess } from '../../src/sources/due.ts';

const SOURCE = { id: 'a', url: 'https://a.example/', categories: [] };
const MINUTE = 60_000;

describe('the next check of a source', () => {
  it.each([
    ['an hour without any hint', SOURCE, {}, 60],
    ['what its owner says', { ...SOURCE, poll: 30 }, {}, 30],
    ['longer when the feed asks for it', { ...SOURCE, poll: 30 }, { minutesBetweenPolls: 120 }, 120],
    ['longer when its server asks for it', SOURCE, { maxAgeSeconds: 7200 }, 120],
    ['never shorter because of a hint', SOURCE, { minutesBetweenPolls: 5, maxAgeSeconds: 10 }, 60],
    ['never longer than a day because of a hint', SOURCE, { minutesBetweenPolls: 525_600 }, 1440],
  ])('is %s', (_, source, hints, minutes) => {
    expect(nextCheckAfterSuccess(source, hints, 0, 0)).toBe(minutes * MINUTE);
  });

  it('is spread by up to a tenth', () => {
    expect(nextCheckAfterSuccess(SOURCE, {}, 0, 0.5)).toBe(63 * MINUTE);
  });

  it.each([
    [1, 60],
    [2, 120],
    [5, 960],
    [6, 1440],
    [1000, 1440],
  ])('after failure %i in a row is %i minutes away', (failures, minutes) => {
    expect(nextCheckAfterFailure(SOURCE, failures, {}, 0, 0)).toBe(minutes * MINUTE);
  });

  it('honours Retry-After up to a day', () => {
    expect(nextCheckAfterFailure(SOURCE, 1, { retryAfterSeconds: 7200 }, 0, 0)).toBe(120 * MINUTE);
    expect(nextCheckAfterFailure(SOURCE, 1, { retryAfterSeconds: 1e9 }, 0, 0)).toBe(1440 * MINUTE);
  });
});
