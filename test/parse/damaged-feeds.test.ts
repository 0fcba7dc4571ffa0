import { describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/parse/feed.ts';
import type { ParsedItem } from '../../src/parse/parsed-feed.ts';
import { DAMAGES, random } from '../support/damage.ts';

const ITEMS = 20;

const RSS = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>A feed of things</title><link>https://example.org/</link><description>About some things</description>
${items(
  (
    n,
  ) => `<item><title>Title number ${n}</title><link>https://example.org/${n}</link><guid isPermaLink="false">id-${n}</guid><dc:creator>Ann</dc:creator>
<description>Text of number ${n} in words</description><content:encoded><![CDATA[<p>Body of ${n}</p>]]></content:encoded></item>`,
)}
</channel></rss>`;

const ATOM = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>A feed of things</title><link rel="alternate" href="https://example.org/"/>
${items(
  (
    n,
  ) => `<entry><title>Title number ${n}</title><link href="https://example.org/${n}"/><id>id-${n}</id><updated>2026-11-03T10:00:00Z</updated>
<summary>Text of number ${n} in words</summary><content type="html"><![CDATA[<p>Body of ${n}</p>]]></content></entry>`,
)}
</feed>`;

function items(item: (n: number) => string): string {
  return Array.from({ length: ITEMS }, (_, index) => item(index)).join('\n');
}

function parsed(text: string): ParsedItem[] {
  const feed = parseFeed(text);
  return feed.kind === 'feed' ? feed.items : [];
}

describe.each([
  ['RSS', RSS],
  ['Atom', ATOM],
])('a damaged %s feed', (_, document) => {
  it.each(Object.keys(DAMAGES))('keeps its items: %s', (name) => {
    const damaged = DAMAGES[name]?.(document, random(7)) ?? '';
    const found = parsed(damaged);
    const isCut = name.startsWith('truncated');
    if (isCut) expect(found.length).toBeGreaterThanOrEqual(ITEMS / 2 - 1);
    else expect(found.map(({ link }) => link)).toEqual(parsed(document).map(({ link }) => link));
    // an item that is wholly there is wholly read
    for (const item of found.slice(0, isCut ? -1 : ITEMS))
      expect(item.content?.value).toMatch(/^<p>Body of.*\d+<\/p>/);
  });

  it('never loses the items before the place where it was cut, wherever that is', () => {
    const next = random(11);
    for (let run = 0; run < 200; run++) {
      const cut = document.slice(0, Math.floor(next() * document.length));
      const complete = cut.match(/<\/(?:item|entry)>/g)?.length ?? 0;
      const found = parsed(cut);
      expect(found.length - complete).toBeOneOf([0, 1]);
      expect(found.slice(0, complete)).toEqual(parsed(document).slice(0, complete));
    }
  });
});

describe('a feed', () => {
  const titlesOf = (text: string) => parsed(text).map(({ title }) => title?.value);
  const ONE = '<item><title>One</title></item>';

  it.each([
    [
      'the end of an end tag is missing',
      `<rss><channel>${ONE.replace('</item>', '</item\n ')}${ONE}</channel></rss>`,
    ],
    [
      'the end of a start tag is missing',
      `<rss><channel>${ONE}${ONE.replace('<item>', '<item a="b"\n ')}</channel></rss>`,
    ],
    [
      'the second quote of an attribute is missing',
      `<rss><channel><item><guid isPermaLink="false>1</guid><title>One</title></item>${ONE.replace('</item>', '<source url="z"/></item>')}</channel></rss>`,
    ],
    ['its root is missing', `<title>T</title>${ONE}${ONE}</channel></rss>`],
    [
      'its root ends before the first item',
      `<rss><channel><title>T</title></rss>${ONE}${ONE}</channel></rss>`,
    ],
  ])('keeps its items when %s', (_, text) => {
    expect(titlesOf(text)).toEqual(['One', 'One']);
  });

  it('of entries without their root is read as Atom', () => {
    const feed = parseFeed('<entry><title>a &lt;b></title></entry>');
    expect(feed).toMatchObject({
      format: 'atom',
      items: [{ title: { value: 'a <b>', type: 'text' } }],
      repairs: [],
    });
  });
});
