import { describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/parse/feed.ts';

const FIRST = '<rss><channel><title>t</title><item><title>first</title></item>';
const IN_BODY = '<rss><channel><item><title>first</title><description>';

/** What makes readers slow or lose the feed, as a function of its length. */
const HOSTILE: Record<string, (length: number) => string> = {
  'bare <': (length) => FIRST + '<'.repeat(length),
  'bare < in a body': (length) => IN_BODY + '<'.repeat(length),
  'nested elements': (length) => FIRST + '<a>'.repeat(length / 3),
  'nested elements in a body': (length) => IN_BODY + '<a>'.repeat(length / 3),
  'nested divs of XHTML': (length) =>
    `<feed><entry><title>first</title><content type="xhtml">${'<div>'.repeat(length / 5)}`,
  'unfinished tags': (length) => FIRST + '<a '.repeat(length / 3),
  'open quotes': (length) => FIRST + "<a b='".repeat(length / 6),
  'open comments': (length) => FIRST + '<!--'.repeat(length / 4),
  'open CDATA sections': (length) => FIRST + '<item><title><![CDATA['.repeat(length / 22),
  'unclosed fields': (length) => `${FIRST}<item>${'<title>a<guid>b'.repeat(length / 15)}`,
  'unclosed items': (length) => FIRST + '<item>'.repeat(length / 6),
  'RDF sequences': (length) =>
    `${FIRST}<items><rdf:Seq>${'<rdf:li resource="x"/>'.repeat(length / 22)}</rdf:Seq></items>`,
  'namespaces declared at every depth': (length) => FIRST + '<a xmlns:b="c">'.repeat(length / 15),
  'bases in bases': (length) => IN_BODY + '<a xml:base="x/">'.repeat(length / 17),
  attributes: (length) => `${FIRST}<a ${'b=c '.repeat(length / 4)}>`,
  'brackets in CDATA beside a tag': (length) =>
    `${FIRST}<item><category><b/><![CDATA[${'<a'.repeat(length / 2)}]]></category>`,
  entities: (length) => `${FIRST}<item><title>${'&a'.repeat(length / 2)}</title>`,
  'JSON brackets': (length) => `{"items":[{"title":"first"},${'['.repeat(length)}`,
  'JSON quotes': (length) => `{"items":[{"title":"first"},"${'\\"'.repeat(length / 2)}`,
};

describe('hostile feeds', () => {
  it.each(Object.entries(HOSTILE))('give their first item in linear time: %s', (_, document) => {
    const measure = (length: number): number => {
      const text = document(length);
      const start = performance.now();
      const feed = parseFeed(text, { url: 'https://example.org/' });
      const elapsed = performance.now() - start;
      expect(feed).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({})]) });
      if (feed.kind === 'feed') expect(feed.items[0]?.title?.value).toBe('first');
      return elapsed;
    };
    measure(50_000);
    // quadratic time would be sixteen times as much; the constant forgives a busy machine
    expect(measure(400_000)).toBeLessThan(10 * measure(100_000) + 150);
  });

  it('expands entities within entities only so far', () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`,
    );
    const feed = parseFeed(
      `<!DOCTYPE rss [<!ENTITY e0 "lol">${lines.join('')}]><rss><channel><title>&e20;</title></channel></rss>`,
    );
    expect(feed.kind === 'feed' && (feed.title?.value.length ?? 0)).toBeLessThan(1_000_001);
  });
});
