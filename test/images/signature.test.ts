import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSigned } from '../../src/images/signature.ts';
import { parseTarget } from '../../src/images/target.ts';

/** Whether the address of a request is signed with one of the keys. */
async function isSignedAddress(path: string, keys: string[]): Promise<boolean | string> {
  const target = parseTarget(new URL(`https://proxy.example${path}`).href);
  return target.kind === 'target' && target.signature ? isSigned(target.signature, keys) : target.kind;
}

const sign = (key: string) =>
  createHmac('sha256', key).update('http://img.example/a.jpg?x=1').digest('base64url');

describe('a signature of ours', () => {
  it('is an HMAC-SHA-256 of the address as URL writes it', async () => {
    const mac = sign('key');
    for (const target of [
      'http://img.example/a.jpg?x=1',
      'HTTP%3A%2F%2FIMG.example%3A80%2Fa.jpg%3Fx%3D1%23top',
    ])
      expect(await isSignedAddress(`/s/${mac}?${target}`, ['key'])).toBe(true);
  });

  it('is valid although a client escapes an apostrophe on the way', async () => {
    const hmac = (text: string) => createHmac('sha256', 'key').update(text).digest('base64url');
    const [signed, arrives] = ["http://img.example/it's.jpg?a=%27", 'http://img.example/it%27s.jpg?a=%27'];
    for (const mac of [hmac(signed), hmac(arrives)])
      expect(await isSignedAddress(`/s/${mac}?http://img.example/it's.jpg?a='`, ['key'])).toBe(true);
    expect(await isSignedAddress(`/s/${hmac(signed)}?http://img.example/its.jpg`, ['key'])).toBe(false);
  });

  it('is valid under the current key and the former one, and under no other', async () => {
    const address = `/s/${sign('former')}?http://img.example/a.jpg?x=1`;
    expect(await isSignedAddress(address, ['current', 'former'])).toBe(true);
    expect(await isSignedAddress(address, ['current'])).toBe(false);
    expect(await isSignedAddress(address, [])).toBe(false);
  });

  it('is valid for its own target only', async () => {
    const mac = sign('key');
    expect(await isSignedAddress(`/s/${mac}?http://img.example/a.jpg?x=2`, ['key'])).toBe(false);
    expect(await isSignedAddress(`/s/${mac.slice(0, 40)}?http://img.example/a.jpg?x=1`, ['key'])).toBe(false);
  });
});

/** The key and address that go-camo's manual and tests show, in both of its encodings. */
const GOPHER = [
  '/0f6def1cb147b0e84f39cbddc5ea10c80253a6f3/687474703a2f2f676f6c616e672e6f72672f646f632f676f706865722f66726f6e74706167652e706e67',
  '/D23vHLFHsOhPOcvdxeoQyAJTpvM/aHR0cDovL2dvbGFuZy5vcmcvZG9jL2dvcGhlci9mcm9udHBhZ2UucG5n',
];

describe('a signature of go-camo', () => {
  it.each(GOPHER)('is valid as its manual shows it: %s', async (path) => {
    expect(await isSignedAddress(path, ['test'])).toBe(true);
    expect(await isSignedAddress(path, ['new', 'test'])).toBe(true);
    expect(await isSignedAddress(path, ['new'])).toBe(false);
  });

  it('is one of the bytes that were signed, whatever they mean', async () => {
    const key = 'a key: with = / +';
    for (const path of [
      // made with openssl, of http://img.example/图/a.jpg?x=1&y=%2F#top
      '/5D250ba49e74c9da05e4878fd4c8cd3327821f41/687474703a2f2f696d672e6578616d706c652fe59bbe2f612e6a70673f783d3126793d25324623746f70',
      '/XSULpJ50ydoF5IeP1MjNMyeCH0E=/aHR0cDovL2ltZy5leGFtcGxlL-Wbvi9hLmpwZz94PTEmeT0lMkYjdG9w',
    ]) {
      expect(await isSignedAddress(path, [key])).toBe(true);
      const target = parseTarget(new URL(`https://proxy.example${path}`).href);
      expect(target).toMatchObject({ url: new URL('http://img.example/%E5%9B%BE/a.jpg?x=1&y=%2F') });
    }
  });

  it('is valid in its own encoding and for its own target only', async () => {
    const [hex = '', base64 = ''] = GOPHER;
    const [, hexMac, hexUrl] = hex.split('/');
    const [, base64Mac, base64Url] = base64.split('/');
    for (const path of [`/${hexMac}/${base64Url}`, `/${base64Mac}/${base64Url}A`, `/${hexMac}/${hexUrl}2f`])
      expect(await isSignedAddress(path, ['test'])).not.toBe(true);
  });
});
