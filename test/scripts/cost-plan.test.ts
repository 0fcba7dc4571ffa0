import { describe, expect, it } from 'vitest';
import { ALLOWANCES, planCosts, toCostReport } from '../../scripts/cost-plan.ts';

const list = (count: number, poll = 60) => ({
  sources: Array.from({ length: count }, (_, i) => ({
    url: `https://site-${i}.example/feed`,
    categories: ['news'],
    poll,
  })),
});

describe('the cost plan', () => {
  it('fits 300 hourly sources into the free plan', () => {
    const cost = planCosts(list(300), 'free');
    expect(cost.polls).toBeGreaterThan(6000);
    expect(cost.polls).toBeLessThan(7200);
    expect(cost.queueOperations).toBeLessThan(ALLOWANCES.free.queueOperations / 2);
    expect(toCostReport(list(300))).toContain('The free plan fits.');
  });

  it('says how much less often to poll where it does not fit, and what is short', () => {
    expect(planCosts(list(1000), 'free').queueOperations).toBeGreaterThan(10_000);
    expect(toCostReport(list(1000))).toMatch(
      /does not fit, queue operations are short: poll about [23]\.\d times less often/,
    );
  });

  it('takes that advice: so much less often fits', () => {
    const [, times] = /about ([\d.]+) times/.exec(toCostReport(list(1000))) ?? [];
    expect(toCostReport(list(1000, 60 * Number(times)))).toContain('The free plan fits.');
  });

  it('needs fewer messages where a plan lets an invocation do more', () => {
    const free = planCosts(list(300), 'free');
    const paid = planCosts(list(300), 'paid');
    expect(paid.queueOperations).toBeLessThan(free.queueOperations / 3);
    expect(paid.polls).toBe(free.polls);
  });

  it('counts a range as its shorter end', () => {
    const ranged = {
      sources: list(10).sources.map((each) => ({ ...each, poll: { floor: 60, ceiling: 600 } })),
    };
    expect(planCosts(ranged, 'free')).toEqual(planCosts(list(10), 'free'));
  });
});
