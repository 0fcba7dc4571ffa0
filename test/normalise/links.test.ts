import { describe, expect, it } from 'vitest';
import { absoluteUrl, contactUrl, withoutTracking } from '../../src/normalise/links.ts';

describe('absoluteUrl', () => {
  const base = 'http://example.org/posts/one.html';

  it.each([
    ['keeps an address that is absolute', 'https://e.org/a.jpg?b=1&c#d', 'https://e.org/a.jpg?b=1&c#d'],
    ['resolves against the base, not its origin', '../a.jpg', 'http://example.org/a.jpg'],
    ['resolves a path without a slash', 'b.html', 'http://example.org/posts/b.html'],
    ['resolves a query', '?p=2', 'http://example.org/posts/one.html?p=2'],
    ['reads // as https, whatever the base', '//e.org/a', 'https://e.org/a'],
    ['trims white space and line breaks', ' \n https://e.org/a\n', 'https://e.org/a'],
    ['encodes spaces', 'https://e.org/a b', 'https://e.org/a%20b'],
    ['encodes what is not ASCII', 'https://e.org/图', 'https://e.org/%E5%9B%BE'],
    ['takes credentials away', 'https://me:secret@e.org/', 'https://e.org/'],
    ['walks dot segments', 'https://e.org/a/../b/./c', 'https://e.org/b/c'],
    ['walks encoded dot segments', 'https://e.org/a/%2e%2e/b', 'https://e.org/b'],
    ['reads hosts in lower case', 'https://E.ORG/A', 'https://e.org/A'],
  ])('%s', (_, reference, expected) => {
    expect(absoluteUrl(reference, base)).toBe(expected);
  });

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['a script broken by a line break', 'java\nscript:alert(1)'],
    ['a script behind a control character', '\x01javascript:alert(1)'],
    ['a data address', 'data:text/html,x'],
    ['a file', 'file:///etc/passwd'],
    ['mail', 'mailto:a@e.org'],
    ['nothing', '  '],
    ['a host that is none', 'http://exa|mple/'],
    ['an address of 10,000 characters', `https://e.org/${'a'.repeat(10_000)}`],
  ])('refuses %s', (_, reference) => {
    expect(absoluteUrl(reference, base)).toBeUndefined();
  });

  it('refuses a relative reference without a base', () => {
    expect(absoluteUrl('a.html')).toBeUndefined();
  });

  it('does not resolve against a base of thousands of characters, which every link would repeat', () => {
    expect(absoluteUrl('a.html', `https://e.org/${'a'.repeat(3000)}/`)).toBeUndefined();
  });

  it('leaves addresses as the URL parser would write them, so that it can be asked twice', () => {
    for (const reference of [
      'https://e.org/a;b,c=(d)?e[]=f',
      'http://1.2.3.4/',
      'https://e.org/%E5%9B%BE/.x',
    ]) {
      const once = absoluteUrl(reference, base) ?? '';
      expect(once).toBe(new URL(reference).href);
      expect(absoluteUrl(once)).toBe(once);
    }
  });
});

describe('absoluteUrl beside the URL parser', () => {
  const PIECES = [
    ...'https:// http:// HTTP:// / // \\ a b.c .org . .. %2e % %zz ? # = & : @ 8080 ~ ! xn--a.b - _ 0x1'.split(
      ' ',
    ),
    ...['127.0.0.1', "'", '"', '|', '[', 'é', '中', '\t', ' ', '(', '+', ',', ';', '*', '$', '{', 'A'],
  ];
  const BASES = [
    'https://e.org/posts/',
    'http://a.b/c?d#e',
    'https://u:p@h.org:8080/x',
    'http://[::1]/a',
    'http://é.fr/',
  ];

  function slowly(reference: string, base: string): string | undefined {
    const trimmed = reference.trim();
    const url = trimmed && URL.parse(trimmed.startsWith('//') ? `https:${trimmed}` : trimmed, base);
    if (!url || !/^https?:$/.test(url.protocol)) return undefined;
    url.username = url.password = '';
    return url.href;
  }

  it('gives what the parser gives, for 50,000 references put together from pieces', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const pick = (list: readonly string[]): string => list[random(list.length)] ?? '';
    for (let count = 0; count < 50_000; count++) {
      const start = pick(['', '/', '/', 'https://e.org/', 'https://e.org/']);
      const reference = start + Array.from({ length: random(8) }, () => pick(PIECES)).join('');
      const base = pick(BASES);
      if (absoluteUrl(reference, base) !== slowly(reference, base))
        expect([reference, base, absoluteUrl(reference, base)]).toEqual([
          reference,
          base,
          slowly(reference, base),
        ]);
    }
  });
});

describe('contactUrl', () => {
  it('takes mail and telephone numbers, and nothing else', () => {
    expect(contactUrl(' MAILTO:a@e.org?subject=x y')).toBe('mailto:a@e.org?subject=x%20y');
    expect(contactUrl('tel:+86-10')).toBe('tel:+86-10');
    expect(contactUrl('sms:1')).toBeUndefined();
    expect(contactUrl('javascript:mailto:a')).toBeUndefined();
  });
});

describe('withoutTracking', () => {
  it.each([
    ['https://e.org/?utm_source=rss&id=1', 'https://e.org/?id=1'],
    ['https://e.org/?UTM_Medium=x', 'https://e.org/'],
    ['https://e.org/?id=1&fbclid=x#part', 'https://e.org/?id=1#part'],
    ['https://e.org/?__readwiseLocation=x', 'https://e.org/'],
    ['https://e.org/?a=%20b&gclid', 'https://e.org/?a=%20b'],
    ['https://e.org/?a=1&amp;utm_source=x', 'https://e.org/?a=1'],
    ['https://e.org/?spm=a.b&scm=1.2&scm_id=3&vd_source=4', 'https://e.org/'],
    ['https://m.bilibili.com/video/BV1?from=search&p=2', 'https://m.bilibili.com/video/BV1?p=2'],
    ['https://youtu.be/x?si=abc&t=10', 'https://youtu.be/x?t=10'],
  ])('%s becomes %s', (url, expected) => {
    expect(withoutTracking(url)).toBe(expected);
  });

  it.each([
    'https://e.org/?crop/1420x708/format/webp',
    'https://e.org/?pk=5&ga=1&from=home&s=word&source=x',
    'https://e.org/#/?utm_source=x',
    'https://e.org/utm_source=x',
    'https://notbilibili.com/?from=x',
    'https://e.org/?',
    'https://e.org/?=utm_source',
  ])('leaves %s alone', (url) => {
    expect(withoutTracking(url)).toBe(url);
  });

  it('takes `ref` away only when it names the site itself', () => {
    expect(withoutTracking('https://e.org/?ref=www.blog.org', { siteHost: 'blog.org' })).toBe(
      'https://e.org/',
    );
    expect(withoutTracking('https://e.org/?ref=main', { siteHost: 'blog.org' })).toBe(
      'https://e.org/?ref=main',
    );
    expect(withoutTracking('https://e.org/?ref=blog.org')).toBe('https://e.org/?ref=blog.org');
  });
});
