import { describe, expect, it } from 'vitest';
import {
  articleId,
  canonicalLink,
  findRenamed,
  identityMode,
  idOfReusedGuid,
} from '../../src/normalise/identity.ts';
import type { ParsedItem } from '../../src/parse/parsed-feed.ts';

const ITEM: ParsedItem = {
  id: 'tag:news.example,2026:1',
  link: 'https://news.example/1',
  title: { value: 'A ferry turns back', type: 'text' },
  authors: [],
  categories: [],
  enclosures: [],
};

function idOf(change: Partial<ParsedItem>, mode: 'guid' | 'link' = 'guid'): string {
  return articleId({ ...ITEM, ...change }, { sourceId: 'abc', mode });
}

describe('the id of an article', () => {
  it('is 32 hex digits that title, link and date do not change', () => {
    expect(idOf({})).toMatch(/^[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(
      idOf({ title: { value: 'New', type: 'text' }, link: 'https://other.example/', published: '2026' }),
    ).toBe(idOf({}));
  });

  it('differs from source to source', () => {
    expect(articleId(ITEM, { sourceId: 'other', mode: 'guid' })).not.toBe(idOf({}));
  });

  it('comes from the link when the source’s ids are not trusted, however the link is decorated', () => {
    const byLink = idOf({ id: 'new-at-each-fetch' }, 'link');
    expect(idOf({ id: 'another', link: 'http://www.news.example/1/?utm_source=rss#top' }, 'link')).toBe(
      byLink,
    );
    expect(idOf({ link: 'https://news.example/2' }, 'link')).not.toBe(byLink);
  });

  it('is there for an item that has only a title, or only a text', () => {
    const bare: ParsedItem = { authors: [], categories: [], enclosures: [] };
    const titled = { ...bare, title: ITEM.title } as ParsedItem;
    const texts = ['one', 'two'].map((value) => ({ ...bare, summary: { value, type: 'text' as const } }));
    const ids = [titled, ...texts].map((item) => articleId(item, { sourceId: 'abc', mode: 'guid' }));
    expect(new Set(ids).size).toBe(3);
  });
});

describe('the identity mode of a source', () => {
  const items = (ids: (string | undefined)[]) =>
    ids.map((id, i) => {
      const { id: _, ...item } = { ...ITEM, link: `https://news.example/${i}` };
      return id === undefined ? item : { ...item, id };
    });

  it.each([
    ['guid', 'ids are all different', ['a', 'b', 'c']],
    ['link', 'all ids are equal', ['a', 'a', 'a']],
    ['link', 'many ids are missing', ['a', undefined, 'c']],
    ['guid', 'one id of fifty is missing', [undefined, ...Array.from({ length: 49 }, (_, i) => `${i}`)]],
  ] as const)('is %s when %s', (mode, _, ids) => {
    expect(identityMode(items([...ids]), 'guid')).toBe(mode);
  });

  it('never goes back from link, because every item would look new', () => {
    expect(identityMode(items(['a', 'b']), 'link')).toBe('link');
  });
});

describe('a renamed item', () => {
  const stored = { id: '1', title: 'T', guid: 'http://news.example/?p=1', link: 'http://news.example/ferry' };

  it.each([
    ['moved to https', { guid: 'https://news.example/?p=1' }],
    ['moved to another host', { guid: 'https://new.example/?p=1' }],
    [
      'got another id but kept its page',
      { guid: 'nonce-77', link: 'https://www.news.example/ferry?utm_source=x' },
    ],
    ['moved to another host with its page', { link: 'https://new.example/ferry' }],
  ])('is recognised when it %s', (_, item) => {
    expect(findRenamed(item, [stored])).toBe(stored);
  });

  it.each([
    ['another page', { guid: 'http://news.example/?p=2', link: 'http://news.example/other' }],
    ['only the front page', { guid: 'https://news.example/', link: 'https://other.example/' }],
    ['nothing to go by', {}],
  ])('is not taken from %s', (_, item) => {
    expect(findRenamed(item, [stored])).toBeUndefined();
  });
});

describe('a guid on another article', () => {
  const stored = { link: 'https://news.example/2017/fog', published: Date.UTC(2017, 0, 1) };
  const item = {
    id: '0123456789abcdef0123456789abcdef',
    link: 'https://news.example/2020/sun',
    published: Date.UTC(2020, 0, 1),
    publishedInferred: false,
  };

  it('gives that an id of its own, the same at every poll', () => {
    const id = idOfReusedGuid(item, stored);
    expect(id).toMatch(/^[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(id).not.toBe(item.id);
    expect(idOfReusedGuid(item, stored)).toBe(id);
  });

  it.each([
    ['the same page', { link: 'http://www.news.example/2017/fog?utm_source=x' }],
    ['the page on a new domain', { link: 'https://new.example/2017/fog' }],
    ['a date that is not a month later', { published: Date.UTC(2017, 0, 31) }],
    ['an earlier date', { published: 0 }],
    ['a date of our own making', { publishedInferred: true }],
    ['no page', { link: undefined }],
  ])('is taken for an edit where it has %s', (_, change) => {
    const { link, ...rest } = { ...item, ...change };
    expect(idOfReusedGuid({ ...rest, ...(link !== undefined && { link }) }, stored)).toBeUndefined();
  });
});

describe('a canonical link', () => {
  it.each([
    ['https://www.news.example/a/?utm_medium=x', 'news.example/a'],
    ['http://m.news.example/a#b', 'news.example/a'],
    ['https://news.example/?p=1', 'news.example?p=1'],
    ['not an address', 'not an address'],
  ])('of %s is %s', (link, canonical) => {
    expect(canonicalLink(link)).toBe(canonical);
  });
});
