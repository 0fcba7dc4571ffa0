import { describe, expect, it } from 'vitest';
import type { Article } from '../../src/article.ts';
import { type FeedPosition, readFeedQuery } from '../../src/feeds/feed-query.ts';
import { pickArticles } from '../../src/routes/pick-articles.ts';

const NOW = Date.UTC(2026, 10, 24);

/** Newest first, a minute apart. */
const STORED = Array.from({ length: 3000 }, (_, i): Article => {
  return {
    id: i.toString(16).padStart(32, '0'),
    sourceId: 's',
    title: `T${i}`,
    categories: [],
    tags: [],
    author: 'a',
    authors: [],
    published: NOW - i * 60_000,
    publishedInferred: false,
    enclosures: [],
    contentHtml: '<p>text</p>',
  };
});

async function pick(query: string, before?: FeedPosition) {
  const result = readFeedQuery(new URLSearchParams(query));
  if (result.kind === 'wrong') throw new Error(result.message);
  let reads = 0;
  const read = async (limit: number, behind?: FeedPosition) => {
    reads++;
    const start = behind === undefined ? 0 : STORED.findIndex(({ id }) => id === behind.id) + 1;
    return STORED.slice(start, start + limit);
  };
  const picked = await pickArticles(read, { ...result.query, ...(before && { before }) }, NOW);
  return { ...picked, titles: picked.articles.map(({ title }) => title), reads };
}

describe('the articles of a document', () => {
  it('are the newest hundred, and the rest begins behind them', async () => {
    const { titles, rest, reads } = await pick('');
    expect(titles).toEqual(STORED.slice(0, 100).map(({ title }) => title));
    expect(rest).toEqual({ id: STORED[99]?.id, published: STORED[99]?.published });
    expect(reads).toBe(1);
  });

  it('are looked for among older ones where a filter leaves few', async () => {
    expect((await pick('filter_title=7$&limit=100')).titles).toHaveLength(100);
    expect((await pick('filter_title=^T950$')).titles).toEqual(['T950']);
  });

  it('are looked for no further than a bound, and from there on in the next document', async () => {
    const { titles, rest, reads } = await pick('filter_title=^T2500$');
    expect(titles).toEqual([]);
    expect(reads).toBe(10);
    const second = await pick('filter_title=^T2500$', rest);
    const third = await pick('filter_title=^T2500$', second.rest);
    expect(third.titles).toEqual(['T2500']);
  });

  it('are not looked for where all are too old', async () => {
    const { titles, reads } = await pick('filter_time=1800');
    expect(titles).toHaveLength(31);
    expect(reads).toBe(1);
  });

  it('begin behind the last one shown where a limit leaves out the others', async () => {
    const { titles, rest } = await pick('limit=3');
    expect(titles).toEqual(['T0', 'T1', 'T2']);
    expect((await pick('limit=3', rest)).titles).toEqual(['T3', 'T4', 'T5']);
    expect((await pick('limit=99999999999')).titles).toHaveLength(100);
    expect(await pick('limit=0', rest)).toMatchObject({ titles: [], reads: 0 });
    expect((await pick('limit=0', rest)).rest).toBeUndefined();
  });
});
