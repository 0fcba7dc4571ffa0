import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { IsolateMemory } from '../../src/images/isolate-memory.ts';
import { type ProxyDeps, proxyImage } from '../../src/images/proxy.ts';
import type { Answer } from '../support/origin.ts';
import { answerWith, requestsSeen } from './follow.ts';

const STORED = { 'Cache-Control': 'max-age=3600' };
const NOT_STORED = { 'Cache-Control': 'no-store' };

/** A GIF as far as its first bytes tell, of which no two pieces are alike. */
function gifOf(length: number): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  bytes.set(new TextEncoder().encode('GIF89a'));
  return bytes;
}

function withLength(length: number, headers: Record<string, string>): Record<string, string> {
  return { ...headers, 'Content-Length': String(length) };
}

/** What `toEqual` says of megabytes it takes a second to say. */
function expectSame(bytes: Uint8Array, picture: Uint8Array): void {
  expect(bytes.length).toBe(picture.length);
  expect(Buffer.compare(bytes, picture)).toBe(0);
}

let pictures = 0;

/** An isolate that gives up soon, and an origin with one picture of its own. */
async function setUp(body: Uint8Array, answer: Answer, changes: Partial<ProxyDeps> = {}) {
  pictures += 1;
  const path = `/picture-${pictures}.gif`;
  const base64 = Buffer.from(body).toString('base64');
  await answerWith({ [path]: { ...answer, body: { base64 } } });
  const memory = new IsolateMemory();
  const ask = async () => {
    const context = createExecutionContext();
    const response = await proxyImage(new Request(`https://proxy.example/?${env.ORIGIN}${path}`), {
      fetch,
      policy: { allowedOrigins: new Set([env.ORIGIN]), ownHosts: new Set() },
      isSource: async () => false,
      access: { mode: 'open', hosts: [], signingKeys: [] },
      knownHost: async () => undefined,
      rememberReferer: async () => {},
      cache: caches.default,
      memory,
      now: Date.now(),
      waitUntil: (work) => context.waitUntil(work),
      userAgent: 'Tributary/1',
      idleTimeoutMs: 200,
      headerTimeoutMs: 200,
      ...changes,
    });
    return { response, settled: () => waitOnExecutionContext(context) };
  };
  const read = async () => {
    const { response, settled } = await ask();
    const bytes = new Uint8Array(await response.arrayBuffer());
    await settled();
    return { bytes, headers: response.headers };
  };
  /** Why the body of an answer that began as a picture breaks off, and how long that took. */
  const breakOff = async () => {
    const { response, settled } = await ask();
    expect(response.status).toBe(200);
    const start = Date.now();
    const reason = await response.arrayBuffer().then(
      () => 'it does not',
      (error: Error) => error.message,
    );
    const ms = Date.now() - start;
    await settled();
    return { reason, ms };
  };
  return { ask, read, breakOff };
}

describe('a picture in workerd', () => {
  it.each([[100], [70_000], [3_000_000]])(
    'of %i bytes is the same from its origin, the cache and the memory, and is asked for once',
    async (length) => {
      const picture = gifOf(length);
      const { read } = await setUp(picture, { headers: withLength(length, STORED) });
      for (let time = 0; time < 4; time += 1) {
        const { bytes, headers } = await read();
        expectSame(bytes, picture);
        expect(headers.get('Content-Length')).toBe(String(length));
      }
      expect(await requestsSeen()).toHaveLength(1);
    },
  );

  it.each([[100], [70_000], [3_000_000]])(
    'of %i bytes whose origin does not say so is the same all the same, and is asked for once',
    async (length) => {
      const { read } = await setUp(gifOf(length), { headers: STORED });
      for (let time = 0; time < 4; time += 1) expectSame((await read()).bytes, gifOf(length));
      expect((await read()).headers.get('Content-Length')).toBe(length < 2_000_000 ? String(length) : null);
      expect(await requestsSeen()).toHaveLength(1);
    },
  );

  it('that may not be stored is asked for each time, and passed on whole', async () => {
    const picture = gifOf(300_000);
    const { read } = await setUp(picture, { headers: withLength(300_000, NOT_STORED) });
    expectSame((await read()).bytes, picture);
    expectSame((await read()).bytes, picture);
    expect(await requestsSeen()).toHaveLength(2);
  });

  it('is stored once by a crowd that asks for it at the same time', async () => {
    const picture = gifOf(300_000);
    const puts: string[] = [];
    const cache = {
      match: async () => undefined,
      put: async (key: string, response: Response) => {
        puts.push(key);
        await response.arrayBuffer();
      },
      delete: async () => {},
    };
    const { ask } = await setUp(picture, { headers: withLength(300_000, STORED) }, { cache });
    const answers = await Promise.all([ask(), ask(), ask()]);
    for (const { response } of answers) expectSame(new Uint8Array(await response.arrayBuffer()), picture);
    expect(puts).toHaveLength(1);
  });

  it('is kept in memory where there is no cache', async () => {
    const broken = () => Promise.reject(new Error('no cache'));
    const { read } = await setUp(
      gifOf(300_000),
      { headers: withLength(300_000, STORED) },
      { cache: { match: broken, put: broken, delete: broken } },
    );
    for (let time = 0; time < 4; time += 1) expectSame((await read()).bytes, gifOf(300_000));
    expect(await requestsSeen()).toHaveLength(2);
  });
});

describe('an origin of pictures', () => {
  it('that says nothing has until its headers are due', async () => {
    const { ask } = await setUp(gifOf(100), { hangs: true });
    expect((await ask()).response.status).toBe(504);
  });

  it.each([
    ['stops', { bytes: 3 }],
    ['drips', { bytes: 3, everyMs: 20 }],
  ])('that %s before its type shows has no longer than that', async (_, drip) => {
    const { ask } = await setUp(gifOf(5000), { headers: STORED, drip });
    expect((await ask()).response.status).toBe(504);
  });

  it.each([
    ['stored', STORED, 'stops', { bytes: 5000 }],
    ['stored', STORED, 'drips', { bytes: 5000, everyMs: 20 }],
    ['passed on by the runtime', withLength(9000, NOT_STORED), 'stops', { bytes: 5000 }],
    ['passed on by the runtime', withLength(9000, NOT_STORED), 'drips', { bytes: 5000, everyMs: 20 }],
    ['of unknown length', NOT_STORED, 'stops', { bytes: 5000 }],
    ['of unknown length', NOT_STORED, 'drips', { bytes: 5000, everyMs: 20 }],
  ])('whose picture is %s (%o) is given up when it %s in the middle', async (_, headers, __, drip) => {
    const { breakOff } = await setUp(gifOf(9000), { headers, drip });
    const { reason, ms } = await breakOff();
    expect(reason).not.toBe('it does not');
    // 200 ms, and a ms for each 8 bytes
    expect(ms).toBeLessThan(200 + 9000 / 8 + 1000);
  });

  it.each([
    ['stored', STORED],
    ['not stored', NOT_STORED],
  ])('that hides the length of a picture too large (%s) is cut off', async (_, headers) => {
    const { breakOff } = await setUp(gifOf(90_000), { headers }, { limitBytes: 80_000 });
    expect((await breakOff()).reason).toMatch(/larger than 80000/);
    expect((await breakOff()).reason).toMatch(/larger than 80000/);
  });

  it.each([
    ['named', 300_000],
    ['not named', undefined],
  ])('leaves nothing in the cache when a client goes away, its length %s', async (_, length) => {
    const headers = length === undefined ? STORED : withLength(length, STORED);
    const { ask, read } = await setUp(gifOf(300_000), { headers });
    const { response, settled } = await ask();
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await settled();
    expectSame((await read()).bytes, gifOf(300_000));
    expect(await requestsSeen()).toHaveLength(2);
  });

  it('that names the length of a picture too large is refused', async () => {
    const headers = withLength(90_000, NOT_STORED);
    const { ask } = await setUp(gifOf(90_000), { headers }, { limitBytes: 80_000 });
    expect((await ask()).response.status).toBe(502);
  });

  it('may be slow with a client that is slow', async () => {
    const picture = gifOf(2_000_000);
    const { ask } = await setUp(picture, { headers: withLength(2_000_000, STORED) });
    const reader = (await ask()).response.body?.getReader();
    let length = 0;
    for (let pieces = 0; ; pieces += 1) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) break;
      length += value?.length ?? 0;
      if (pieces < 3) await scheduler.wait(250);
    }
    expect(length).toBe(2_000_000);
  });
});
