import { describe, expect, it } from 'vitest';
import { planCosts, toCostReport } from '../../scripts/cost-plan.ts';

const list = (count: number, urlOf: (index: number) => string, poll = 60) => ({
  rsshub: ['https://rsshub.example'],
  sources: Array.from({ length: count }, (_, i) => ({ url: urlOf(i), categories: [], poll })),
});

describe('the cost plan', () => {
  it('fits 300 hourly routes of one instance into the free plan', () => {
    const cost = planCosts(list(300, (i) => `rsshub://route/${i}`));
    expect(cost.polls).toBeGreaterThan(6000);
    expect(cost.polls).toBeLessThan(7200);
    expect(toCostReport(cost, 300)).toContain('The free plan fits.');
  });

  it('counts a message for each host, and says how much less often to poll where that is too many', () => {
    const cost = planCosts(list(300, (i) => `https://site-${i}.example/feed`));
    expect(cost.queueOperations).toBeGreaterThan(10_000);
    expect(toCostReport(cost, 300)).toMatch(/does not fit: poll about [12]\.\d times less often/);
  });
});
