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

  it('fits 300 hourly sites of their own into it too, because hosts with few sources share a message', () => {
    const cost = planCosts(list(300, (i) => `https://site-${i}.example/feed`));
    expect(cost.queueOperations).toBeLessThan(10_000);
  });

  it('says how much less often to poll where it does not fit', () => {
    const cost = planCosts(list(1000, (i) => `https://site-${i}.example/feed`));
    expect(cost.queueOperations).toBeGreaterThan(10_000);
    expect(toCostReport(cost, 1000)).toMatch(/does not fit: poll about [12]\.\d times less often/);
  });
});
