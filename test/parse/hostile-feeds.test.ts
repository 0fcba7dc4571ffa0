import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesToText } from '../../src/parse/bytes-to-text.ts';
import { parseFeed } from '../../src/parse/feed.ts';
import type { NotAFeed, ParsedFeed } from '../../src/parse/parsed-feed.ts';
import { random } from '../support/damage.ts';
import { expectLinearTime } from '../support/linear-time.ts';

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
  'quotes that are lost': (length) => FIRST + '<a b="c><d e="'.repeat(length / 14),
  'start tags without an end': (length) => `${FIRST}${'<a b="c" '.repeat(length / 9)}<d>`,
  'spaces in such a tag': (length) => `${FIRST}<a${' '.repeat(length)}<b>`,
  'end tags without an end': (length) => FIRST + '</a '.repeat(length / 4),
  'ends of the root': (length) => `<rss>${'</rss>'.repeat(length / 6)}<item><title>first</title></item>`,
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
  'CDATA sections in CDATA sections': (length) => IN_BODY + '<![CDATA[<![CDATA[]]>'.repeat(length / 21),
  'DOCTYPEs whose subset never ends': (length) => FIRST + '<!DOCTYPE [>'.repeat(length / 12),
  'entity declarations that never end': (length) =>
    `<!DOCTYPE rss [${'<!ENTITY a "'.repeat(length / 12)}]>${FIRST}`,
  'spaces in an entity declaration': (length) => `<!DOCTYPE rss [<!ENTITY${' '.repeat(length)}]>${FIRST}`,
  'spaces in a person': (length) => `${FIRST}<item><author>a${' '.repeat(length)}(b</author>`,
  'end tags that end nothing': (length) => FIRST + '<b>'.repeat(300) + '</a>'.repeat(length / 4),
  entities: (length) => `${FIRST}<item><title>${'&a'.repeat(length / 2)}</title>`,
  'JSON brackets': (length) => `{"items":[{"title":"first"},${'['.repeat(length)}`,
  'JSON objects': (length) => `{"items":[{"title":"first"},${'{"a":'.repeat(length / 5)}`,
  'JSON backslashes': (length) => `{"items":[{"title":"first"},"${'\\\\'.repeat(length / 2)}`,
  'JSON quotes': (length) => `{"items":[{"title":"first"},"${'\\"'.repeat(length / 2)}`,
};

const FIXTURES = resolve(import.meta.dirname, '../fixtures/feeds');
/** A feed or more of each format. */
const FEEDS = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.xml') || name.endsWith('.feed'))
  .map((name) => [name, new Uint8Array(readFileSync(resolve(FIXTURES, name)))] as const);

function read(bytes: Uint8Array, contentType?: string): ParsedFeed | NotAFeed {
  return parseFeed(bytesToText(bytes, contentType).text, { url: 'https://example.org/' });
}

/** An exception names the input that caused it. */
function readOrSay(bytes: Uint8Array, contentType?: string): void {
  try {
    expect(read(bytes, contentType).kind).toBeOneOf(['feed', 'not-a-feed']);
  } catch (cause) {
    throw new Error(`${contentType}: ${JSON.stringify(bytesToText(bytes).text.slice(0, 2000))}`, { cause });
  }
}

function items(text: string): unknown[] {
  const feed = parseFeed(text);
  return feed.kind === 'feed' ? feed.items.map(({ title }) => title?.value) : [];
}

describe('hostile feeds', () => {
  it.each(Object.entries(HOSTILE))(
    'give their first item in linear time: %s',
    { timeout: 60_000 },
    (_, document) => {
      expectLinearTime((length) => {
        const text = document(length);
        const start = performance.now();
        const feed = parseFeed(text, { url: 'https://example.org/' });
        const elapsed = performance.now() - start;
        expect(feed.kind === 'feed' && feed.items[0]?.title?.value).toBe('first');
        return elapsed;
      }, 200_000);
    },
  );

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

  it('expands one large entity only so often, over all items and attributes together', () => {
    const declaration = `<!DOCTYPE rss [<!ENTITY e "${'x'.repeat(10_000)}">]>`;
    const item =
      '<item><title>t&e;&e;</title><link>https://example.org/&e;</link><enclosure url="a&e;"/></item>';
    const feed = parseFeed(`${declaration}<rss><channel>${item.repeat(200)}</channel></rss>`);
    expect(feed.kind === 'feed' && feed.items).toHaveLength(200);
    const size = JSON.stringify(feed).length;
    expect(size).toBeGreaterThan(900_000);
    expect(size).toBeLessThan(1_100_000);
  });

  it('read on behind 100,000 levels of elements', () => {
    const nested = '<a>'.repeat(100_000) + '</a>'.repeat(100_000);
    expect(items(`${FIRST}${nested}<item><title>last</title></item></channel></rss>`)).toEqual([
      'first',
      'last',
    ]);
    expect(items(`${IN_BODY}${nested}</description></item><item><title>last</title></item>`)).toEqual([
      'first',
      'last',
    ]);
  });

  it('may hold a text of 50 MB', { timeout: 30_000 }, () => {
    const size = 50_000_000;
    const end = '</description></item></channel></rss>';
    const bytes = new Uint8Array(IN_BODY.length + size + end.length).fill(0x78);
    bytes.set(new TextEncoder().encode(IN_BODY), 0);
    bytes.set(new TextEncoder().encode(end), IN_BODY.length + size);
    const feed = read(bytes);
    expect(feed.kind === 'feed' && feed.items[0]?.summary?.value.length).toBe(size);
  });

  it('may have a million attributes', () => {
    const attributes = Array.from({ length: 1_000_000 }, (_, index) => `b${index}=c`).join(' ');
    expect(items(`${FIRST}<item ${attributes}><title ${attributes}>last</title></item>`)).toEqual([
      'first',
      'last',
    ]);
  });

  it.each(FEEDS)('may end at every byte: %s', (_, bytes) => {
    for (let length = 0; length <= bytes.length; length++) readOrSay(bytes.subarray(0, length));
  });

  it.each([
    '<![CDATA[x',
    '<!-- x',
    '<?x',
    '<!DOCTYPE x [<!ENTITY a "b',
    '<title',
    '<title a="b',
    "<title a='b",
    '<title a=',
    '<title>x',
    '<title>&amp',
    '</titl',
    '<item',
    '<',
    '</',
    '<!',
  ])('keep what stands before something that never ends: %s', (unfinished) => {
    expect(items(FIRST + unfinished)[0]).toBe('first');
    expect(items(`${FIRST}<item>${unfinished}`)[0]).toBe('first');
  });

  it('may be random bytes of any declared encoding', () => {
    const labels = ['utf-8', 'gbk', 'utf-16', 'shift_jis', 'iso-2022-jp', 'big5', 'constructor', '__proto__'];
    const starts = [
      '',
      '<rss><channel><item><title>',
      '{"items":[{"title":"',
      '<?xml version="1.0" encoding="',
    ];
    const next = random(3);
    for (let run = 0; run < 4000; run++) {
      const start = new TextEncoder().encode(starts[run % starts.length]);
      const noise = Uint8Array.from({ length: next() * 300 }, () => next() * 256);
      readOrSay(
        Uint8Array.from([...start, ...noise]),
        `text/xml; charset=${labels[Math.floor(next() * labels.length)]}`,
      );
    }
  });

  it('may be mutated in 20,000 ways', { timeout: 60_000 }, () => {
    const next = random(20_261_123);
    const pick = (below: number): number => Math.floor(next() * below);
    for (let run = 0; run < 20_000; run++) {
      let bytes = FEEDS[run % FEEDS.length]?.[1] ?? new Uint8Array();
      const donor = FEEDS[pick(FEEDS.length)]?.[1] ?? new Uint8Array();
      for (let change = 0; change <= pick(4); change++) {
        const at = pick(bytes.length);
        const from = pick(donor.length);
        const inserted = [
          donor.subarray(from, from + pick(60)),
          bytes.subarray(at, at + pick(60)),
          Uint8Array.of(pick(256)),
          Uint8Array.of(PUNCTUATION.charCodeAt(pick(PUNCTUATION.length))),
        ][pick(4)] as Uint8Array;
        const removed = pick(2) * pick(20);
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
      }
      readOrSay(bytes);
    }
  });

  it('touch no prototype, whatever their elements, attributes and members are called', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const name of ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']) {
      const field = `<${name} ${name}="p" xmlns:${name}="${name}" xml:base="${name}"><${name}>p</${name}></${name}>`;
      const prefixed = `<${name}:title>p</${name}:title><author><${name}>p</${name}></author>`;
      expect(
        items(
          `<!DOCTYPE ${name} [<!ENTITY ${name} "p">]><rss><channel>${field}<item>${field}${prefixed}<title>first</title><category>&${name};</category></item>`,
        ),
      ).toEqual(['first']);
      for (const end of ['', ',]']) {
        const member = `"${name}":{"polluted":"p","prototype":{"polluted":"p"}}`;
        expect(
          items(`{${member},"items":[{${member},"title":"first","authors":[{${member}}]}${end}]}`),
        ).toEqual(['first']);
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
    expect(Object).not.toHaveProperty('polluted');
  });

  const NESTED = '['.repeat(100_000) + ']'.repeat(100_000);
  const NO_STRING = '{"toString":1,"valueOf":1}';

  it.each([
    ['nesting', NESTED],
    ['nesting of objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['objects that cannot be made a string', NO_STRING],
    ['long numbers', '9'.repeat(100_000)],
    ['large exponents', '1e999999999'],
  ])('in JSON may have %s in place of any value', (_, value) => {
    const item = (fields: string[]): string =>
      `{"title":"first",${fields.map((field) => `"${field}":${value}`).join(',')}}`;
    const inFeed = item([
      'id',
      'url',
      'content_html',
      'date_published',
      'image',
      'language',
      'tags',
      'author',
      'authors',
    ]);
    expect(items(`{"title":${value},"expired":${value},"items":[${inFeed},${value}]}`)[0]).toBe('first');
    const attached = `{"title":"first","attachments":[{"url":"https://example.org/a","size_in_bytes":${value}}]}`;
    expect(items(`{"items":[${attached}]}`)).toEqual(['first']);
    const guid = `{"title":"first","guid":{"#value":"a","isPermaLink":${value}},"category":${value}}`;
    expect(items(`{"rss":{"channel":{"ttl":${value},"image":${value},"item":[${guid}]}}}`)).toEqual([
      'first',
    ]);
  });

  it.each(['007', '-01', '1e', '-', '1.', '00', 'nul', '+1', '\\', '"\\', '"\\u12"', '"\\x"'])(
    'in JSON that breaks the rules may hold %s',
    (value) => {
      expect(items(`{"items":[{"title":"first"},{"title":"last","id":${value}}]}`)[0]).toBe('first');
    },
  );
});

/** What documents are built of, so that a mutation that hits it changes the structure. */
const PUNCTUATION = '<>/"\'=&;![]{}:,\\?- \n0';
