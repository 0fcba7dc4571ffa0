import { decodeHTMLStrict } from 'entities/decode';
import { describe, expect, it } from 'vitest';
import { DeclaredEntities, decodeReferences } from '../../src/parse/xml-references.ts';

describe('references', () => {
  it.each([
    ['&lt;p class=&quot;a&quot;&gt;', '<p class="a">'],
    ['Q&amp;A &#8211; it&apos;s', "Q&A – it's"],
    ['caf&eacute;&nbsp;&hellip;', 'café\u00a0…'],
    ['&#x4E2D;&#25991;', '中文'],
    ['&lang;x&rang;', '⟨x⟩'],
    // numbers of C1 controls were meant as windows-1252
    ['&#146;', '’'],
    ['&#0;&#xD800;&#x110000;', '\ufffd\ufffd\ufffd'],
  ])('%s is %s', (written, meant) => {
    expect(decodeReferences(written)).toBe(meant);
  });

  it.each(['&amp;lt;', '&#38;lt;', '&amp;#60;', '&#38;amp;', '&amp;amp;quot;', '&am&lt;p;'])(
    '%s is decoded once',
    (written) => {
      expect(decodeReferences(written)).toBe(decodeHTMLStrict(written));
    },
  );

  it.each(['AT&T', 'a & b; c', '&;', '&#;', '&#x;', '&#12a;', '&unheardof;', '&'])(
    '%s is text',
    (written) => {
      expect(decodeReferences(written)).toBe(written);
    },
  );

  it('are, where they have a name of HTML 4 or a number, what an HTML parser makes of them', () => {
    const names =
      'quot amp lt gt nbsp sup2 yuml OElig Yuml fnof Omega thetasym zwnj bdquo Dagger hearts diams'.split(
        ' ',
      );
    for (const name of names) expect(decodeReferences(`&${name};`)).toBe(decodeHTMLStrict(`&${name};`));
    for (let code = 0; code < 0x300; code++)
      expect(decodeReferences(`&#${code};`)).toBe(decodeHTMLStrict(`&#${code};`));
  });

  it('may be declared by the document, which comes before what they mean elsewhere', () => {
    const declared = DeclaredEntities.from(
      'DOCTYPE rss [<!ENTITY hellip "and so on"><!ENTITY me "A &amp; B">]',
    );
    expect(decodeReferences('&me;, &hellip; &copy;', declared)).toBe('A & B, and so on ©');
  });
});
