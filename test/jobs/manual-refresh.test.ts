import { describe, expect, it } from 'vitest';
import { wasJustAsked } from '../../src/jobs/manual-refresh.ts';
import type { PollState } from '../../src/sources/source.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 24);
const FAILURE = { kind: 'status', detail: '', at: NOW };

function asked(
  minutesAgo: number | undefined,
  url = 'https://news.example/feed',
  more: Partial<PollState> = {},
) {
  const state: PollState = {
    consecutiveFailures: 0,
    hints: {},
    instances: {},
    repairs: [],
    identityMode: 'guid',
    ...(minutesAgo !== undefined && { lastCheckedAt: NOW - minutesAgo * MINUTE }),
    ...more,
  };
  return wasJustAsked({ source: { id: 'a', url, categories: [] }, state }, ['https://rsshub.example'], NOW);
}

describe('the owner’s wish to poll now', () => {
  it('I11: waits where the publisher was asked within the last half hour', () => {
    expect(asked(29)).toBe(true);
    expect(asked(31)).toBe(false);
    expect(asked(undefined)).toBe(false);
  });

  it('I11: waits five minutes where the source fails, which its owner may be mending', () => {
    expect(asked(4, undefined, { failure: FAILURE })).toBe(true);
    expect(asked(6, undefined, { failure: FAILURE })).toBe(false);
  });

  it('I11: holds for routes of public RSSHub instances, not for the owner’s own network', () => {
    expect(asked(1, 'rsshub://zaker/13')).toBe(true);
    expect(asked(1, 'http://192.168.1.4/feed')).toBe(false);
  });
});
