import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { type Article, IMAGE_MARK } from '../../src/article.ts';
import { toAtom } from '../../src/feeds/atom.ts';
import type { FeedDocument } from '../../src/feeds/feed-document.ts';
import { toJsonFeed } from '../../src/feeds/json-feed.ts';
import { toRss } from '../../src/feeds/rss.ts';
import { escapeText } from '../../src/markup/escape.ts';

const ID = '0123456789ab8def8123456789abcdef';

/** A feed of one article that has this text in every field. */
function feedOf(text: string, changes: Partial<Article> = {}): FeedDocument {
  const article: Article = {
    id: ID,
    sourceId: 'abc',
    title: text,
    link: `https://news.example/${text}`,
    categories: [text],
    tags: [text],
    author: text,
    authors: [text],
    published: Date.UTC(2026, 10, 23),
    publishedInferred: false,
    headImage: `https://img.example/${text}`,
    summary: text,
    enclosures: [{ url: `https://news.example/${text}`, type: text }, { url: 'https://news.example/b.mp3' }],
    contentHtml: `<p>${escapeText(text)}<img src="${IMAGE_MARK}https://img.example/a.jpg"></p>`,
    ...changes,
  };
  return {
    id: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    title: text,
    pageUrl: 'https://t.example/',
    selfUrl: 'https://t.example/feed.xml',
    updated: Date.UTC(2026, 10, 23),
    articles: [article],
    sources: new Map([['abc', { title: text, url: `https://s.example/${text}` }]]),
    copies: new Map([[ID, [{ title: text, url: `https://c.example/${text}` }]]]),
    proxyOrigin: 'https://t.example',
    paging: { next: 'https://t.example/feed.xml?a&b' },
    hub: `https://hub.example/${text}`,
  };
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});
const asText = (value: unknown) => String((value as { '#text'?: string })?.['#text'] ?? value ?? '');

/** What readers have of the article: its title, its tag, its body, and all addresses. */
interface Read {
  title: string;
  tag: string;
  body: string;
  urls: string[];
}

function readRss(text: string): Read {
  const { item } = parser.parse(text).rss.channel;
  return {
    title: asText(item.title),
    tag: asText(item.category),
    body: asText(item['content:encoded']),
    urls: [item.link, item.enclosure?.['@url'], item.source?.['@url']].filter(Boolean),
  };
}

function readAtom(text: string): Read {
  const { entry } = parser.parse(text).feed;
  return {
    title: asText(entry.title),
    tag: entry.category?.['@term'] ?? '',
    body: asText(entry.content),
    urls: [entry.link].flat().flatMap((link) => link?.['@href'] ?? []),
  };
}

function readJson(text: string): Read {
  const [item] = JSON.parse(text).items;
  return {
    title: item.title,
    tag: item.tags?.[0] ?? '',
    body: item.content_html ?? item.content_text,
    urls: [item.url, item.attachments?.[0]?.url].filter(Boolean),
  };
}

/** XML has no way to write some characters; half a surrogate pair is none. */
const inXml = (text: string) =>
  text
    .replace(/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g, '')
    .toWellFormed()
    // a parser reads all line ends as one character (XML 1.0, 2.11)
    .replace(/\r\n?/g, '\n');
const inJson = (text: string) => text.toWellFormed();

const TEXTS: [name: string, text: string][] = [
  ['the end of a CDATA section', 'a ]]> b ]]]]>> ]]'],
  ['the start of one', '<![CDATA[x]]>'],
  ['control characters', 'a\0b\x01c\x0Bd\x1Fe\x7Ff\x85g'],
  ['noncharacters', 'a\uFFFEb\uFFFFc'],
  ['half a surrogate pair', 'a\uD83D b\uDE00 \uD83D\uDE00'],
  ['a title of 10,000 characters', '字'.repeat(10_000)],
  ['a title of 10,000 characters that are escaped', '<&>"'.repeat(2500)],
  ['right to left text', 'שלום \u202Eabc\u202C عربى'],
  ['separators of lines', 'a\u2028b\u2029c\u0085d'],
  ['references', '&amp; &#0; &#x1F; &unknown; &lt;b&gt;'],
  ['tags without a name', 'a <> b </> c &lt;&gt;'],
  ['markup', '<b>a</b> <script>alert(1)</script> <!-- -- > <?xml?>'],
  ['quotes', `" onload="x' \`$& $1 %s`],
  ['what JSON escapes', 'a\\ud83d \\" \\u0000 \\'],
  ['ends of the document', '</title></item></channel></rss></feed>"}]}'],
];

describe.each([
  ['RSS', toRss, readRss, inXml],
  ['Atom', toAtom, readAtom, inXml],
  ['JSON Feed', toJsonFeed, readJson, inJson],
])('%s', (format, write, read, kept) => {
  it.each(TEXTS)('brings %s to the reader as it is, in every field', (_, text) => {
    const written = write(feedOf(text));
    expect(written.isWellFormed()).toBe(true);
    if (format !== 'JSON Feed') expect(XMLValidator.validate(written)).toBe(true);
    expect(written).not.toMatch(
      format === 'JSON Feed' ? /[\0-\x1F]/ : /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/,
    );
    const { title, tag, body, urls } = read(written);
    expect(title).toBe(kept(text));
    expect(tag).toBe(kept(text));
    expect(body).toContain(
      kept(`<p>${escapeText(text)}<img src="https://t.example/?https://img.example/a.jpg"></p>`),
    );
    expect(urls.length).toBeGreaterThan(1);
    for (const url of urls) expect(url).toMatch(/^https:\/\/[\w~!$&'()*+,;=:@%./?#-]+$/);
  });

  it.each<[string, Partial<Article>]>([
    ['a link', { link: undefined as never }],
    ['a body', { contentHtml: '' }],
    ['a link and a body', { link: undefined as never, contentHtml: '' }],
    [
      'a link, a body and a summary',
      { link: undefined as never, contentHtml: '', summary: undefined as never },
    ],
    ['tags, media and people', { tags: [], enclosures: [], authors: [], headImage: undefined as never }],
    ['a date', { publishedInferred: true, published: 0 }],
  ])('is whole where an article is without %s', (_, changes) => {
    const written = write(feedOf('plain', changes));
    if (format !== 'JSON Feed') expect(XMLValidator.validate(written)).toBe(true);
    expect(written).not.toMatch(/undefined|null|NaN|Invalid/);
    const { title, body } = read(written);
    expect(title).toBe('plain');
    if (format !== 'RSS' && changes.contentHtml === '' && 'link' in changes) expect(body).toBe('plain');
  });
});
