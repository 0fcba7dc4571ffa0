import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/parse/feed.ts';
import type { ParsedFeed } from '../../src/parse/parsed-feed.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/feeds');

/** Each feed has a twin that names what must be read from it; the first lines of the feed say what it proves. */
const FEEDS = readdirSync(FIXTURES).filter((name) => name.endsWith('.xml') || name.endsWith('.feed'));

function read(text: string): ParsedFeed {
  const feed = parseFeed(text, { url: 'https://example.org/feed' });
  if (feed.kind !== 'feed') throw new Error(feed.detail);
  return feed;
}

describe('reading feeds', () => {
  it('has its fixtures', () => expect(FEEDS).toHaveLength(13));

  it.each(FEEDS)('reads %s as its twin says', (name) => {
    const expected = JSON.parse(
      readFileSync(resolve(FIXTURES, `${name.replace(/(\.json)?\.\w+$/, '')}.json`), 'utf8'),
    );
    const feed = read(readFileSync(resolve(FIXTURES, name), 'utf8'));
    expect(feed).toMatchObject(expected);
  });

  it('says whether text that is no feed is a page, XML, JSON, empty or something else', () => {
    const kinds = ['<!DOCTYPE html><html><head><title>x</title>', '<opml/>', '{"a":1}', ' \n', 'Not found'];
    const found = kinds
      .map((text) => parseFeed(text))
      .map((result) => result.kind === 'not-a-feed' && result.looksLike);
    expect(found).toEqual(['html', 'xml', 'json', 'empty', 'other']);
  });

  it('reads the first items of a long feed and counts the others as a repair', () => {
    const items = Array.from({ length: 205 }, (_, index) => `<item><title>${index}</title></item>`).join('');
    const feed = read(
      `<rss><channel><title>Long</title>${items}<link>https://example.org/</link></channel></rss>`,
    );
    expect(feed.items).toHaveLength(200);
    expect(feed.link).toBe('https://example.org/');
    expect(feed.repairs).toEqual([
      { kind: 'items-dropped', detail: '5 items after the first 200 were left out' },
    ]);
  });

  it('drops a title, link or id that is cut off, and keeps a text that is', () => {
    const start = '<rss><channel><item><title>T</title><description>Text that goes on';
    expect(read(start).items).toMatchObject([{ summary: { value: 'Text that goes on' } }]);
    expect(
      read('<rss><channel><item><title>T</title><link>https://example.org/ab').items[0],
    ).not.toHaveProperty('link');
  });

  it.each(['&', '&am', '&#82', '</', '</descr', '<![CDATA[ and]', '<!-- a note'])(
    'takes the half that is left of %s at the cut for no text',
    (half) => {
      const start = '<rss><channel><item><title>T</title><description>Text';
      const value = half.includes(' and') ? 'Text and' : 'Text';
      expect(read(start + half).items).toMatchObject([{ summary: { value } }]);
    },
  );

  it('leaves out an item that is cut off before any text of it came', () => {
    const feed = read('<rss><channel><item><title>One</title></item><item><guid>2</guid><tit');
    expect(feed.items).toHaveLength(1);
    expect(feed.repairs).toEqual([{ kind: 'truncated', detail: 'the document ends inside item 2' }]);
  });

  it('is not confused by elements named after parts of JavaScript', () => {
    const strange = '<constructor><__proto__ constructor="1" __proto__="2">x</__proto__></constructor>';
    const feed = read(`<rss><channel><item>${strange}<title>T</title>${strange}</item></channel></rss>`);
    expect(feed.items).toMatchObject([{ title: { value: 'T' } }]);
    const json = read('{"items":[{"id":"1","__proto__":{"title":"x"},"constructor":1}]}');
    expect(json.items[0]).not.toHaveProperty('title');
  });

  it('keeps a relative address as it is written when nothing says what it is relative to', () => {
    const feed = parseFeed('<rss><channel><item><link>/1</link></item></channel></rss>');
    expect(feed).toMatchObject({ items: [{ link: '/1' }] });
  });

  it('finds the name of a person among markup, and categories inside a list of them', () => {
    const feed = read(
      '<rss><channel><item><author>by <b>Ann Lee</b></author><categories><category>Fog</category><category>Sea</category></categories></item></channel></rss>',
    );
    expect(feed.items).toMatchObject([{ authors: [{ name: 'by Ann Lee' }], categories: ['Fog', 'Sea'] }]);
  });

  it('reads an Atom body without a type as markup where it plainly is', () => {
    const types = ['<summary>', '<summary type="text">', '<title>', '<summary>1 &lt; 2 or &lt;p> '].map(
      (start) => {
        const name = start.slice(1, 6) === 'title' ? 'title' : 'summary';
        const entry = `<entry>${start}a &lt;b>c&lt;/${start.includes('1') ? 'x' : 'b'}></${name}></entry>`;
        const { items } = read(`<feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`);
        return (items[0]?.title ?? items[0]?.summary)?.type;
      },
    );
    expect(types).toEqual(['html', 'text', 'text', 'text']);
  });

  it('decodes base64 that is text, keeps text that is labelled as bytes, and shows no bytes', () => {
    const entries = [
      '<title type="application/x-note">Fog</title>',
      '<content type="application/x-note">Rm9n</content>',
      '<content type="image/png">iVBORw0KGgo=</content>',
    ].map((field) => `<entry><id>1</id>${field}</entry>`);
    const { items } = read(`<feed xmlns="http://www.w3.org/2005/Atom">${entries.join('')}</feed>`);
    expect(items.map(({ title, content }) => (title ?? content)?.value)).toEqual(['Fog', 'Fog', undefined]);
  });
});
