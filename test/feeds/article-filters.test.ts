import { describe, expect, it } from 'vitest';
import type { Article } from '../../src/article.ts';
import { ArticleSieve, combineFilters } from '../../src/feeds/article-filters.ts';
import { withBriefBody } from '../../src/feeds/brief.ts';
import { readFeedQuery, toCanonicalQuery } from '../../src/feeds/feed-query.ts';
import { inSourceOrder } from '../../src/feeds/source-order.ts';

const NOW = Date.UTC(2026, 10, 24);
const ARTICLE: Article = {
  id: 'a',
  sourceId: 's',
  title: 'Apple pie',
  categories: [],
  tags: ['Food', '小吃'],
  author: 'Kitchen',
  authors: ['Ann'],
  published: NOW - 60_000,
  publishedInferred: false,
  enclosures: [],
  contentHtml: '<p>baked</p>',
};
const ARTICLES: Article[] = [
  ARTICLE,
  { ...ARTICLE, id: 'b', title: '小米汽车', tags: ['Cars'], authors: ['Bo'], contentHtml: '<p>APPLE</p>' },
  {
    ...ARTICLE,
    id: 'c',
    title: 'Untold',
    tags: [],
    authors: [],
    contentHtml: '',
    published: NOW - 3_600_000,
  },
];

function idsWith(query: string): string {
  const result = readFeedQuery(new URLSearchParams(query));
  if (result.kind === 'wrong') return result.message;
  const passing = new ArticleSieve(result.query.filters, NOW).passing(ARTICLES) ?? [];
  return passing.map(({ id }) => id).join('');
}

describe('the filters of a feed', () => {
  it.each([
    ['', 'abc'],
    ['filter=', 'abc'],
    ['filter=Apple|小米', 'ab'],
    ['filter=Ann', 'a'],
    ['filter=Cars', 'b'],
    ['filter=Untold&filter_title=Apple', 'c'],
    ['filter_title=Apple', 'a'],
    ['filter_description=APPLE', 'b'],
    ['filter_description=Untold', 'c'],
    ['filter_author=Kitchen', 'c'],
    ['filter_category=小吃', 'a'],
    ['filter_title=Apple&filter_author=Bo', ''],
    ['filterout=APPLE|Untold', 'a'],
    ['filterout=Ann', 'abc'],
    ['filterout=Apple&filterout_title=Untold', 'ab'],
    ['filterout_author=Bo', 'ac'],
    ['filterout_category=Food&filterout_author=Bo', 'c'],
    ['filter=apple', ''],
    ['filter=apple&filter_case_sensitive=false', 'ab'],
    ['filterout=apple&filter_case_sensitive=false', 'c'],
    ['filter_time=3599', 'ab'],
    ['filter_time=3600', 'abc'],
    ['filter_time=0', ''],
    ['filter=Untold&filter_time=3599', ''],
    [`filter_time=${'9'.repeat(400)}&limit=${'9'.repeat(400)}&brief=${'9'.repeat(400)}`, 'abc'],
    ['mode=fulltext&sorted=true&filter_case_sensitive=true', 'abc'],
  ])('%j leaves %j', (query, ids) => {
    expect(idsWith(query)).toBe(ids);
  });

  it.each([
    ['filter=a(?=b)', '`filter` is not right at character 2: look-ahead'],
    ['filterout_title=(', '`filterout_title` is not right at character 1'],
    ['limit=many', '`limit` is a number'],
    ['limit=-1', '`limit` is a number'],
    ['opencc=zh', '`opencc` is one of s2t, t2s'],
    ['opencc=S2T', '`opencc` is one of s2t, t2s'],
    ['dedup=all', '`dedup` is none, url, title or near'],
    ['brief=99', '`brief` is a number'],
    ['filter_time=1h', '`filter_time` is a number of seconds'],
    ['filter_time=60&archive=2026-10', 'leave out `filter_time`'],
    ['sorted=asc', '`sorted` is true or false'],
    ['mode=summary', '`mode` is fulltext'],
    ['filter_case_sensitive=perhaps', '`filter_case_sensitive` is true or false'],
  ])('%j is refused with a sentence', (query, message) => {
    expect(idsWith(query)).toContain(message);
  });

  it('look at the names of several authors with a space between them', () => {
    const result = readFeedQuery(new URLSearchParams('filter_author=^Ann Bo$'));
    const article = { ...ARTICLE, authors: ['Ann', 'Bo'] };
    expect(
      result.kind === 'query' && new ArticleSieve(result.query.filters, NOW).passing([article]),
    ).toHaveLength(1);
  });

  it('let articles without a date of their own pass `filter_time`', () => {
    const result = readFeedQuery(new URLSearchParams('filter_time=10'));
    const passing =
      result.kind === 'query' &&
      new ArticleSieve(result.query.filters, NOW).passing([{ ...ARTICLE, publishedInferred: true }]);
    expect(passing).toHaveLength(1);
  });

  it('of a view and of an address must all hold, and of lengths and times the smaller counts', () => {
    const filters = (query: string) => {
      const result = readFeedQuery(new URLSearchParams(query));
      if (result.kind === 'wrong') throw new Error(result.message);
      return result.query.filters;
    };
    const combined = combineFilters(
      filters('filter_title=a&filterout=b&limit=5&filter_time=60&brief=200&opencc=s2t'),
      filters('filter_title=c&filterout=d&limit=7&filter_time=30&brief=100&sorted=false'),
    );
    expect(combined).toMatchObject({
      limit: 5,
      maxAge: 30,
      brief: 100,
      conversion: 's2t',
      inSourceOrder: true,
    });
    expect([combined.keep.length, combined.drop.length]).toEqual([2, 2]);
    expect(combineFilters(filters('limit=5'), filters('')).limit).toBe(5);
    expect(combineFilters(filters(''), filters('limit=7')).limit).toBe(7);
    expect(combineFilters(filters(''), filters('brief=100'))).not.toHaveProperty('limit');
  });

  it('have one spelling in an address', () => {
    const canonical = (query: string) => {
      const result = readFeedQuery(new URLSearchParams(query));
      return result.kind === 'query' ? toCanonicalQuery(result.query) : '';
    };
    expect(canonical('_=1&limit=2&filter=a&filter_title=b&filter_case_sensitive=true&mode=fulltext')).toBe(
      '?filter=a&limit=2',
    );
    expect(canonical('sorted=false&filter_time=60&format=')).toBe('?filter_time=60&sorted=false');
    expect(canonical('filter_case_sensitive=false&sorted=true')).toBe('');
    expect(canonical('opencc=s2twp&brief=100&dedup=none&opencc=t2s')).toBe('?brief=100&opencc=s2twp');
    expect(canonical('_=1')).toBe('');
  });
});

describe('a body cut by `brief`', () => {
  it('is the first characters of its text', () => {
    const bodyOf = (contentHtml: string) => withBriefBody({ ...ARTICLE, contentHtml }, 100).contentHtml;
    expect(bodyOf(`<p>a &lt;b&gt;</p><p>${'文'.repeat(200)}</p>`)).toBe(
      `<p>a &lt;b&gt; ${'文'.repeat(94)}…</p>`,
    );
    expect(bodyOf('<p>short</p>')).toBe('<p>short</p>');
  });

  it.each([
    ['<p>x</p>', '<p>x</p>'],
    [`<b>${'x'.repeat(100)}</b>`, `<p>${'x'.repeat(100)}</p>`],
    [`<b>${'x'.repeat(101)}</b>`, `<p>${'x'.repeat(100)}…</p>`],
    ['😀'.repeat(101), `<p>${'😀'.repeat(100)}…</p>`],
    ['<img src="a.jpg">', ''],
    ['', ''],
  ])('of %j is %j', (contentHtml, brief) => {
    expect(withBriefBody({ ...ARTICLE, contentHtml }, 100).contentHtml).toBe(brief);
  });
});

describe('articles in the order of their sources’ feeds', () => {
  it('stand as each feed has them, a pinned one first, and sources take turns as before', () => {
    const articles = ['x1 x', 'y1 y', 'x2 x', 'x3 x', 'y2 y'].map((text) => {
      const [id = '', sourceId = ''] = text.split(' ');
      return { ...ARTICLE, id, sourceId };
    });
    const places = new Map([
      ['x3', 0],
      ['x1', 1],
      ['y1', 0],
    ]);
    expect(inSourceOrder(articles, places).map(({ id }) => id)).toEqual(['x3', 'y1', 'x1', 'x2', 'y2']);
  });
});
