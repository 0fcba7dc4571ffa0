import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/images/arrivals.ts';

const NOW = 1_000_000;

describe('pictures on their way to the cache', () => {
  it('go there once, and again when they have arrived or nothing was heard of them for a minute', () => {
    const arrivals = new Arrivals();
    const begin = (now = NOW) => arrivals.begin('a', 100, now);
    expect([begin(), begin(), begin(NOW + 59_999)]).toEqual([true, false, false]);
    expect([begin(NOW + 60_000), begin(NOW + 60_000)]).toEqual([true, false]);
    arrivals.end('a');
    expect(begin(NOW + 60_000)).toBe(true);
  });

  it.each([
    ['large', 1_000_001],
    ['of unknown length', undefined],
  ])('are at most four that are %s, and any number of small ones', (_, length) => {
    const arrivals = new Arrivals();
    const begin = (name: string) => arrivals.begin(name, length, NOW);
    expect(['1', '2', '3', '4', '5'].map(begin)).toEqual([true, true, true, true, false]);
    expect(Array.from({ length: 50 }, (_, i) => arrivals.begin(`small ${i}`, 1_000_000, NOW))).not.toContain(
      false,
    );
    arrivals.end('2');
    expect(begin('5')).toBe(true);
  });
});
