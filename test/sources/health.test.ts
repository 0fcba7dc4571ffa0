import { describe, expect, it } from 'vitest';
import { isBroken } from '../../src/sources/health.ts';
import type { PollState } from '../../src/sources/source.ts';

const WORKING: PollState = {
  nextCheckAt: 0,
  lastCheckedAt: 2,
  lastSuccessAt: 1,
  consecutiveFailures: 0,
  identityMode: 'guid',
  repairs: [],
  hints: {},
  instances: {},
};

const failing = (kind: string, status: number | undefined, consecutiveFailures: number): PollState => ({
  ...WORKING,
  consecutiveFailures,
  failure: { kind, detail: 'It failed', at: 2, ...(status !== undefined && { status }) },
});

describe('a source', () => {
  it('that works is not broken', () => {
    expect(isBroken(WORKING)).toBe(false);
  });

  it.each([
    ['timeout', undefined],
    ['unreachable', undefined],
    ['status', 503],
    ['status', 429],
  ])('that hiccups (%s %s) is broken from the second time in a row on', (kind, status) => {
    expect([1, 2, 3].map((times) => isBroken(failing(kind, status, times)))).toEqual([false, true, true]);
  });

  it.each([
    ['status', 404],
    ['status', 410],
    ['not-a-feed', undefined],
    ['refused-address', undefined],
  ])('whose failure is definite (%s %s) is broken at once', (kind, status) => {
    expect(isBroken(failing(kind, status, 1))).toBe(true);
  });

  it('that never worked is broken at its first failure', () => {
    const { lastSuccessAt: _, ...neverWorked } = failing('timeout', undefined, 1);
    expect(isBroken(neverWorked)).toBe(true);
  });
});
