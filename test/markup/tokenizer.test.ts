import { describe, expect, it } from 'vitest';
import { type Dialect, Tokenizer } from '../../src/markup/tokenizer.ts';
import { random } from '../support/damage.ts';
import { expectLinearTime } from '../support/linear-time.ts';

/** Every token as its kind and content, with attributes behind start tags. */
function tokens(source: string, dialect: Dialect): string[] {
  const tokenizer = new Tokenizer(source, dialect);
  const found: string[] = [];
  for (let kind = tokenizer.next(); kind !== 'end'; kind = tokenizer.next()) {
    const { attributeNames, attributeValues } = tokenizer;
    const attributes =
      kind === 'open' ? attributeNames.map((name, index) => ` ${name}=[${attributeValues[index]}]`) : [];
    const what = kind === 'open' || kind === 'close' ? tokenizer.name : tokenizer.raw();
    found.push(
      `${kind} ${what}${attributes.join('')}${kind === 'open' && tokenizer.selfClosing ? ' /' : ''}`,
    );
  }
  return found;
}

describe('tokens of XML', () => {
  it('finds tags, attributes, text, CDATA, comments and declarations', () => {
    expect(tokens('<?xml v?><A b="1" C=\'>\' d=e f><![CDATA[<x>]]>t<!-- c > --><g/></A >', 'xml')).toEqual([
      'declaration xml v?',
      'open a b=[1] c=[>] d=[e] f=[]',
      'cdata <x>',
      'text t',
      'comment  c > ',
      'open g /',
      'close a',
    ]);
  });

  it('takes a `<` that begins no tag for text', () => {
    expect(tokens('<t>1 < 2 <3 << a</t>', 'xml')).toEqual(['open t', 'text 1 < 2 <3 << a', 'close t']);
  });

  it('takes a tag with another `<` in it for text', () => {
    expect(tokens('<t>a <b</t><c d="<e>">', 'xml')).toEqual([
      'open t',
      'text a ',
      'text <b',
      'close t',
      'open c d=[<e>]',
    ]);
    expect(tokens('a <b c="1"<d>', 'xml')).toEqual(['text a ', 'text <b c="1"', 'open d']);
  });

  it('passes over the internal subset of a DOCTYPE', () => {
    expect(tokens('<!DOCTYPE a [<!ENTITY b "c>">]><d>', 'xml')).toEqual([
      'declaration DOCTYPE a [<!ENTITY b "c>">]',
      'open d',
    ]);
  });

  it('ends a tag that lacks its `>` before the next, where nothing else is wrong with it', () => {
    expect(tokens('<a b="c"\n <d></d\n<e>', 'xml')).toEqual(['open a b=[c]', 'open d', 'close d', 'open e']);
    expect(tokens('1 <b or <c>', 'xml')).toEqual(['text 1 ', 'text <b or ', 'open c']);
  });

  it('ends a tag in a value that lacks its second quote', () => {
    expect(tokens('<a b="c>d</a><e f="g">', 'xml')).toEqual([
      'open a b=[c]',
      'text d',
      'close a',
      'open e f=[g]',
    ]);
    expect(tokens('<a b="<c>d</c>">', 'xml')).toEqual(['open a b=[<c>d</c>]']);
  });

  it('ends a comment that is never closed with its tag, and takes a CDATA section to the end of the text', () => {
    expect(tokens('<!-- a > b<c>', 'xml')).toEqual(['comment  a ', 'text  b', 'open c']);
    expect(tokens('<![CDATA[a</b>', 'xml')).toEqual(['cdata a</b>']);
  });

  it('drops a tag that never ends', () => {
    expect(tokens('a<b c="', 'xml')).toEqual(['text a']);
  });

  it('goes on where it is told to, backwards too', () => {
    const tokenizer = new Tokenizer('<a b="1"><c>"', 'xml');
    tokenizer.next();
    tokenizer.next();
    tokenizer.skipTo(0);
    expect(tokenizer.next()).toBe('open');
    expect(tokenizer.attribute('b')).toBe('1');
  });

  it.each([
    '<a b="1" c>',
    '<a  b="1"\tc >',
    "<a b='1'c>",
    '<A B="1" C>',
    '<a b=1 c>',
    '<a b="1" / c>',
    '<a b = "1" c>',
    '<a b="1" c b="2">',
    '<a b="1" c b>',
  ])('reads %s as every other way to write the same', (tag) => {
    for (const dialect of ['xml', 'html'] as const)
      expect(tokens(tag, dialect)).toEqual(['open a b=[1] c=[]']);
  });

  it.each([
    ['<pubDate>now</pubDate><b>', 'text', 'now'],
    ['<a x="1"></a><b>', 'text', ''],
    ['<a>x &lt; y</a><b>', 'text', 'x &lt; y'],
    ['<a><![CDATA[<p>]] </a>]]></a><b>', 'cdata', '<p>]] </a>'],
  ])('takes the element %s at once', (source, kind, content) => {
    const tokens = new Tokenizer(source, 'xml');
    tokens.next();
    expect(tokens.takeLeaf()).toBe(kind);
    expect(tokens.raw()).toBe(content);
    expect(tokens.next()).toBe('open');
    expect(tokens.name).toBe('b');
  });

  it.each([
    '<a>x<br/>y</a>',
    '<a>x</A>',
    '<a>x</a >',
    '<a>x</ab>',
    '<a>x < y</a>',
    '<a> <![CDATA[x]]></a>',
    '<a><![CDATA[x]]> </a>',
    '<a><![CDATA[x</a><c><![CDATA[y]]></a>',
    '<a><![CDATA[x</a>',
    '<a>x',
    '<a>',
  ])('leaves the inside of %s to be read token by token', (source) => {
    const tokens = new Tokenizer(source, 'xml');
    tokens.next();
    const { position } = tokens;
    expect(tokens.takeLeaf()).toBeUndefined();
    expect(tokens.position).toBe(position);
  });
});

describe('tokens of HTML', () => {
  it('reads elements with special content up to their own end tag', () => {
    expect(tokens('<script>if (a<b) "</p>"</SCRIPT><title><b></title>', 'html')).toEqual([
      'open script',
      'raw if (a<b) "</p>"',
      'close script',
      'open title',
      'raw <b>',
      'close title',
    ]);
  });

  it('ends comments as browsers do', () => {
    expect(tokens('<!-->a<!--->b<!--c--!>d<!x>e</ f>g', 'html')).toEqual([
      'comment ',
      'text a',
      'comment ',
      'text b',
      'comment c',
      'text d',
      'declaration x',
      'text e',
      'comment  f',
      'text g',
    ]);
  });

  it('keeps the first of two attributes with one name, and a leading = as part of a name', () => {
    expect(tokens('<a b=1 B=2 =c=3>', 'html')).toEqual(['open a b=[1] =c=[3]']);
  });
});

describe('bare text', () => {
  it.each([
    ['a b 中文', true],
    ['a > b', false],
    ['a < b', false],
    ['a &amp; b', false],
  ])('of %j is told: %s', (text, isBare) => {
    const tokens = new Tokenizer(`<p>${text}</p>&>`, 'html');
    tokens.next();
    expect(tokens.next()).toBe('text');
    expect(tokens.isBareText).toBe(isBare);
  });
});

describe('limits of the tokenizer', () => {
  it('looks at 256 attributes of a tag at most', () => {
    const tokenizer = new Tokenizer(
      `<a ${Array.from({ length: 50_000 }, (_, index) => `b${index}`).join(' ')}>`,
      'html',
    );
    tokenizer.next();
    expect(tokenizer.attributeNames).toHaveLength(256);
  });

  /** What costs quadratic time when a search begins anew at every tag. */
  const HOSTILE = {
    'bare <': '<',
    'nested tags': '<a>',
    'tags that never end': '<a ',
    'tags that never end and have attributes': '<a b="c" ',
    'open comments': '<!--',
    'closed comments': '<!--x-->',
    'open CDATA sections': '<![CDATA[',
    'open DOCTYPEs': '<!DOCTYPE [',
    'DOCTYPEs whose subset never ends': '<!DOCTYPE [>',
    'CDATA sections in CDATA sections': '<![CDATA[<![CDATA[]]>',
    'open quotes': '<a "',
    'open attribute values': "<a b='",
    'crossed quotes': `<a b='"><a b="'>`,
    declarations: '<!',
    'end tags': '</a>',
    'raw text': '<title></titl',
  };

  it.each(Object.entries(HOSTILE))('takes linear time for %s', { timeout: 60_000 }, (_, piece) => {
    for (const dialect of ['xml', 'html'] as const) {
      expectLinearTime((size) => time(piece, size, dialect), 200_000);
    }
  });

  it('looks at a million attributes and a text of 50 million characters once', () => {
    const attributes = Array.from({ length: 1_000_000 }, (_, index) => `b${index}=c`).join(' ');
    const source = `<a ${attributes}>${'x'.repeat(50_000_000)}</a>`;
    const tokenizer = new Tokenizer(source, 'xml');
    expect(tokenizer.next()).toBe('open');
    expect(tokenizer.attributeNames).toHaveLength(256);
    expect(tokenizer.next()).toBe('text');
    expect(tokenizer.end - tokenizer.start).toBe(50_000_000);
    expect([tokenizer.next(), tokenizer.next()]).toEqual(['close', 'end']);
  });

  it('moves forward at every token and comes to the end, whatever the text', () => {
    const pieces =
      '< > </ /> <a <a> </a> <!-- --> --!> <![CDATA[ ]]> <!DOCTYPE [ ] <? ?> " \' = b="c" x & <title> </title> <script>';
    const alphabet = [...pieces.split(' '), ' ', '\n', '\u0000', '\ud800', '新'];
    const next = random(5);
    for (let run = 0; run < 5000; run++) {
      const source = Array.from(
        { length: 1 + Math.floor(next() * 30) },
        () => alphabet[Math.floor(next() * alphabet.length)],
      ).join('');
      for (const dialect of ['xml', 'html'] as const) expectProgress(source, dialect);
    }
  });

  function expectProgress(source: string, dialect: Dialect): void {
    const tokenizer = new Tokenizer(source, dialect);
    let position = 0;
    for (let kind = tokenizer.next(); kind !== 'end'; kind = tokenizer.next()) {
      const { start, end } = tokenizer;
      const isSound = tokenizer.position > position && start >= position && start <= end;
      expect(isSound && end <= source.length, JSON.stringify({ source, dialect, position })).toBe(true);
      position = tokenizer.position;
    }
    expect(tokenizer.position).toBe(source.length);
  }

  function time(piece: string, length: number, dialect: Dialect): number {
    const source = piece.repeat(length / piece.length);
    const start = performance.now();
    const tokenizer = new Tokenizer(source, dialect);
    while (tokenizer.next() !== 'end');
    return performance.now() - start;
  }
});
