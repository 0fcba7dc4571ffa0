import { describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/parse/feed.ts';
import { findHub } from '../../src/websub/hub-links.ts';

const URL_OF_FEED = 'https://news.example/feed';
const HUB = 'https://hub.example/';
const links = { hub: HUB, topic: URL_OF_FEED };

describe('a feed’s hub', () => {
  it.each([
    `<${HUB}>; rel="hub", <${URL_OF_FEED}>; rel="self"`,
    `<${HUB}>;rel=hub,<${URL_OF_FEED}>;rel=self`,
    `</style>; rel=preload; title="a, b", <${HUB}>; type="x"; rel="first HUB", </feed>; rel=self`,
  ])('2.8: is named in the header %s', (link) => {
    expect(findHub({ link, url: URL_OF_FEED })).toEqual(links);
  });

  it('2.8: is taken from the header before the document, and needs a topic', () => {
    const document = { hub: 'https://other.example/', selfLink: 'https://other.example/feed' };
    const link = `<${HUB}>; rel="hub", <${URL_OF_FEED}>; rel="self"`;
    expect(findHub({ link, url: URL_OF_FEED, ...document })).toEqual(links);
    expect(findHub({ url: URL_OF_FEED, hub: HUB })).toBeUndefined();
    expect(findHub({ url: URL_OF_FEED, hub: 'javascript:1', selfLink: URL_OF_FEED })).toBeUndefined();
  });

  it('2.8: is known for YouTube, which does not name it', () => {
    const url = 'https://www.youtube.com/feeds/videos.xml?channel_id=a';
    expect(findHub({ url })).toEqual({ hub: 'https://pubsubhubbub.appspot.com/subscribe', topic: url });
  });

  it.each([
    [
      'RSS',
      `<rss><channel><atom:link rel="hub" href="${HUB}"/><atom:link rel="self" href="/feed"/></channel></rss>`,
    ],
    [
      'Atom',
      `<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="${HUB}"/><link rel="self" href="/feed"/></feed>`,
    ],
    [
      'JSON Feed',
      JSON.stringify({
        items: [],
        feed_url: URL_OF_FEED,
        hubs: [
          { type: 'rssCloud', url: '/no' },
          { type: 'WebSub', url: HUB },
        ],
      }),
    ],
  ])('2.8: is read from %s', (_, text) => {
    const feed = parseFeed(text, { url: URL_OF_FEED });
    expect(feed.kind === 'feed' && findHub({ ...feed, url: URL_OF_FEED })).toEqual(links);
  });
});
