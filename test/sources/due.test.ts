import { describe, expect, it } from 'vitest';
import { type FailureBasis, nextCheckAfterFailure, nextCheckAfterSuccess } from '../../src/sources/due.ts';
import type { IntervalBasis } from '../../src/sources/interval.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Tuesday, ten past noon. */
const NOW = Date.UTC(2026, 10, 24, 12, 10);
const AT_ONCE = { now: NOW, jitter: 0 };

const minutesUntil = (time: number | undefined) => ((time ?? Number.NaN) - NOW) / MINUTE;
const publishedEvery = (gapMinutes: number, newestAt = NOW) => ({ gapMinutes, newestAt });

describe('the next check of a source', () => {
  it.each<[string, IntervalBasis, number]>([
    ['an hour away as long as its rhythm is unknown', { hints: {} }, 60],
    ['half the gap between its items away', { hints: {}, rhythm: publishedEvery(300) }, 150],
    ['never sooner than an hour', { hints: {}, rhythm: publishedEvery(10) }, 60],
    ['never later than a day', { hints: {}, rhythm: publishedEvery(100_000) }, 1440],
    ['sooner where max-age invites to', { hints: { maxAgeSeconds: 2400 }, rhythm: publishedEvery(10) }, 40],
    [
      'not sooner than half an hour, whatever max-age says',
      { hints: { maxAgeSeconds: 60 }, rhythm: publishedEvery(1) },
      30,
    ],
    ['not sooner for a max-age of 0', { hints: { maxAgeSeconds: 0 }, rhythm: publishedEvery(10) }, 60],
    ['later when it falls silent', { hints: {}, rhythm: publishedEvery(60, NOW - 10 * DAY) }, 720],
    ['once a day after a month of silence', { hints: {}, rhythm: publishedEvery(60, NOW - 30 * DAY) }, 1440],
    ['when its owner says', { poll: 30, hints: {}, rhythm: publishedEvery(1000) }, 30],
    [
      'within the range its owner gives',
      { poll: { floor: 15, ceiling: 120 }, hints: {}, rhythm: publishedEvery(1) },
      15,
    ],
    [
      'within the range, at its other end',
      { poll: { floor: 15, ceiling: 120 }, hints: {}, rhythm: publishedEvery(9999) },
      120,
    ],
    ['later when the feed asks for it', { poll: 30, hints: { minutesBetweenPolls: 125 } }, 125],
    ['later when its server asks for it', { hints: { maxAgeSeconds: 7500 } }, 125],
    ['not later than a day because of a hint', { hints: { minutesBetweenPolls: 525_600 } }, 1440],
    ['a day away while a hub brings what is new', { hints: {}, isPushed: true }, 1440],
  ])('is %s', (_, basis, minutes) => {
    expect(minutesUntil(nextCheckAfterSuccess(basis, AT_ONCE))).toBe(minutes);
  });

  it('is spread by up to a quarter', () => {
    expect(minutesUntil(nextCheckAfterSuccess({ hints: {} }, { now: NOW, jitter: 1 }))).toBe(75);
  });

  it('is never in the first minute of an hour', () => {
    const next = nextCheckAfterSuccess({ poll: 50, hints: {} }, AT_ONCE);
    expect(new Date(next ?? 0).getUTCMinutes()).toBe(1);
  });

  it('is not at all for a feed that is complete', () => {
    expect(nextCheckAfterSuccess({ hints: { expired: true } }, AT_ONCE)).toBeUndefined();
  });

  it('is outside the hours and days the publisher skips', () => {
    const hours = nextCheckAfterSuccess({ hints: { skipHours: [13, 14, 15] } }, AT_ONCE);
    expect(new Date(hours ?? 0).getUTCHours()).toBe(16);
    const days = nextCheckAfterSuccess({ hints: { skipDays: [2, 3] } }, AT_ONCE);
    expect(new Date(days ?? 0).getUTCDay()).toBe(4);
  });

  it('ignores skipped times that cover everything', () => {
    const skipHours = Array.from({ length: 24 }, (_, hour) => hour);
    expect(minutesUntil(nextCheckAfterSuccess({ hints: { skipHours } }, AT_ONCE))).toBe(60);
  });
});

describe('the next check after a failure', () => {
  const nextAfter = (basis: Partial<FailureBasis>, failure: Partial<FailureBasis['failure']> = {}) =>
    nextCheckAfterFailure(
      {
        hints: {},
        failures: 1,
        ...basis,
        failure: { kind: 'status', status: 500, detail: '', at: NOW, since: NOW, ...failure },
      },
      AT_ONCE,
    );

  it.each([
    [1, 8 ** 4],
    [8, 8 ** 4],
    [12, 12 ** 4],
    [23, 23 ** 4],
    [1000, 23 ** 4],
  ])('number %i in a row is %i seconds away', (failures, seconds) => {
    expect(minutesUntil(nextAfter({ failures })) * 60).toBe(seconds);
  });

  it('honours Retry-After up to a day', () => {
    expect(minutesUntil(nextAfter({ retryAfterSeconds: 7500 }, { status: 503 }))).toBe(125);
    expect(minutesUntil(nextAfter({ retryAfterSeconds: 1e9 }, { status: 503 }))).toBe(1440);
  });

  it('doubles from a quarter of an hour to eight hours where a host has had enough', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) =>
      minutesUntil(nextAfter({ failures, poll: 1 }, { status: 429 })),
    );
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 480]);
  });

  it('is never sooner than the owner and the publisher want when all is well', () => {
    expect(minutesUntil(nextAfter({ poll: 1440 }))).toBe(1440);
    expect(minutesUntil(nextAfter({ hints: { minutesBetweenPolls: 725 } }))).toBe(725);
  });

  it('is a day away where visitors must prove that they are people', () => {
    expect(minutesUntil(nextAfter({}, { kind: 'bot-challenge', status: 403 }))).toBe(1440);
  });

  it('is a week away for a page that has been missing for a month', () => {
    expect(
      minutesUntil(nextAfter({ failures: 30 }, { status: 404, since: NOW - 29 * DAY })) / 1440,
    ).toBeLessThan(4);
    expect(minutesUntil(nextAfter({ failures: 30 }, { status: 404, since: NOW - 30 * DAY }))).toBe(7 * 1440);
  });

  it('is not at all for a feed that is gone for good', () => {
    expect(nextAfter({}, { status: 410 })).toBeUndefined();
  });
});
