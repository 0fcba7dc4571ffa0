import { expect } from 'vitest';

const RUNS = 5;

/**
 * Expects work whose time grows with its size, not with its square. `measure` does work of the given size and returns
 * the milliseconds it took. A busy machine makes single runs slow and never fast, so the fastest of a few runs count:
 * four times the size may take eight times as long, where quadratic work takes sixteen times.
 */
export function expectLinearTime(measure: (size: number) => number, size: number): void {
  measure(size); // compiles the code
  let small = Number.POSITIVE_INFINITY;
  let large = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    small = Math.min(small, measure(size));
    large = Math.min(large, measure(4 * size));
    if (large < limit(small)) return;
  }
  expect(large, `milliseconds for four times what takes ${small} ms`).toBeLessThan(limit(small));
}

/** The constant covers what a pause for garbage adds to runs that take next to no time. */
function limit(small: number): number {
  return 8 * small + 30;
}
