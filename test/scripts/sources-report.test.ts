import { describe, expect, it } from 'vitest';
import { toSourcesReport } from '../../scripts/sources-report.ts';
import type { ListedSource } from '../../scripts/worker-api.ts';

const SOURCE: ListedSource = {
  id: '0123456789ab',
  url: 'https://example.org/feed',
  categories: [],
  state: 'ok',
  articles: 12,
  lastCheckedAt: '2026-11-24T03:00:12.000Z',
  nextCheckAt: '2026-11-24T04:01:00.000Z',
  consecutiveFailures: 0,
  repairs: [],
};
const failing = (failure: object): ListedSource => ({
  ...SOURCE,
  state: 'failing',
  consecutiveFailures: 2,
  failure: { kind: 'status', detail: 'example.org answered 404', at: '2026-11-24T03:00:12.000Z', ...failure },
});

describe('the list of sources', () => {
  it('says where to begin while it is empty', () => {
    expect(toSourcesReport([])).toContain('npm run sources -- add URL');
  });

  it('tells when each was asked and will be', () => {
    expect(toSourcesReport([SOURCE])).toMatch(
      /0123456789ab +ok +2026-11-24 03:00 +2026-11-24 04:01 +12 +https:\/\/example\.org\/feed/,
    );
  });

  it('tells what is wrong, and what to say to an address that is proposed', () => {
    const report = toSourcesReport([failing({ proposedUrl: 'https://example.org/new\u001b[2J' })]);
    expect(report).toContain(
      '0123456789ab failed 2026-11-24 03:00, 2 times in a row: example.org answered 404',
    );
    expect(report).toContain(
      '0123456789ab seems to be at https://example.org/new [2J now: npm run sources -- accept 0123456789ab, or refuse',
    );
  });

  it('offers no address that another source has', () => {
    const other = { ...SOURCE, id: 'ba9876543210', url: 'https://example.org/new' };
    const report = toSourcesReport([failing({ proposedUrl: other.url }), other]);
    expect(report).toContain('which you follow already: npm run sources -- remove 0123456789ab');
    expect(report).not.toContain('accept');
  });
});
