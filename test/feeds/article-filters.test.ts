import { describe, expect, it } from 'vitest';
import type { Article } from '../../src/article.ts';
import { readFeedQuery, selectArticles, toCanonicalQuery } from '../../src/feeds/feed-query.ts';

const ARTICLE: Article = {
  id: 'a',
  sourceId: 's',
  title: 'Apple pie',
  categories: [],
  tags: ['Food', '小吃'],
  author: 'Kitchen',
  authors: ['Ann'],
  published: 0,
  publishedInferred: false,
  enclosures: [],
  contentHtml: '<p>baked</p>',
};
const ARTICLES: Article[] = [
  ARTICLE,
  { ...ARTICLE, id: 'b', title: '小米汽车', tags: ['Cars'], authors: ['Bo'], contentHtml: '<p>APPLE</p>' },
  { ...ARTICLE, id: 'c', title: 'Untold', tags: [], authors: [], contentHtml: '' },
];

function idsWith(query: string): string {
  const result = readFeedQuery(new URLSearchParams(query));
  if (result.kind === 'wrong') return result.message;
  return (selectArticles(ARTICLES, result.query) ?? []).map(({ id }) => id).join('');
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
    ['limit=2', 'ab'],
    ['limit=0', ''],
    ['filter=Untold&limit=1', 'c'],
  ])('%j leaves %j', (query, ids) => {
    expect(idsWith(query)).toBe(ids);
  });

  it.each([
    ['filter=a(?=b)', '`filter` is not right at character 2: look-ahead'],
    ['filterout_title=(', '`filterout_title` is not right at character 1'],
    ['limit=many', '`limit` is a number'],
    ['brief=99', '`brief` is a number'],
    ['filter_case_sensitive=perhaps', '`filter_case_sensitive` is true or false'],
  ])('%j is refused with a sentence', (query, message) => {
    expect(idsWith(query)).toContain(message);
  });

  it('leave the first characters of a body’s text with `brief`', () => {
    const result = readFeedQuery(new URLSearchParams('brief=100'));
    const bodyOf = (contentHtml: string) =>
      result.kind === 'query' &&
      selectArticles([{ ...ARTICLE, contentHtml }], result.query)?.[0]?.contentHtml;
    expect(bodyOf(`<p>a &lt;b&gt;</p><p>${'文'.repeat(200)}</p>`)).toBe(
      `<p>a &lt;b&gt; ${'文'.repeat(94)}…</p>`,
    );
    expect(bodyOf('<p>short</p>')).toBe('<p>short</p>');
  });

  it('have one spelling in an address', () => {
    const canonical = (query: string) => {
      const result = readFeedQuery(new URLSearchParams(query));
      return result.kind === 'query' ? toCanonicalQuery(result.query) : '';
    };
    expect(canonical('_=1&limit=2&filter=a&filter_title=b&filter_case_sensitive=true')).toBe(
      '?filter=a&limit=2',
    );
    expect(canonical('_=1')).toBe('');
  });
});
