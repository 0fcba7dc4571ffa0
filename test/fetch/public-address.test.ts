import { describe, expect, it } from 'vitest';
import { type AddressPolicy, checkAddress } from '../../src/fetch/public-address.ts';

const policy: AddressPolicy = {
  allowedOrigins: new Set(['http://127.0.0.1:4801', 'https://rsshub.example.org:1200']),
  ownHosts: new Set(['feeds.example.org', '127.0.0.1:8787']),
};

const kind = (url: string) => checkAddress(new URL(url), policy).kind;

describe('checkAddress', () => {
  it.each([
    'https://example.com/a.jpg',
    'http://example.com:8080/',
    'http://example.com./a.jpg',
    'https://bücher.example.net/',
    'https://_dmarc.example.net/',
    'http://internal.example.com/',
    'http://127.0.0.1.example.com/',
    'http://mysslip.io/',
    'http://8.8.8.8/',
    'http://192.0.1.1/',
    'http://[2606:4700::1111]/',
    'http://[2001:200::1]/',
  ])('allows %s', (url) => expect(kind(url)).toBe('allowed'));

  it.each([
    ['another scheme', 'ftp://example.com/'],
    ['credentials', 'http://user@example.com/'],
    ['a database port', 'http://example.com:6379/'],
    ['loopback in decimal', 'http://2130706433/'],
    ['loopback in full-width digits', 'http://１２７.１/'],
    ['the first private network', 'http://10.1.2.3/'],
    ['a cloud metadata service', 'http://169.254.169.254/latest/'],
    ['carrier-grade NAT', 'http://100.100.100.200/'],
    ['documentation', 'http://203.0.113.7/'],
    ['multicast', 'http://224.0.0.1/'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['an IPv4 address mapped into IPv6', 'http://[::ffff:8.8.8.8]/'],
    ['a unique local address', 'http://[fd12::1]/'],
    ['Teredo', 'http://[2001:0:1::1]/'],
    ['6to4', 'http://[2002:a00:1::]/'],
    ['ISATAP', 'http://[2606:4700::5efe:10.0.0.1]/'],
    ['ISATAP with the universal bit', 'http://[2606:4700::200:5efe:8.8.8.8]/'],
    ['NAT64', 'http://[64:ff9b::8.8.8.8]/'],
    ['a single label', 'http://router/'],
    ['localhost with a dot', 'http://localhost./'],
    ['a name below localhost', 'http://a.b.localhost/'],
    ['a name of a home network', 'http://nas.home.arpa/'],
    ['a name of an internal network', 'http://metadata.google.internal./'],
    ['an address written in a name', 'http://a.10-0-0-1.sslip.io/'],
    ['empty labels', 'http://a..b/'],
    ['two dots at the end', 'http://example.com../'],
    ['a hyphen for a name', 'http://-/'],
    ['a host with odd characters', "http://a'b.example/"],
    ['a label that is too long', `http://${'a'.repeat(64)}.example/`],
    ['our own host', 'https://feeds.example.org/?http://example.com/'],
    ['our own host with another scheme, a port and a dot', 'http://feeds.example.org.:8080/'],
  ])('refuses %s', (_, url) => expect(kind(url)).toBe('refused'));

  it('says in a sentence why an address is refused', () => {
    const verdict = checkAddress(new URL('http://10.0.0.1/'), policy);
    expect(verdict).toEqual({
      kind: 'refused',
      detail: '10.0.0.1 is not a public address (a private network)',
    });
  });

  it('lets a configured private origin pass, and nothing beside it', () => {
    expect(kind('http://127.0.0.1:4801/feed.xml')).toBe('allowed');
    expect(kind('https://rsshub.example.org:1200/')).toBe('allowed');
    expect(kind('https://127.0.0.1:4801/')).toBe('refused');
    expect(kind('http://127.0.0.1:4802/')).toBe('refused');
    expect(kind('http://localhost:4801/')).toBe('refused');
    expect(kind('http://user@127.0.0.1:4801/')).toBe('refused');
  });

  it('refuses our own origin even when it is also configured as a source', () => {
    const both = { ...policy, allowedOrigins: new Set(['http://127.0.0.1:8787']) };
    expect(checkAddress(new URL('http://127.0.0.1:8787/feed.xml'), both).kind).toBe('refused');
  });
});
