import { describe, expect, it } from 'vitest';
import { HotCopies } from '../../src/images/hot-copies.ts';
import { MemoryCache } from '../support/memory-cache.ts';

const NOW = 1_000_000;
const key = (name: string) => new Request(`https://proxy.example/cached-picture/plain?${name}`);

/** A cache that counts how often it is asked, and its hot copies. */
function setUp() {
  const cache = new MemoryCache(NOW);
  let asked = 0;
  const match = cache.match.bind(cache);
  cache.match = (request) => {
    asked += 1;
    return match(request);
  };
  const copies = new HotCopies();
  const put = (name: string, length: number, type = 'image/gif') =>
    copies.over(cache, NOW).put(
      key(name),
      new Response(new Uint8Array(length).fill(7), {
        headers: { 'content-type': type, 'content-length': String(length), 'cache-control': 'max-age=999' },
      }),
    );
  const find = async (name: string, now = NOW) => {
    const found = await copies.over(cache, now).match(key(name));
    return found === undefined ? undefined : new Uint8Array(await found.arrayBuffer());
  };
  return { cache, copies, put, find, asked: () => asked };
}

describe('small pictures in memory', () => {
  it('are read from the cache once a minute', async () => {
    const { put, find, asked } = setUp();
    await put('a', 3);
    for (const later of [0, 1, 59_999])
      expect(await find('a', NOW + later)).toEqual(new Uint8Array([7, 7, 7]));
    expect(asked()).toBe(1);
    await find('a', NOW + 60_000);
    expect(asked()).toBe(2);
  });

  it('give way to what is stored anew', async () => {
    const { put, find } = setUp();
    await put('a', 3);
    await find('a');
    await put('a', 4);
    expect(await find('a')).toHaveLength(4);
  });

  it('are pictures of at most 64 KB, and whole', async () => {
    const { cache, copies, put, find, asked } = setUp();
    await put('large', 65_537);
    await put('failure', 3, 'text/plain');
    for (const name of ['large', 'large', 'failure', 'failure', 'absent', 'absent']) await find(name);
    expect(asked()).toBe(6);
    await put('a', 3);
    await find('a');
    const part = await copies
      .over(cache, NOW)
      .match(new Request(key('a').url, { headers: { range: 'bytes=0-0' } }));
    expect(part?.status).toBe(206);
  });

  it('take no more than 8 MB, the newest ones', async () => {
    const { put, find, asked } = setUp();
    for (let i = 0; i < 150; i += 1) {
      await put(String(i), 60_000);
      await find(String(i));
    }
    await find('149');
    expect(asked()).toBe(150);
    await find('0');
    expect(asked()).toBe(151);
  });
});
