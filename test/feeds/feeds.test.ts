import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { type Article, IMAGE_MARK } from '../../src/article.ts';
import { toAtom } from '../../src/feeds/atom.ts';
import type { FeedDocument } from '../../src/feeds/feed-document.ts';
import { toJsonFeed } from '../../src/feeds/json-feed.ts';
import { toRss } from '../../src/feeds/rss.ts';

const ARTICLE: Article = {
  id: '0123456789ab8def8123456789abcdef',
  sourceId: 'abc',
  title: 'Ferries & fog <today>',
  link: 'https://news.example/ferry?a=1&b=2',
  categories: ['新媒体', '趣头条'],
  tags: ['harbour', 'R&D'],
  author: '趣头条',
  authors: [],
  published: Date.UTC(2026, 10, 23, 6, 56, 51),
  publishedInferred: false,
  headImage: 'http://img.example/a.jpg?x=1&y=2',
  thumbnail: 'http://img.example/a.jpg?x=1&y=2',
  language: 'zh-CN',
  summary: 'Fog & <waiting>',
  enclosures: [{ url: 'https://news.example/a.mp3', type: 'audio/mpeg', length: 12 }],
  contentHtml: `<p>雾 &amp; <img src="${IMAGE_MARK}http://img.example/a.jpg?x=1&amp;y=2"></p>`,
};

function feedOf(...articles: Article[]): FeedDocument {
  return {
    id: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    title: 'News & more',
    pageUrl: 'https://tributary.example/',
    selfUrl: 'https://tributary.example/feed.xml',
    updated: Date.UTC(2026, 10, 23, 7),
    articles,
    sources: new Map([['abc', { title: 'Qu & Tou', url: 'https://news.example/feed?a&b' }]]),
    copies: new Map(),
    proxyOrigin: 'https://tributary.example',
    paging: {},
  };
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  htmlEntities: true,
});
const URN = 'urn:uuid:01234567-89ab-8def-8123-456789abcdef';
const PROXIED = 'https://tributary.example/?http://img.example/a.jpg?x=1&y=2';
const BODY = `<p>雾 &amp; <img src="https://tributary.example/?http://img.example/a.jpg?x=1&amp;y=2"></p>`;

describe('RSS', () => {
  it('carries an article with everything it can', () => {
    const { channel } = parser.parse(toRss(feedOf(ARTICLE))).rss;
    expect(channel).toMatchObject({
      title: 'News & more',
      link: 'https://tributary.example/',
      description: 'News & more',
      'atom:link': { '@rel': 'self', '@href': 'https://tributary.example/feed.xml' },
      lastBuildDate: 'Mon, 23 Nov 2026 07:00:00 GMT',
      ttl: '5',
    });
    expect(channel.item).toEqual({
      title: 'Ferries & fog <today>',
      link: 'https://news.example/ferry?a=1&b=2',
      guid: { '@isPermaLink': 'false', '#text': URN },
      pubDate: 'Mon, 23 Nov 2026 06:56:51 GMT',
      'dc:creator': '趣头条',
      'dc:language': 'zh-CN',
      category: ['harbour', 'R&D'],
      description: 'Fog &amp; &lt;waiting&gt;',
      'content:encoded': BODY,
      enclosure: { '@url': 'https://news.example/a.mp3', '@length': '12', '@type': 'audio/mpeg' },
      'media:thumbnail': { '@url': PROXIED },
      source: { '@url': 'https://news.example/feed?a&b', '#text': 'Qu & Tou' },
    });
  });

  it('writes & and < in titles as hexadecimal references, which readers show as they are', () => {
    expect(toRss(feedOf(ARTICLE))).toContain('<title>Ferries &#x26; fog &#x3C;today&gt;</title>');
  });

  it('puts the description before the content, as readers want it', () => {
    const text = toRss(feedOf(ARTICLE));
    expect(text.indexOf('<description><![CDATA[Fog')).toBeGreaterThan(0);
    expect(text.indexOf('<description><![CDATA[Fog')).toBeLessThan(text.indexOf('<content:encoded>'));
  });
});

describe('Atom', () => {
  it('carries an article with everything it can', () => {
    const { feed } = parser.parse(toAtom(feedOf(ARTICLE)));
    expect(feed).toMatchObject({ title: 'News & more', updated: '2026-11-23T07:00:00.000Z' });
    expect(feed.entry).toMatchObject({
      '@xml:lang': 'zh-CN',
      id: URN,
      // without a type it is plain text (RFC 4287, 3.1.1)
      title: 'Ferries & fog <today>',
      published: '2026-11-23T06:56:51.000Z',
      updated: '2026-11-23T06:56:51.000Z',
      author: { name: '趣头条' },
      link: [
        { '@rel': 'alternate', '@href': 'https://news.example/ferry?a=1&b=2' },
        {
          '@rel': 'enclosure',
          '@href': 'https://news.example/a.mp3',
          '@type': 'audio/mpeg',
          '@length': '12',
        },
      ],
      category: [{ '@term': 'harbour' }, { '@term': 'R&D' }],
      summary: 'Fog & <waiting>',
      content: { '@type': 'html', '#text': BODY },
      source: { id: 'https://news.example/feed?a&b', title: 'Qu & Tou' },
    });
  });
});

describe('an Atom entry', () => {
  it('without a body and a summary has its title for a content, so that there is a text', () => {
    const { summary: _, ...bare } = ARTICLE;
    expect(toAtom(feedOf({ ...bare, contentHtml: '' }))).toMatch(
      /<content type="html">[^<]*<!\[CDATA\[[^\]]+]]>/,
    );
    expect(toAtom(feedOf({ ...ARTICLE, contentHtml: '' }))).not.toContain('<content');
  });

  it('without a page and a body has its summary for a content, which is not to be empty', () => {
    const { link: _, ...pageless } = ARTICLE;
    expect(toAtom(feedOf({ ...pageless, contentHtml: '' }))).toContain(
      '<content type="html"><![CDATA[Fog &amp; &lt;waiting&gt;]]></content>',
    );
  });
});

describe('JSON Feed', () => {
  it('carries an article with everything it can', () => {
    const feed = JSON.parse(toJsonFeed(feedOf(ARTICLE)));
    expect(feed).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      feed_url: 'https://tributary.example/feed.xml',
    });
    expect(feed).not.toHaveProperty('authors');
    expect(feed.items).toEqual([
      {
        id: URN,
        url: 'https://news.example/ferry?a=1&b=2',
        title: 'Ferries & fog <today>',
        content_html: BODY,
        summary: 'Fog & <waiting>',
        image: PROXIED,
        date_published: '2026-11-23T06:56:51.000Z',
        authors: [{ name: '趣头条' }],
        tags: ['harbour', 'R&D'],
        language: 'zh-CN',
        attachments: [{ url: 'https://news.example/a.mp3', mime_type: 'audio/mpeg', size_in_bytes: 12 }],
        _source: {
          title: 'Qu & Tou',
          url: 'https://news.example/feed?a&b',
          categories: ['新媒体', '趣头条'],
        },
      },
    ]);
  });
});

describe('a link into an article', () => {
  const body = '<p><a title="a > b" href="#note">1</a> href="#x" <a href="https://e.example/">e</a></p>';
  const articles = [{ ...ARTICLE, contentHtml: body }];

  it.each([
    ['RSS', toRss],
    ['Atom', toAtom],
  ])('leads to the article’s page in %s, where addresses are absolute', (_, write) => {
    const absolute = body.replace('href="#note"', 'href="https://news.example/ferry?a=1&amp;b=2#note"');
    expect(write(feedOf(...articles))).toContain(absolute);
  });

  it('stays as it is without a page', () => {
    const { link: _, ...pageless } = ARTICLE;
    expect(toRss(feedOf({ ...pageless, contentHtml: body }))).toContain(body);
  });
});

describe('a JSON Feed', () => {
  it('holds no half of a surrogate pair, which strict readers refuse', () => {
    const text = toJsonFeed(feedOf({ ...ARTICLE, title: 'half \uD83D, whole 😀 and \\ud83d in words' }));
    expect(text).not.toContain('half \\ud83d');
    expect(JSON.parse(text).items[0].title).toBe('half \uFFFD, whole 😀 and \\ud83d in words');
  });

  it('gives an item without a body its text', () => {
    const [item] = JSON.parse(toJsonFeed(feedOf({ ...ARTICLE, contentHtml: '' }))).items;
    expect(item).not.toHaveProperty('content_html');
    expect(item.content_text).toBe('Fog & <waiting>');
  });
});

describe.each([
  ['RSS', toRss, 'application/rss+xml'],
  ['Atom', toAtom, 'application/atom+xml'],
])('%s of an archive', (_, write, type) => {
  const archive = {
    ...feedOf(ARTICLE),
    paging: {
      isArchive: true,
      current: 'https://t.example/f',
      previousArchive: 'https://t.example/f?archive=a&b',
    },
  };
  it('says that it is one, where the feed is and where it goes on', () => {
    const text = write(archive);
    expect(text).toContain('<fh:archive/>');
    expect(text).toContain(`rel="current" type="${type}" href="https://t.example/f"`);
    expect(text).toContain(`rel="prev-archive" type="${type}" href="https://t.example/f?archive=a&amp;b"`);
    expect(XMLValidator.validate(text)).toBe(true);
    expect(write(feedOf(ARTICLE))).not.toContain('fh:');
  });
});

describe.each([
  ['RSS', toRss],
  ['Atom', toAtom],
])('%s', (_, write) => {
  it('shows each article with its own body, where some have none', () => {
    const bodies = ['<p>first</p>', '', '<p>third</p>'];
    const articles = bodies.map((contentHtml, index) => ({ ...ARTICLE, title: `${index}`, contentHtml }));
    const text = write(feedOf(...articles));
    const shown = [...text.matchAll(/<title>(\d)|<p>(\w+)<\/p>/g)].map(([, title, body]) => title ?? body);
    expect(shown).toEqual(['0', 'first', '1', '2', 'third']);
  });

  it('is well-formed XML whatever an article holds', () => {
    const hostile = ']]></title>]]\x01><script>\0\x0B\uFFFF\uD800 &#0; <!-- "\'';
    const text = write(
      feedOf({
        ...ARTICLE,
        title: hostile,
        author: hostile,
        tags: [hostile],
        summary: hostile,
        contentHtml: hostile,
        enclosures: [{ url: `https://news.example/${hostile}`, type: hostile }],
      }),
    );
    expect(XMLValidator.validate(text)).toBe(true);
    expect(text).not.toMatch(/[\0\x0B\uFFFF]/);
    expect(text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')).not.toContain('<script');
    expect(text.isWellFormed()).toBe(true);
  });

  it('is a whole feed without any article', () => {
    expect(XMLValidator.validate(write(feedOf()))).toBe(true);
  });

  it('leaves out what an article does not have', () => {
    const { link, summary, headImage, thumbnail, language, ...bare } = ARTICLE;
    expect(write(feedOf({ ...bare, enclosures: [], tags: [], contentHtml: '' }))).not.toContain('undefined');
  });
});
