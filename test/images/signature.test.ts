import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSigned, signTarget } from '../../src/images/signature.ts';

const url = new URL('http://img.example/a.jpg?x=1#top');

describe('signed addresses', () => {
  it('carry an HMAC-SHA-256 of the target without its fragment', async () => {
    const expected = createHmac('sha256', 'key').update('http://img.example/a.jpg?x=1').digest('base64url');
    expect(await signTarget(url, 'key')).toBe(expected);
  });

  it('are valid under the current key and the former one, and under no other', async () => {
    const signature = await signTarget(url, 'former');
    expect(await isSigned(url, signature, ['current', 'former'])).toBe(true);
    expect(await isSigned(url, signature, ['current'])).toBe(false);
    expect(await isSigned(url, signature, [])).toBe(false);
  });

  it('are valid for their own target only', async () => {
    const signature = await signTarget(url, 'key');
    expect(await isSigned(new URL('http://img.example/a.jpg?x=2'), signature, ['key'])).toBe(false);
    expect(await isSigned(url, '', ['key'])).toBe(false);
    expect(await isSigned(url, '~~~', ['key'])).toBe(false);
  });
});
