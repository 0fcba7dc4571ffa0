import { expect, test } from 'vitest';
import { pollAndShow } from '../../scripts/poll-progress.ts';
import type { ListedSource } from '../../scripts/worker-api.ts';

const source = (id: string, more: Partial<ListedSource> = {}): ListedSource => ({
  id,
  url: `https://example.org/${id}`,
  title: id,
  categories: [],
  state: 'waiting',
  articles: 0,
  consecutiveFailures: 0,
  repairs: [],
  ...more,
});

/** A Worker that checks everything it is asked to check between two looks. */
function fakeApi(sources: ListedSource[], failing: readonly string[] = []) {
  const refreshed: (string | undefined)[] = [];
  return {
    refreshed,
    list: async () => ({ rsshub: [], profiles: {}, views: {}, sources: structuredClone(sources) }),
    refresh: async (id?: string) => {
      refreshed.push(id);
      for (const each of sources.filter((one) => id === undefined || one.id === id)) {
        each.lastCheckedAt = new Date().toISOString();
        each.state = failing.includes(each.id) ? 'failing' : 'ok';
        each.articles = failing.includes(each.id) ? 0 : 3;
        if (failing.includes(each.id)) {
          each.failure = { kind: 'status', detail: 'answered 500\x1b[2J', at: each.lastCheckedAt };
        }
      }
    },
  };
}

async function show(api: ReturnType<typeof fakeApi>, isTTY: boolean): Promise<string> {
  let text = '';
  await pollAndShow(api, {
    isTTY,
    write: (chunk: string | Uint8Array) => {
      text += chunk;
      return true;
    },
  });
  return text;
}

test('away from a terminal each source has a line, and failures are told again with their reasons', async () => {
  const api = fakeApi([source('good'), source('bad')], ['bad']);
  expect(await show(api, false)).toBe(
    [
      '  1/2 good: 3 articles',
      '  2/2 bad failed: answered 500 [2J',
      '2 sources, 2 polled now, 3 articles.',
      '1 failing:',
      '  bad failed: answered 500 [2J',
      '',
    ].join('\n'),
  );
  expect(api.refreshed).toEqual([undefined]);
});

test('in a terminal one line changes, and is gone at the end', async () => {
  const text = await show(fakeApi([source('good')]), true);
  expect(text).toContain('\r\x1b[KPolling: 1 of 1, good');
  expect(text.endsWith('\r\x1b[K1 source, 1 polled now, 3 articles.\n')).toBe(true);
});

test('sources that were polled lately are left alone', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const earlier = new Date(Date.now() - 60_000).toISOString();
  const known = source('known', { state: 'ok', articles: 7, lastCheckedAt: earlier, nextCheckAt: later });
  const due = source('due', { state: 'ok', lastCheckedAt: earlier, nextCheckAt: earlier });
  const api = fakeApi([known, due]);
  expect(await show(api, false)).toBe('  1/1 due: 3 articles\n2 sources, 1 polled now, 10 articles.\n');
  expect(api.refreshed).toEqual(['due']);

  const quiet = fakeApi([known]);
  expect(await show(quiet, false)).toBe('1 source, 0 polled now, 7 articles.\n');
  expect(quiet.refreshed).toEqual([]);
});
