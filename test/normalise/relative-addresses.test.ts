import { describe, expect, it } from 'vitest';
import type { Article } from '../../src/article.ts';
import { articlesFromFeed } from '../../src/normalise/articles-from-feed.ts';
import { parseFeed } from '../../src/parse/feed.ts';

/** Feeds are often served from another host than the site that they speak of. */
const FEED_URL = 'https://feeds.proxy.example/all/harbour.xml';

function articlesOf(text: string): Article[] {
  const feed = parseFeed(text, { url: FEED_URL });
  if (feed.kind !== 'feed') throw new Error(feed.detail);
  const source = { id: 'abc', url: FEED_URL, categories: [] };
  const { articles } = articlesFromFeed(feed, { source, feedUrl: FEED_URL, identityMode: 'guid', now: 0 });
  return articles.map(({ article }) => article);
}

function rss(item: string, attributes = ''): string {
  return `<rss${attributes}><channel><title>T</title><link>https://harbour.example/</link><item><title>A</title>${item}</item></channel></rss>`;
}

const BODY = '<description>&lt;a href="map.html"&gt;Map&lt;/a&gt;</description>';

describe('relative addresses', () => {
  it('in an item are relative to the site, not to where the feed was found', () => {
    const [article] = articlesOf(
      rss('<link>/ferry/</link><enclosure url="a.mp3"/><itunes:image href="/f.jpg"/>'),
    );
    expect(article).toMatchObject({
      link: 'https://harbour.example/ferry/',
      headImage: 'https://harbour.example/f.jpg',
      enclosures: [{ url: 'https://harbour.example/a.mp3' }],
    });
  });

  it('in a text are relative to the page of their item', () => {
    const [article] = articlesOf(rss(`<link>https://harbour.example/ferry/</link>${BODY}`));
    expect(article?.contentHtml).toBe('<a href="https://harbour.example/ferry/map.html">Map</a>');
  });

  it.each([
    ['its FeedBurner address', '<feedburner:origLink>https://www.harbour.example/fog/</feedburner:origLink>'],
    ['its guid', '<guid isPermaLink="false">https://www.harbour.example/fog/</guid>'],
  ])('in a text are relative to %s when that is on the site and the link leads elsewhere', (_, address) => {
    const [article] = articlesOf(rss(`<link>https://clicks.example/17</link>${address}${BODY}`));
    expect(article).toMatchObject({
      link: 'https://clicks.example/17',
      contentHtml: '<a href="https://www.harbour.example/fog/map.html">Map</a>',
    });
  });

  it('in a text are relative to its link when no address is on the site', () => {
    const [article] = articlesOf(rss(`<link>https://elsewhere.example/fog/</link><guid>tag:1</guid>${BODY}`));
    expect(article?.contentHtml).toBe('<a href="https://elsewhere.example/fog/map.html">Map</a>');
  });

  it('are relative to the base that the document names, which is relative to where it was found', () => {
    const [article] = articlesOf(rss(`<link>ferry/</link>${BODY}`, ' xml:base="../berths/"'));
    expect(article).toMatchObject({
      link: 'https://feeds.proxy.example/berths/ferry/',
      contentHtml: '<a href="https://feeds.proxy.example/berths/map.html">Map</a>',
    });
  });

  it('are relative to where the feed was found when it names no page', () => {
    const [article] = articlesOf(`<rss><channel><item><title>A</title>${BODY}</item></channel></rss>`);
    expect(article?.contentHtml).toBe('<a href="https://feeds.proxy.example/all/map.html">Map</a>');
  });

  it('follow the same rule in a JSON Feed', () => {
    const [article] = articlesOf(
      '{"home_page_url":"https://harbour.example/","items":[{"id":"1","url":"/ferry/","content_html":"<a href=map.html>Map</a>"}]}',
    );
    expect(article).toMatchObject({
      link: 'https://harbour.example/ferry/',
      contentHtml: '<a href="https://harbour.example/ferry/map.html">Map</a>',
    });
  });

  it('make no link of an id that is only a name', () => {
    const [named, path] = ['17', '/ferry/'].map((guid) => articlesOf(rss(`<guid>${guid}</guid>`))[0]);
    expect(named).not.toHaveProperty('link');
    expect(path?.link).toBe('https://harbour.example/ferry/');
  });

  it('of the items of CDF are relative to the base of the channel', () => {
    const [article] = articlesOf(
      '<channel base="https://harbour.example/old/" href="https://harbour.example/"><item href="ferry"><title>A</title></item></channel>',
    );
    expect(article?.link).toBe('https://harbour.example/old/ferry');
  });
});
