import { describe, expect, it } from 'vitest';
import { HotCopies } from '../../src/images/hot-copies.ts';
import type { PictureStream } from '../../src/images/picture-cache.ts';

const NOW = 1_000_000;

/** Hot copies, and a reader of pictures in front of a cache that counts how often it is asked. */
function setUp() {
  const copies = new HotCopies();
  const counts = { asked: 0 };
  const find = async (name: string, { length = 3, now = NOW } = {}) => {
    const hot = copies.find(name, now);
    if (!hot) counts.asked += 1;
    const body = new Response(new Uint8Array(length).fill(7)).body;
    const stored = { body, facts: { type: 'image/gif' }, length, freshUntil: NOW + 1 };
    const picture = hot ?? (await copies.keep(name, stored, now));
    return new Uint8Array(await new Response(picture.body).arrayBuffer());
  };
  return { copies, find, counts };
}

describe('pictures in memory', () => {
  it('are those that were asked for twice within a minute, and are good for another', async () => {
    const { find, counts } = setUp();
    for (const [later, asked] of [
      [0, 1],
      [60_000, 2],
      [119_999, 3],
      [120_000, 3],
      [179_998, 3],
      [179_999, 4],
      [180_000, 4],
    ] as const) {
      expect(await find('a', { now: NOW + later })).toEqual(new Uint8Array([7, 7, 7]));
      expect([later, counts.asked]).toEqual([later, asked]);
    }
  });

  it('give way to what is newer', async () => {
    const { copies, find } = setUp();
    await find('a');
    await find('a');
    copies.drop('a');
    expect(await find('a', { length: 4 })).toHaveLength(4);
    expect(await find('a', { length: 5 })).toHaveLength(4);
  });

  it('have at most 2 MB', async () => {
    const { find, counts } = setUp();
    for (let i = 0; i < 3; i += 1) await find('large', { length: 2_000_001 });
    for (let i = 0; i < 3; i += 1) await find('small', { length: 2_000_000 });
    expect(counts.asked).toBe(3 + 2);
  });

  it('take no more than 16 MB, the newest ones', async () => {
    const { find, counts } = setUp();
    for (let i = 0; i < 9; i += 1) {
      await find(String(i), { length: 2_000_000 });
      await find(String(i), { length: 2_000_000 });
    }
    counts.asked = 0;
    for (let i = 1; i < 9; i += 1) await find(String(i), { length: 2_000_000 });
    expect(counts.asked).toBe(0);
    await find('0', { length: 2_000_000 });
    expect(counts.asked).toBe(1);
  });

  it('may be of unknown length, and get one', async () => {
    const { copies } = setUp();
    const arrive = (body: BodyInit) =>
      copies.keep('a', { body, facts: { type: 'image/gif' }, length: undefined, freshUntil: NOW + 1 }, NOW);
    const stream = () => new Response('GIF').body as PictureStream;
    expect((await arrive(stream())).length).toBeUndefined();
    const kept = await arrive(stream());
    expect([await new Response(kept.body).text(), kept.length]).toEqual(['GIF', 3]);
    expect(copies.find('a', NOW)?.length).toBe(3);
  });

  it('of unknown length come through whole when they are too large, and are tried once', async () => {
    const { copies } = setUp();
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, i) => i % 251);
    const arrive = async () => {
      const body = new Response(bytes).body as PictureStream;
      const picture = { body, facts: { type: 'image/gif' }, length: undefined, freshUntil: NOW + 1 };
      const kept = await copies.keep('a', picture, NOW);
      const isSame = Buffer.from(await new Response(kept.body).arrayBuffer()).equals(Buffer.from(bytes));
      return { isSame, isTouched: kept.body !== body };
    };
    expect(await arrive()).toEqual({ isSame: true, isTouched: false });
    expect(await arrive()).toEqual({ isSame: true, isTouched: true });
    expect(await arrive()).toEqual({ isSame: true, isTouched: false });
    expect(copies.find('a', NOW)).toBeUndefined();
  });

  it('are read in once, however many ask at the same time', async () => {
    const { copies } = setUp();
    const arrive = () => {
      const body = new Response('GIF').body;
      const picture = { body, facts: { type: 'image/gif' }, length: 3, freshUntil: NOW + 1 };
      return copies.keep('a', picture, NOW).then((kept) => kept.body === body);
    };
    await arrive();
    expect(await Promise.all([arrive(), arrive(), arrive()])).toEqual([false, true, true]);
  });

  it('are not made of one that breaks off, which may be tried again', async () => {
    const { copies, find, counts } = setUp();
    await find('a');
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new Error('broken')),
    });
    const broken = { body, facts: { type: 'image/gif' }, length: 3, freshUntil: NOW + 1 };
    await expect(copies.keep('a', broken, NOW)).rejects.toThrow('broken');
    await find('a');
    await find('a');
    expect(counts.asked).toBe(2);
  });
});
