import { expect, it } from 'vitest';
import { rhythmOf } from '../../src/sources/rhythm.ts';

const MINUTE = 60_000;
const at = (...minutes: number[]) => minutes.map((minute) => minute * MINUTE);

it('is the median of the gaps, in whatever order the items come', () => {
  expect(rhythmOf(at(100, 0, 10, 40))).toEqual({ gapMinutes: 30, newestAt: 100 * MINUTE });
});

it('looks at the newest 20 items', () => {
  const old = Array.from({ length: 50 }, (_, i) => i);
  const recent = Array.from({ length: 20 }, (_, i) => 1000 + 60 * i);
  expect(rhythmOf(at(...old, ...recent))?.gapMinutes).toBe(60);
});

it('of a single item is the silence since then alone', () => {
  expect(rhythmOf(at(7))).toEqual({ gapMinutes: 0, newestAt: 7 * MINUTE });
});

it('is unknown without items', () => {
  expect(rhythmOf([])).toBeUndefined();
});
