import { describe, expect, it } from 'vitest';
import { IMAGE_MARK } from '../../src/article.ts';
import { articleFromItem, feedContext } from '../../src/normalise/article-from-item.ts';
import type { FeedText, ParsedFeed, ParsedItem } from '../../src/parse/parsed-feed.ts';

const ITEM: ParsedItem = {
  id: 'https://news.example/?p=1',
  title: { value: 'A ferry turns back', type: 'unknown' },
  link: 'https://news.example/ferry',
  content: { value: '<p>In thick <b>fog</b>.</p>', type: 'html' },
  authors: [],
  categories: [],
  enclosures: [],
};

const FEED: ParsedFeed = {
  kind: 'feed',
  format: 'rss',
  title: { value: 'Harbour &amp; News', type: 'unknown' },
  link: 'https://news.example/',
  language: 'en_GB',
  authors: [],
  skipHours: [],
  skipDays: [],
  expired: false,
  items: [],
  repairs: [],
};

const SOURCE = { id: 'abc', url: 'https://news.example/feed', categories: [] as string[] };
const PUBLISHED = Date.UTC(2026, 10, 23);

function articleOf(change: Partial<ParsedItem> = {}, source: object = {}) {
  return articleFromItem(
    { ...ITEM, ...change },
    {
      feed: feedContext(FEED, { source: { ...SOURCE, ...source }, feedUrl: 'https://news.example/feed' }),
      id: '0123456789ab8def8123456789abcdef',
      dates: { published: PUBLISHED, inferred: false },
    },
  ).article;
}

const unknown = (value: string): FeedText => ({ value, type: 'unknown' });

describe('an article', () => {
  it('has what its item says, in the one shape', () => {
    expect(articleOf()).toEqual({
      id: '0123456789ab8def8123456789abcdef',
      sourceId: 'abc',
      title: 'A ferry turns back',
      link: 'https://news.example/ferry',
      categories: [],
      tags: [],
      author: 'Harbour & News',
      authors: [],
      published: PUBLISHED,
      publishedInferred: false,
      summary: 'In thick fog.',
      language: 'en-GB',
      enclosures: [],
      contentHtml: '<p>In thick <b>fog</b>.</p>',
    });
  });

  it.each([
    ['its text when it has none', { title: undefined }, 'In thick fog.'],
    ['its summary rather than its text', { title: undefined, summary: unknown('Fog') }, 'Fog'],
    [
      'no markup, however old',
      { title: unknown('<blink>Fog</blink> <MARQUEE>today</MARQUEE>') },
      'Fog today',
    ],
    [
      'a tag-free line',
      { title: unknown('<b>Fog</b> &amp;amp; rain\n &lt;/today&gt;') },
      'Fog & rain </today>',
    ],
    [
      'kept to the letter when it is plain text',
      { title: { value: 'a < b && c', type: 'text' } },
      'a < b && c',
    ],
    [
      'its link when nothing else is left',
      { title: undefined, content: unknown(' ') },
      'https://news.example/ferry',
    ],
    [
      'a name and a day at last',
      { title: undefined, content: unknown(''), link: undefined, id: undefined },
      '(untitled) 2026-11-23',
    ],
  ] as [string, Partial<ParsedItem>, string][])('has as title %s', (_, change, title) => {
    expect(articleOf(change).title).toBe(title);
  });

  it.each([
    [
      'without tracking',
      { link: 'https://news.example/a?utm_source=rss&id=1' },
      'https://news.example/a?id=1',
    ],
    ['made absolute', { link: '/a' }, 'https://news.example/a'],
    ['from a guid that is an address', { link: undefined }, 'https://news.example/?p=1'],
    [
      'from an enclosure',
      { link: undefined, id: 'x', enclosures: [{ url: 'a.mp3' }] },
      'https://news.example/a.mp3',
    ],
    ['absent rather than dangerous', { link: 'javascript:alert(1)', id: 'x' }, undefined],
  ] as [string, Partial<ParsedItem>, string | undefined][])('has a link %s', (_, change, link) => {
    expect(articleOf(change).link).toBe(link);
  });

  it('names the source as author, or the item’s own where the source is set so', () => {
    const authors = [{ name: 'Ada' }, { name: 'Ben', email: 'ben@news.example' }];
    expect(articleOf({ authors }, { categories: ['新媒体', '趣头条'] })).toMatchObject({
      author: '趣头条',
      authors: ['Ada', 'Ben'],
    });
    expect(articleOf({ authors }, { author: 'item' }).author).toBe('Ada');
    expect(articleOf({}, { author: 'item', title: 'Mine' }).author).toBe('Mine');
  });

  it.each([
    ['the item’s own', { image: '/own.jpg', content: unknown('<img src="/body.jpg">') }, '/own.jpg'],
    ['an enclosed one', { enclosures: [{ url: '/e.jpg', type: 'image/jpeg' }] }, '/e.jpg'],
    ['the first of the body', { content: unknown('<img src="/body.jpg">') }, '/body.jpg'],
  ] as [string, Partial<ParsedItem>, string][])('has as picture %s', (_, change, picture) => {
    const article = articleOf(change);
    expect(article.headImage).toBe(`https://news.example${picture}`);
    expect(article.thumbnail).toBe(article.headImage);
  });

  it('has no picture rather than an invented one', () => {
    expect(articleOf()).not.toHaveProperty('headImage');
  });

  it('has the markup of a text that was escaped once too often, and leaves examples of markup', () => {
    const twice = '&lt;p&gt;In &lt;b&gt;fog&lt;/b&gt; &amp;amp; rain.&lt;/p&gt;\n';
    expect(articleOf({ content: unknown(twice) }).contentHtml).toBe('<p>In <b>fog</b> &amp; rain.</p>\n');
    const example = '&lt;p&gt; begins a paragraph, and &lt;/p&gt; ends it.';
    expect(articleOf({ content: unknown(example) }).contentHtml).toBe(example);
  });

  it('marks the pictures of its body, made absolute by the page they are on', () => {
    const { contentHtml } = articleOf({
      link: 'https://news.example/2026/ferry/',
      content: unknown('<p><img src="fog.jpg"></p>'),
    });
    expect(contentHtml).toContain(`src="${IMAGE_MARK}https://news.example/2026/ferry/fog.jpg"`);
  });

  it('keeps the line breaks of a description that is plain text', () => {
    const { contentHtml } = articleOf({ content: unknown('One\nTwo\n\nThree < four') });
    expect(contentHtml).toBe('<p>One<br>\nTwo</p>\n<p>Three &lt; four</p>');
  });

  it('takes its summary from the item where there is a body besides', () => {
    expect(articleOf({ summary: unknown('<i>Short</i> &amp; sweet') }).summary).toBe('Short & sweet');
  });

  it('has each tag once, as plain text', () => {
    expect(articleOf({ categories: ['fog', ' fog ', 'R&amp;D', '<b>', ''] }).tags).toEqual(['fog', 'R&D']);
  });

  it('stays small enough for a row of the database whatever its source sends', () => {
    const { contentHtml } = articleOf({ content: unknown(`<p>${'&amp;'.repeat(500_000)}</p>`) });
    expect(contentHtml.length).toBeLessThanOrEqual(500_000);
  });
});
