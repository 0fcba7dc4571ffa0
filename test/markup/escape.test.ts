import { expect, it } from 'vitest';
import { escapeAttribute, escapeText } from '../../src/markup/escape.ts';

it('escapes what would be markup in text', () => {
  expect(escapeText('a & b < c > "d"')).toBe('a &amp; b &lt; c &gt; "d"');
});

it('escapes quotes and line breaks in attributes, which XML would fold', () => {
  expect(escapeAttribute('a "b"\n\t&<>')).toBe('a &quot;b&quot;&#10;&#9;&amp;&lt;&gt;');
});
