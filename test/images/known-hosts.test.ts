import { describe, expect, it } from 'vitest';
import type { KnownHost } from '../../src/images/access.ts';
import { KnownHosts } from '../../src/images/known-hosts.ts';

describe('what is known of a picture’s host', () => {
  const picture = new URL('https://img.example/a.jpg');

  it('is looked up once a minute, and again when something was learned', async () => {
    const known = new KnownHosts();
    let asked = 0;
    const find = async (): Promise<KnownHost> => {
      asked += 1;
      return { page: `https://blog.example/${asked}` };
    };
    const pageAt = async (now: number) => (await known.of(picture, find, now))?.page;
    expect(await pageAt(0)).toBe('https://blog.example/1');
    expect(await pageAt(59_999)).toBe('https://blog.example/1');
    expect(await pageAt(60_000)).toBe('https://blog.example/2');
    known.forget();
    expect(await pageAt(60_001)).toBe('https://blog.example/3');
  });

  it('is not remembered while an article has yet to show it', async () => {
    const known = new KnownHosts();
    expect(await known.of(picture, async () => undefined, 0)).toBeUndefined();
    expect(await known.of(picture, async () => ({}), 1)).toEqual({});
  });
});
