import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/images/target.ts';

/** Like a browser or a Worker: the URL is parsed and written out once before anybody sees it. */
const parse = (rest: string) => parseTarget(new URL(`https://proxy.example${rest}`).href);
const href = (rest: string) => {
  const target = parse(rest);
  return target.kind === 'target' ? target.url.href : target.kind;
};

describe('parseTarget', () => {
  it.each([
    ['raw', '/?http://a.example/b.jpg', 'http://a.example/b.jpg'],
    ['raw with a query of its own', '/?http://a.example/b?x=1&y=2?z', 'http://a.example/b?x=1&y=2?z'],
    [
      'raw with escapes, which stay',
      '/?http://a.example/a%2520b%2F?u=http%3A%2F%2Fc',
      'http://a.example/a%2520b%2F?u=http%3A%2F%2Fc',
    ],
    ['raw with a percent sign', '/?http://a.example/a?x=100%25', 'http://a.example/a?x=100%25'],
    ['raw with escapes that are not UTF-8', '/?http://a.example/%B0%A1.jpg', 'http://a.example/%B0%A1.jpg'],
    ['encoded once', '/?http%3A%2F%2Fa.example%2Fb%3Fx%3D1%26y%3D%252F', 'http://a.example/b?x=1&y=%2F'],
    ['encoded twice', '/?http%253A%252F%252Fa.example%252Fb%253Fx%253D1', 'http://a.example/b?x=1'],
    ['encoded in lower case', '/?https%3a%2f%2fa.example%2fb', 'https://a.example/b'],
    ['encoded with bytes that are not UTF-8', '/?http%3A%2F%2Fa.example%2F%B0%A1', 'http://a.example/%B0%A1'],
    ['as url=, encoded', '/?url=http%3A%2F%2Fa.example%2Fb%3Fx%3D1%26y%3D2', 'http://a.example/b?x=1&y=2'],
    [
      'as url=, encoded and without its scheme',
      '/?url=a.example%2Fb.jpg%3Fx%3D1',
      'http://a.example/b.jpg?x=1',
    ],
    ['as url=, with another parameter', '/?url=http%3A%2F%2Fa.example%2Fb&w=200', 'http://a.example/b'],
    ['as url=, raw', '/?url=http://a.example/b?x=1&y=2', 'http://a.example/b?x=1&y=2'],
    ['bare', '/?a.example/b.jpg', 'http://a.example/b.jpg'],
    ['bare without a path', '/?a.example', 'http://a.example/'],
    ['bare with a port', '/?a.example:8080/b.jpg', 'http://a.example:8080/b.jpg'],
    ['bare in another script', '/?bücher.example/a%20b.jpg', 'http://xn--bcher-kva.example/a%20b.jpg'],
    [
      'bare with an address as query',
      '/?a.example/b?u=http%3A%2F%2Fc',
      'http://a.example/b?u=http%3A%2F%2Fc',
    ],
    ['with two slashes', '/?//a.example/b.jpg', 'http://a.example/b.jpg'],
    ['with one slash lost', '/?https:/a.example/b.jpg', 'https://a.example/b.jpg'],
    ['with a fragment, which is dropped', '/?http%3A%2F%2Fa.example%2Fb%23c', 'http://a.example/b'],
    ['in base64url', '/aHR0cHM6Ly9hLmV4YW1wbGUvYi5qcGc_eD0x', 'https://a.example/b.jpg?x=1'],
    ['in base64url with padding', '/aHR0cDovL2EuZXhhbXBsZS9iLmpw==', 'http://a.example/b.jp'],
    [
      'in base64url, as Miniflux pads it',
      '/aHR0cDovL2EuZXhhbXBsZS_lm74uanA_eD0xJnk9Mg==',
      'http://a.example/%E5%9B%BE.jp?x=1&y=2',
    ],
    ['in base64url, its scheme in capitals', '/SFRUUDovL0EuRVhBTVBMRS9iLmpwZw==', 'http://a.example/b.jpg'],
    ['in base64url, encoded before', '/aHR0cCUzQSUyRiUyRmEuZXhhbXBsZSUyRmI_eA', 'http://a.example/b?x'],
    ['in base64url with escaped padding', '/aHR0cDovL2EuZXhhbXBsZS9iLmpw%3D%3D', 'http://a.example/b.jp'],
  ])('reads a target %s', (_, rest, expected) => expect(href(rest)).toBe(expected));

  it.each([
    '/',
    '/?page=2',
    '/?q=a.example',
    '/?utm_source=a.example/b',
    '/?before',
    '/feed.xml',
    '/feed.xml?http://a.example/',
    '/aHello',
    `/articles/${'a'.repeat(32)}`,
    `/posts/${'a'.repeat(32)}.md`,
    '/sources/0123456789ab/feed.xml',
    `/tags/${'a'.repeat(27)}/`,
    `/${'A'.repeat(26)}/aHR0cDovL2EuZXhhbXBsZS8`,
    `/${'A'.repeat(28)}/aHR0cDovL2EuZXhhbXBsZS8`,
    `/${'A'.repeat(27)}/aHR0cDovL2EuZXhhbXBsZS8/feed.xml`,
    `/${'a'.repeat(40)}/687`,
    `/${'a'.repeat(40)}/feed.xml`,
  ])('leaves an ordinary request alone: %s', (rest) => expect(parse(rest)).toEqual({ kind: 'none' }));

  it.each([
    '/?http://',
    '/?http://[::1',
    '/?http%25253A%25252F%25252Fa.example',
    '/?url=',
    '/?a.example:99999/',
    '/aHR0c',
    `/${'A'.repeat(27)}/AAAA`,
    `/${'a'.repeat(40)}/00ff`,
    `/s/${'A'.repeat(41)}?http://a.example/`,
  ])('refuses what is not an address: %s', (rest) => expect(parse(rest).kind).toBe('refused'));

  it('hands addresses of every scheme and network on to be judged', () => {
    expect(href('/?javascript:alert(1)')).toBe('javascript:alert(1)');
    expect(href('/?file%3A%2F%2F%2Fetc%2Fpasswd')).toBe('file:///etc/passwd');
    expect(href('/?localhost/a.jpg')).toBe('http://localhost/a.jpg');
    expect(href('/?10.0.0.1:8080/a.jpg')).toBe('http://10.0.0.1:8080/a.jpg');
    expect(href('/?[::1]:80/a.jpg')).toBe('http://[::1]/a.jpg');
  });

  it('reads the signature of a signed address', () => {
    const bytes = (...of: [number, number][]) =>
      Uint8Array.from(of.flatMap(([n, byte]) => Array(n).fill(byte)));
    expect(parse(`/s/${'A'.repeat(43)}?http://a.example/`)).toMatchObject({
      signature: { hash: 'SHA-256', mac: bytes([32, 0]) },
    });
    for (const path of [
      `/${'A'.repeat(27)}/aHR0cDovL2EuZXhhbXBsZS8`,
      `/${'A'.repeat(27)}%3D/aHR0cDovL2EuZXhhbXBsZS8%3d`,
      `/${'0'.repeat(40)}/687474703A2F2F612e6578616d706c652F?w=1`,
    ])
      expect(parse(path)).toMatchObject({
        url: new URL('http://a.example/'),
        signature: { hash: 'SHA-1', mac: bytes([20, 0]) },
      });
    expect(parse('/s/short?http://a.example/')).toEqual({ kind: 'none' });
  });

  it('reads options from the path, before every form, and leaves those of the target to it', () => {
    const encoded = 'aHR0cDovL2EuZXhhbXBsZS8_dz0x';
    for (const rest of [
      '/placeholder/?http://a.example/?w=1',
      '/placeholder/?url=http%3A%2F%2Fa.example%2F%3Fw%3D1',
      `/placeholder/${encoded}`,
      `/placeholder/${'A'.repeat(27)}/${encoded}`,
      `/placeholder/s/${'A'.repeat(43)}?http://a.example/?w=1`,
    ])
      expect(parse(rest), rest).toMatchObject({
        url: new URL('http://a.example/?w=1'),
        options: { placeholder: true },
      });
    expect(parse('/?http://a.example/placeholder/?placeholder')).toMatchObject({
      url: new URL('http://a.example/placeholder/?placeholder'),
      options: {},
    });
    expect(parse('/w=640,format=auto,placeholder/?http://a.example/?w=1,format=auto')).toMatchObject({
      url: new URL('http://a.example/?w=1,format=auto'),
      options: { width: 640, format: 'auto', placeholder: true },
    });
    expect(parse('/placeholder/')).toEqual({ kind: 'none' });
    expect(parse('/placeholder/feed.xml')).toEqual({ kind: 'none' });
    expect(parse('/placeholders/?http://a.example/')).toEqual({ kind: 'none' });
    for (const wrong of [
      'placeholder,q=80',
      'w=',
      'w=0',
      'w=064',
      'w=6.4',
      'w=-1',
      'w=100000',
      'w=64%30',
      'format=png',
      'w=1,',
    ])
      expect(parse(`/${wrong}/?http://a.example/`), wrong).toMatchObject({ kind: 'refused' });
  });

  it('knows a few widths, and takes the next wider one', () => {
    const widths = ['1', '160', '161', '641', '2560', '2561', '99999'].map((width) => {
      const target = parse(`/w=${width}/?http://a.example/`);
      return target.kind === 'target' ? target.options.width : target.kind;
    });
    expect(widths).toEqual([160, 160, 320, 960, 2560, 2560, 2560]);
  });

  it('reads any text without failing, in time that grows with its length only', () => {
    const start = performance.now();
    for (const part of ['.', '%3A', '%', '&', '/', ':', '[', '@', 'url=', '%252F', '=', '\\'])
      expect(['target', 'refused', 'none']).toContain(parse(`/?${part.repeat(100_000 / part.length)}`).kind);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
