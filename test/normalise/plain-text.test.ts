import { describe, expect, it } from 'vitest';
import {
  countWords,
  plainTitle,
  plainToHtml,
  summarise,
  withoutForbidden,
} from '../../src/normalise/plain-text.ts';

describe('plainTitle', () => {
  it.each([
    ['takes tags away', 'Test: <b>bold</b>', 'Test: bold'],
    ['decodes references', 'AT&amp;T &#8217;s', 'AT&T ’s'],
    ['decodes what was escaped twice', '&amp;#39;Text&amp;#39;', "'Text'"],
    ['does not decode a third time', '&amp;amp;lt;', '&lt;'],
    ['keeps a decoded tag as text', '&lt;/example&gt;', '</example>'],
    ['keeps a tag no document has', 'Vec<T> in Rust', 'Vec<T> in Rust'],
    ['keeps signs of comparison', '1 < 2 > 0 & so on', '1 < 2 > 0 & so on'],
    ['is one line', ' a\n\t b<br>c ', 'a b c'],
    ['reads a no-break space as a space', 'a&nbsp;b', 'a b'],
    ['leaves scripts out', 'a<script>alert(1)</script>', 'a'],
    ['unpacks a CDATA section', '<![CDATA[A & B]]>', 'A & B'],
    ['keeps what a tag that never ends would swallow', 'a <b', 'a <b'],
    ['is composed', 'e\u0301', '\u00e9'],
    ['has no control characters, not even decoded ones', 'a\0b&#1;\ufdd0&#xfdd0;', 'ab'],
    ['may be empty', '<b></b>', ''],
  ])('%s', (_, markup, expected) => {
    expect(plainTitle(markup)).toBe(expected);
  });
});

describe('plainToHtml', () => {
  it('makes paragraphs of what empty lines part, and keeps other line breaks', () => {
    expect(plainToHtml('a\r\nb\r\n \r\n\nc')).toBe('<p>a<br>\nb</p>\n<p>c</p>');
  });

  it('shows markup as the text it is', () => {
    expect(plainToHtml('<b>&amp;</b>')).toBe('<p>&lt;b&gt;&amp;amp;&lt;/b&gt;</p>');
  });

  it('is empty for no text', () => {
    expect(plainToHtml(' \n ')).toBe('');
  });
});

describe('withoutForbidden', () => {
  it('drops controls, noncharacters and lone surrogates, and keeps all other text', () => {
    expect(withoutForbidden('a\0\x08\x0b\x1f\x7f\x85\x9fb\ufdd0\ufffe\uffff\u{1ffff}c\ud800d\udc00')).toBe(
      'abcd',
    );
    const kept = 'a\tb\n 中 👩‍👩‍👧 \ufffd\u{1f7fe} é \u00a0';
    expect(withoutForbidden(kept)).toBe(kept);
  });

  it('writes line breaks as LF and form feeds as spaces', () => {
    expect(withoutForbidden('a\r\nb\rc\fd')).toBe('a\nb\nc d');
  });
});

describe('summarise', () => {
  it('gives a short text as it is, in one line', () => {
    expect(summarise('\n a\n b ')).toBe('a b');
    expect(summarise(' \n')).toBeUndefined();
  });

  it('cuts at a word', () => {
    const summary = summarise('words and words '.repeat(40)) ?? '';
    expect(summary).toMatch(/(?:words|and)…$/);
    expect(summary.length).toBeGreaterThan(180);
    expect(summary.length).toBeLessThanOrEqual(201);
  });

  it('cuts scripts without spaces at the length, never within a character', () => {
    expect(summarise('中'.repeat(500))).toBe(`${'中'.repeat(200)}…`);
    expect(summarise(`a${'😀'.repeat(300)}`)).toBe(`a${'😀'.repeat(99)}…`);
  });
});

describe('countWords', () => {
  it('counts words between spaces and each Chinese or Japanese character', () => {
    expect(countWords('two words')).toBe(2);
    expect(countWords('网络安全，2021年')).toBe(6);
    expect(countWords('')).toBe(0);
  });
});
