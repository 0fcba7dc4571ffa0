import { describe, expect, it } from 'vitest';
import { parseOpml, toOpml } from '../../src/sources/opml.ts';

function opml(body: string): string {
  return `<?xml version="1.0"?>\n<opml version="2.0"><head><title>t</title></head><body>\n${body}\n</body></opml>`;
}

function sourcesOf(body: string) {
  const result = parseOpml(opml(body));
  return result.kind === 'list' ? result.list.sources : result.problems;
}

describe('OPML', () => {
  it('makes category paths of folders, whether they are named by text or title', () => {
    expect(
      sourcesOf(`<outline text="博客"><outline title="Tech"><outline text="A" xmlUrl="https://a.example/"/></outline>
        <outline text="B" type="rss" xmlUrl="https://b.example/"></outline></outline>
        <outline text="C" xmlURL="https://c.example/"/>`),
    ).toEqual([
      { url: 'https://a.example/', title: 'A', categories: ['博客', 'Tech'] },
      { url: 'https://b.example/', title: 'B', categories: ['博客'] },
      { url: 'https://c.example/', title: 'C', categories: [] },
    ]);
  });

  it('is read although its XML is not well-formed', () => {
    expect(sourcesOf('<outline text="Q&A & more <3" xmlUrl="https://a.example/?a=1&b=2">')).toEqual([
      { url: 'https://a.example/?a=1&b=2', title: 'Q&A & more <3', categories: [] },
    ]);
  });

  it('loses no feed behind bare markup in an attribute', () => {
    const broken =
      '<outline text="A" description="by <a href="x" rel="y">B</a>" xmlUrl="https://a.example/" />';
    expect(
      sourcesOf(`<outline text="F">${broken}\n<outline text="C" xmlUrl="https://c.example/"/></outline>`),
    ).toEqual([
      { url: 'https://a.example/', title: 'A', categories: ['F'] },
      { url: 'https://c.example/', title: 'C', categories: ['F'] },
    ]);
  });

  it('follows a feed that stands in two folders once, in the first', () => {
    const feed = '<outline text="A" xmlUrl="https://a.example/"/>';
    expect(sourcesOf(`<outline text="1">${feed}</outline><outline text="2">${feed}</outline>`)).toEqual([
      { url: 'https://a.example/', title: 'A', categories: ['1'] },
    ]);
  });

  it('names the line of an address that cannot be followed', () => {
    expect(
      sourcesOf('<outline text="A" xmlUrl="https://a.example/"/>\n<outline text="B" xmlUrl="mailto:b"/>'),
    ).toEqual([{ line: 4, message: expect.stringContaining('mailto:b') }]);
  });

  it('takes a list without feeds for an empty one, and other text for no OPML', () => {
    expect(sourcesOf('<outline text="Nevada"><outline text="Reno"/></outline>')).toEqual([]);
    expect(parseOpml('<rss><channel/></rss>')).toEqual({
      kind: 'invalid',
      problems: [{ line: 1, message: 'this is no OPML: there is no <opml> in it' }],
    });
  });

  it.each([
    '<opml version="2.0">\n<body>\n<outline text="A" xmlUrl="https://a.example/"/>',
    '<opml>\n<body>\n<outl',
  ])('is refused when it breaks off, because half a list would pass for a shorter one: %j', (text) => {
    expect(parseOpml(text)).toEqual({
      kind: 'invalid',
      problems: [{ line: 3, message: expect.stringContaining('breaks off') }],
    });
  });

  it('refuses outlines that nest too deep', () => {
    expect(parseOpml(opml('<outline text="a">'.repeat(1000))).kind).toBe('invalid');
  });

  it('reads back what is written, however the names look', () => {
    const sources = [
      { url: 'https://a.example/?a=1&b="2"', title: 'A <b> & "c"', categories: ['新媒体', 'a/b & c'] },
      { url: 'rsshub://zaker/channel/13', categories: ['新媒体'] },
    ];
    const text = toOpml({ rsshub: [], sources }, { title: 'T & <x>' });
    expect(parseOpml(text)).toEqual({
      kind: 'list',
      list: { rsshub: [], sources: [{ ...sources[0], url: 'https://a.example/?a=1&b=%222%22' }, sources[1]] },
    });
  });
});
