import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { IsolateMemory } from '../../src/images/isolate-memory.ts';
import { proxyImage } from '../../src/images/proxy.ts';
import { PictureCountStore } from '../../src/store/picture-count-store.ts';
import { PictureStore } from '../../src/store/picture-store.ts';
import type { Answer } from '../support/origin.ts';
import { answerWith, call, follow, pollAll, requestsSeen, rss } from './follow.ts';

/** Counts are saved after five seconds; nobody waits for them here. */
const { setTimeout: later } = globalThis;
vi.stubGlobal('setTimeout', (work: () => void, ms: number) => later(work, ms === 5_000 ? 0 : ms));

const GIF = { base64: 'R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=' };

/** Asks a Worker that its owner has set up in his own way, and waits for what it leaves for later. */
async function callWith(settings: Partial<Env>, path: string, init?: RequestInit): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`https://tributary.example${path}`, init);
  const own = { PRIVATE_ORIGINS: env.ORIGIN, ...settings };
  const response = await createApp().fetch(request, { ...env, ...own }, context);
  const bytes = response.body === null ? null : await response.arrayBuffer();
  await waitOnExecutionContext(context);
  return new Response(bytes, response);
}

describe('a placeholder', () => {
  it('comes where a page asks for a picture in any case', async () => {
    await answerWith({ '/page.gif': { body: '<html>gone' } });
    for (const target of [`${env.ORIGIN}/page.gif`, 'http://elsewhere.example/a.gif']) {
      const settings = { IMAGE_HOSTS: '127.0.0.1' };
      expect((await callWith(settings, `/?${target}`)).ok).toBe(false);
      const response = await callWith(settings, `/placeholder/?${target}`);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
      expect(response.headers.get('X-Picture-Error')).toMatch(/is not a picture|IMAGE_HOSTS/);
    }
  });
});

/** The limiter counts by the minute, and a minute may end within a test; then it is tried with other clients. */
const AGAIN = { retry: 2 };
let network = 0;
beforeEach(() => {
  network += 1;
});
const client = (host: number) => `203.0.${network}.${host}`;

describe('a rate limit', AGAIN, () => {
  const settings = { IMAGE_HOSTS: '127.0.0.1', IMAGE_LIMIT: env.TEST_LIMIT };
  const ask = (path: string, address: string, own: Partial<Env> = settings) =>
    callWith(own, path, { headers: { 'CF-Connecting-IP': address } });
  const pictures = (count: number, headers: Record<string, string> = {}) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`/${i}.gif`, { body: GIF, headers }]));
  const address = (i: number) => `/?${env.ORIGIN}/${i}.gif`;

  it('lets a client have so many pictures fetched, and the next client too', async () => {
    await answerWith(pictures(5));
    const statuses = async (host: number) =>
      (await Promise.all([0, 1, 2, 3, 4].map((i) => ask(address(i), client(host))))).map(
        ({ status }) => status,
      );
    expect((await statuses(1)).toSorted()).toEqual([200, 200, 200, 429, 429]);
    expect(await requestsSeen()).toHaveLength(3);
    expect((await ask(`/?${env.ORIGIN}/new.gif`, client(2))).status).toBe(404);
    const refused = await ask(`/?${env.ORIGIN}/newer.gif`, client(1));
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(refused.headers.get('Cache-Control')).toBe('no-store');
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await refused.text()).toMatch(/too many new pictures/);
    expect((await ask(`/?${env.ORIGIN}/newer.gif`, client(1), { IMAGE_HOSTS: '127.0.0.1' })).status).toBe(
      404,
    );
  });

  it('does not count what is in the cache, and serves a stale copy beyond it', async () => {
    await answerWith({
      ...pictures(3),
      '/stale.gif': { body: GIF, headers: { 'Cache-Control': 'max-age=1' } },
    });
    await ask(`/?${env.ORIGIN}/stale.gif`, client(3));
    for (const i of [0, 1, 2]) await ask(address(i), client(4));
    for (const i of [0, 1, 2]) expect((await ask(address(i), client(4))).status).toBe(200);
    await scheduler.wait(1100);
    const stale = await ask(`/?${env.ORIGIN}/stale.gif`, client(4));
    expect([stale.status, stale.headers.get('Cache-Control')]).toEqual([200, 'public, max-age=0']);
    expect(await requestsSeen()).toHaveLength(4);
  });

  it('takes all addresses of an IPv6 network of 64 bits for one client', async () => {
    await answerWith(pictures(5));
    const prefix = `2001:${network}`;
    const clients = ['0:7::1', ':7:0:0:0:2', '0:7:ffff::', '0:7:1:2:3:4'].map((rest) => `${prefix}:${rest}`);
    const statuses = [];
    for (const [i, each] of clients.entries()) statuses.push((await ask(address(i), each)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask(address(4), `${prefix}:0:8::1`)).status).toBe(200);
  });

  it('of an owner whose limiter is out of order holds nobody up', async () => {
    await answerWith(pictures(1));
    const broken = { limit: () => Promise.reject(new Error('out of order')) };
    expect((await ask(address(0), client(5), { ...settings, IMAGE_LIMIT: broken })).status).toBe(200);
  });
});

describe('counts of pictures', () => {
  const today = new Date().toISOString().slice(0, 10);
  const counted = async (): Promise<Record<string, unknown>> => {
    // a summary is kept for some seconds
    await caches.default.delete('https://tributary.example/healthz');
    const { pictures } = (await (await callWith({}, '/healthz')).json()) as {
      pictures: Record<string, object>;
    };
    return { ...pictures[today] };
  };

  it('are kept by day and told at /healthz', async () => {
    await answerWith({ '/a.gif': { body: GIF } });
    expect(await counted()).toEqual({});
    const settings = { IMAGE_HOSTS: '127.0.0.1' };
    for (const path of [`/?${env.ORIGIN}/a.gif`, `/?${env.ORIGIN}/a.gif`, `/?${env.ORIGIN}/none.gif`])
      await callWith(settings, path);
    await callWith(settings, `/?${env.ORIGIN}/none.gif`);
    for (const target of [
      'http://',
      'http://10.0.0.1/',
      'http://elsewhere.example/',
      'http://elsewhere.example/b',
    ])
      await callWith(settings, `/?${target}`);
    await callWith(settings, `/?${env.ORIGIN}/a.gif`, { headers: { Via: '1.1 tributary.example' } });
    expect(await counted()).toEqual({
      origin: 1,
      cache: 1,
      failed: { 404: 2 },
      refused: { malformed: 1, address: 1, access: 2, loop: 1 },
    });
  });

  it('of a week ago go', async () => {
    const store = new PictureCountStore(env.DB);
    const day = (n: number) => Date.UTC(2026, 10, n, 12);
    const days = async () =>
      (await env.DB.prepare('SELECT day FROM picture_counts ORDER BY day').all()).results.map(
        (row) => row.day,
      );
    await store.add({ cache: 1 }, day(1));
    await store.add({ cache: 1 }, day(7));
    expect(await days()).toEqual(['2026-11-01', '2026-11-07']);
    await store.add({ cache: 1 }, day(8));
    expect(await days()).toEqual(['2026-11-07', '2026-11-08']);
  });

  it('cost a row', async () => {
    const store = new PictureCountStore(env.DB);
    await store.add({ cache: 2, 'failed 404': 1 }, 0);
    await store.add({ cache: 3, memory: 1 }, 0);
    const { results } = await env.DB.prepare('SELECT counts FROM picture_counts').all<{ counts: string }>();
    expect(results.map(({ counts }) => JSON.parse(counts))).toEqual([
      { cache: 5, 'failed 404': 1, memory: 1 },
    ]);
  });
});

describe('the archive', () => {
  const archive = env.TEST_ARCHIVE;
  const settings: Partial<Env> = { IMAGE_ARCHIVE: archive };
  const bytes = Buffer.from(GIF.base64, 'base64');
  const names = async () => (await archive.list()).objects.map(({ key }) => key);
  const target = (path: string) => `${env.ORIGIN}${path}`;
  const ask = (path: string, own = settings, init?: RequestInit) => callWith(own, `/?${target(path)}`, init);
  const forget = (path: string) =>
    caches.default.delete(
      `https://tributary.example/cached-picture/plain?${encodeURIComponent(target(path))}`,
    );

  /** An article that shows `/a.gif?x=1&y=2`, of an origin that answers as told. */
  async function showOne(answer: Answer): Promise<void> {
    const feed = rss('one').replace('About one.', `&lt;img src="${target('/a.gif?x=1&amp;amp;y=2')}"&gt;`);
    await answerWith({ '/feed': { body: feed }, '/a.gif?x=1&y=2': answer });
    await follow('/feed');
    await pollAll();
  }

  it.each([
    ['with', { 'Content-Length': String(bytes.length), ETag: '"1"' }],
    ['without', { 'Cache-Control': 'max-age=60' }],
  ])(
    'keeps a picture of an article that came %s a length, and serves it when its origin has died',
    async (_, headers) => {
      await showOne({ body: GIF, headers });
      expect((await ask('/a.gif?x=1&y=2')).status).toBe(200);
      expect(await names()).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+\/[0-9a-f]{64}$/)]);
      for (const dead of [{ status: 404 }, { status: 503 }, { body: '<html>for sale' }]) {
        await answerWith({ '/a.gif?x=1&y=2': dead });
        await forget('/a.gif?x=1&y=2');
        const response = await ask('/a.gif?x=1&y=2');
        expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
        expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
        expect(response.headers.get('ETag')).toBe('ETag' in headers ? '"1"' : null);
        expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
        expect((await ask('/a.gif?x=1&y=2')).status).toBe(200);
        expect(await requestsSeen()).toHaveLength(1);
        expect((await callWith({}, `/?${target('/a.gif?x=1&y=2')}`)).status).toBe(200);
      }
    },
  );

  it('compares validators, and needs no archive to fail', async () => {
    await showOne({ body: GIF, headers: { 'Content-Length': String(bytes.length) }, etag: '"1"' });
    await ask('/a.gif?x=1&y=2');
    await answerWith({});
    await forget('/a.gif?x=1&y=2');
    const broken = { ...archive, head: () => Promise.reject(), get: () => Promise.reject() };
    expect((await ask('/a.gif?x=1&y=2', { IMAGE_ARCHIVE: broken as unknown as R2Bucket })).status).toBe(404);
    await forget('/a.gif?x=1&y=2');
    const same = await ask('/a.gif?x=1&y=2', settings, { headers: { 'If-None-Match': '"1"' } });
    expect(same.status).toBe(304);
  });

  it.each([410, 451])('gives up what its origin withdraws with %i', async (status) => {
    await showOne({ body: GIF });
    await ask('/a.gif?x=1&y=2');
    await answerWith({ '/a.gif?x=1&y=2': { status } });
    await forget('/a.gif?x=1&y=2');
    expect((await ask('/a.gif?x=1&y=2')).status).toBe(status);
    expect(await names()).toEqual([]);
    await answerWith({});
    await forget('/a.gif?x=1&y=2');
    expect((await ask('/a.gif?x=1&y=2')).status).toBe(404);
  });

  it('keeps the first copy, whatever its address leads to later', async () => {
    await showOne({ body: GIF });
    await ask('/a.gif?x=1&y=2');
    await answerWith({ '/a.gif?x=1&y=2': { body: 'GIF89a this picture is not available' } });
    await forget('/a.gif?x=1&y=2');
    await ask('/a.gif?x=1&y=2');
    await answerWith({});
    await forget('/a.gif?x=1&y=2');
    expect((await (await ask('/a.gif?x=1&y=2')).arrayBuffer()).byteLength).toBe(bytes.length);
  });

  it('keeps what the owner lists, if it is not too large and may be kept', async () => {
    const large = Buffer.concat([bytes, Buffer.alloc(2_100_000)]).toString('base64');
    await answerWith({
      '/a.gif': { body: GIF },
      '/no-store.gif': { body: GIF, headers: { 'Cache-Control': 'no-store' } },
      '/private.gif': { body: GIF, headers: { 'Cache-Control': 'private' } },
      '/hidden.gif': { body: { base64: large } },
      '/large.gif': { body: { base64: large }, headers: { 'Content-Length': '2100035' } },
    });
    for (const path of ['/no-store.gif', '/private.gif', '/none.gif', '/hidden.gif'])
      await ask(path, { ...settings, IMAGE_HOSTS: '127.0.0.1' });
    expect(await names()).toEqual([]);
    for (const path of ['/a.gif', '/large.gif']) await ask(path, { ...settings, IMAGE_HOSTS: '127.0.0.1' });
    expect((await archive.list()).objects.map(({ size }) => size).toSorted()).toEqual([2_100_035, 35]);
  });

  it('keeps nothing that strangers ask for, also of hosts that articles show', async () => {
    await showOne({ body: GIF });
    const own = { ...settings, IMAGE_KEYS: 'key' };
    const other = { '/other.gif': { body: GIF }, '/signed.gif': { body: GIF }, '/a.gif': { body: GIF } };
    await answerWith(other);
    await ask('/other.gif', { ...own, IMAGE_ACCESS: 'open' });
    await ask('/a.gif', own);
    const mac = createHmac('sha256', 'key').update(target('/signed.gif')).digest('base64url');
    expect((await callWith(own, `/s/${mac}?${target('/signed.gif')}`)).status).toBe(200);
    expect(await requestsSeen()).toHaveLength(3);
    expect(await names()).toEqual([]);
  });

  it('knows the pictures of an article, whole addresses only', async () => {
    const body =
      '<img src="/head.gif"><p>x</p><img src="/b.gif?x=1&y=2"><img src="/c.gif" srcset="/c0.gif, /c1.gif 1.5x, /c2.gif 2x">';
    const escaped = body.replaceAll('"/', `"${env.ORIGIN}/`).replaceAll(', /', `, ${env.ORIGIN}/`);
    const text = escaped.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    await answerWith({ '/feed': { body: rss('one').replace('About one.', text) } });
    await follow('/feed');
    await pollAll();
    const store = new PictureStore(env.DB);
    const shown = async (path: string) => store.isShown(new URL(target(path)));
    for (const path of ['/head.gif', '/b.gif?x=1&y=2', '/c0.gif', '/c1.gif', '/c2.gif'])
      expect(await shown(path), path).toBe(true);
    for (const path of ['/b.gif', '/b.gif?x=1', '/head.gi', '/', '/feed'])
      expect(await shown(path), path).toBe(false);
    expect(await store.isShown(new URL('http://127.0.0.1:1/head.gif'))).toBe(false);
  });

  it('does not search the articles again and again for pictures that none shows', async () => {
    const searched: string[] = [];
    const memory = new IsolateMemory();
    const paths = Array.from({ length: 8 }, (_, i) => `/${i}.gif`);
    await answerWith(Object.fromEntries(paths.map((path) => [path, { body: GIF }])));
    for (const path of paths) {
      const context = createExecutionContext();
      const response = await proxyImage(new Request(`https://tributary.example/?${target(path)}`), {
        fetch,
        policy: { allowedOrigins: new Set([env.ORIGIN]), ownHosts: new Set() },
        isSource: async () => false,
        access: { mode: 'sources', hosts: [], signingKeys: [] },
        knownHost: async () => ({}),
        rememberReferer: async () => {},
        cache: caches.default,
        memory,
        now: 1_000_000,
        waitUntil: (work) => context.waitUntil(work),
        userAgent: 'Tributary/1',
        archive: {
          bucket: archive,
          isShown: async (url) => {
            searched.push(url.pathname);
            return false;
          },
        },
      });
      await response.arrayBuffer();
      await waitOnExecutionContext(context);
    }
    expect(searched).toEqual(paths.slice(0, 5));
  });
});

describe('a smaller form of a picture', () => {
  const settings: Partial<Env> = { IMAGES: env.TEST_IMAGES, IMAGE_HOSTS: '127.0.0.1' };
  const AVIF = 'image/avif,image/webp,*/*';
  const WEBP = 'image/webp,*/*';
  const ask = (
    options: string,
    path: string,
    { own = settings, ...init }: RequestInit & { own?: Partial<Env> } = {},
  ) => callWith(own, `/${options}/?${env.ORIGIN}${path}`, init);
  const accepting = (accept: string) => ({ headers: { Accept: accept } });
  const form = async (response: Response) => {
    const type = response.headers.get('Content-Type');
    const info = (await env.TEST_IMAGES.info(response.clone().body as ReadableStream)) as {
      width: number;
      height: number;
    };
    return [type, info.width, info.height];
  };
  const isOriginal = async (response: Response, original: Buffer) =>
    Buffer.from(await response.clone().arrayBuffer()).equals(original);

  const keyOf = (form: string) =>
    `https://tributary.example/cached-picture/${form}?${encodeURIComponent(`${env.ORIGIN}/a.png?w=1`)}`;

  async function photo(answer: Answer = {}): Promise<Buffer> {
    const bytes = await noisyPng(700, 400);
    await answerWith({ '/a.png?w=1': { body: { base64: bytes.toString('base64') }, ...answer } });
    return bytes;
  }

  it('is as wide as the next step, in the format of the picture, and never enlarged', async () => {
    await photo();
    const response = await ask('w=300', '/a.png?w=1');
    expect(await form(response)).toEqual(['image/png', 320, 183]);
    expect(response.headers.get('Content-Length')).toBe(
      String((await response.clone().arrayBuffer()).byteLength),
    );
    expect(response.headers.get('Vary')).toBe('Accept');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await form(await ask('w=2000', '/a.png?w=1'))).toEqual(['image/png', 700, 400]);
    expect((await requestsSeen()).map(({ path }) => path)).toEqual(['/a.png?w=1']);
  });

  it('is in the best format that the client knows, where it leaves the choice', async () => {
    const original = await photo();
    expect(await form(await ask('w=320,format=auto', '/a.png?w=1', accepting(AVIF)))).toEqual([
      'image/avif',
      320,
      183,
    ]);
    expect(await form(await ask('w=320,format=auto', '/a.png?w=1', accepting(WEBP)))).toEqual([
      'image/webp',
      320,
      183,
    ]);
    expect(await form(await ask('w=320,format=auto', '/a.png?w=1', accepting('*/*')))).toEqual([
      'image/png',
      320,
      183,
    ]);
    expect(await form(await ask('format=auto', '/a.png?w=1', accepting(WEBP)))).toEqual([
      'image/webp',
      700,
      400,
    ]);
    expect(await isOriginal(await ask('format=auto', '/a.png?w=1', accepting('*/*')), original)).toBe(true);
    expect(await requestsSeen()).toHaveLength(1);
  });

  it('is made once, and as fresh as the picture; both answer 304', async () => {
    await photo({ headers: { 'Cache-Control': 'max-age=600' }, etag: '"1"' });
    let made = 0;
    const counting = {
      input: (stream: ReadableStream<Uint8Array>) => {
        made += 1;
        return env.TEST_IMAGES.input(stream);
      },
    };
    const own = { ...settings, IMAGES: counting as ImagesBinding };
    const first = await ask('w=320', '/a.png?w=1', { own });
    expect(first.headers.get('Cache-Control')).toBe('public, max-age=600');
    expect(first.headers.get('ETag')).toBe('W/"1-w320-same"');
    expect(await form(await ask('w=320', '/a.png?w=1', { own }))).toEqual(['image/png', 320, 183]);
    expect(await form(await ask('w=161', '/a.png?w=1', { own }))).toEqual(['image/png', 320, 183]);
    const same = await ask('w=320', '/a.png?w=1', { own, headers: { 'If-None-Match': 'W/"1-w320-same"' } });
    expect(same.status).toBe(304);
    const unlike = await ask('w=320', '/a.png?w=1', { own, headers: { 'If-None-Match': '"1"' } });
    expect(unlike.status).toBe(200);
    expect(made).toBe(1);
    const ofThePicture = { 'If-None-Match': '"1"', Range: 'bytes=0-7' };
    expect(await form(await ask('w=640', '/a.png?w=1', { own, headers: ofThePicture }))).toEqual([
      'image/png',
      640,
      366,
    ]);
    const part = await ask('w=320', '/a.png?w=1', { own, headers: { Range: 'bytes=0-7' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 8]);
    const head = await ask('w=480', '/a.png?w=1', { own, method: 'HEAD', headers: { Range: 'bytes=0-7' } });
    expect([head.status, head.headers.get('Content-Type')]).toEqual([200, 'image/png']);
    expect(await requestsSeen()).toHaveLength(1);
  });

  it('is not stored where the picture may not be', async () => {
    await photo({ headers: { 'Cache-Control': 'private, max-age=600' } });
    for (let time = 0; time < 2; time += 1) {
      const response = await ask('w=320', '/a.png?w=1');
      expect(await form(response)).toEqual(['image/png', 320, 183]);
      expect(response.headers.get('Cache-Control')).toBe('private, max-age=600');
    }
    expect(await requestsSeen()).toHaveLength(2);
  });

  it('is the picture itself without the binding, and where it fails, of which nothing is told', async () => {
    const original = await photo();
    const broken = Buffer.concat([original.subarray(0, 100), Buffer.alloc(5000)]);
    await answerWith({
      '/a.png': { body: { base64: original.toString('base64') } },
      '/broken.png': { body: { base64: broken.toString('base64') } },
    });
    const without = await ask('w=320,format=auto', '/a.png', { own: { IMAGE_HOSTS: '127.0.0.1' } });
    expect(await isOriginal(without, original)).toBe(true);
    const failed = await ask('w=320,format=auto', '/broken.png', accepting(WEBP));
    expect([failed.status, await isOriginal(failed, broken)]).toEqual([200, true]);
    const throwing = {
      input: () => {
        throw new Error('no more this month');
      },
    } as unknown as ImagesBinding;
    const spent = await ask('w=320', '/a.png', { own: { ...settings, IMAGES: throwing } });
    expect(await isOriginal(spent, original)).toBe(true);
  });

  it('is a WebP where it is too large for an AVIF', async () => {
    await photo();
    const limited = {
      input: (stream: ReadableStream<Uint8Array>) => ({
        transform: (change: ImageTransform) => ({
          output: (options: ImageOutputOptions) =>
            options.format === 'image/avif'
              ? Promise.reject(new Error('too large'))
              : env.TEST_IMAGES.input(stream).transform(change).output(options),
        }),
      }),
    };
    const own = { ...settings, IMAGES: limited as ImagesBinding };
    const response = await ask('w=320,format=auto', '/a.png?w=1', { own, ...accepting(AVIF) });
    expect(await form(response)).toEqual(['image/webp', 320, 183]);
  });

  it('is the picture itself for what moves or has no pixels', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="9"/>';
    const moving = await noisyPng(300, 200, { frames: 2 });
    await answerWith({
      '/a.gif': { body: GIF },
      '/a.svg': { body: svg },
      '/moving.png': { body: { base64: moving.toString('base64') } },
    });
    expect(await isOriginal(await ask('w=160,format=auto', '/moving.png', accepting(AVIF)), moving)).toBe(
      true,
    );
    const gif = await ask('w=160,format=auto', '/a.gif', accepting(AVIF));
    expect(await isOriginal(gif, Buffer.from(GIF.base64, 'base64'))).toBe(true);
    const drawing = await ask('w=160,format=auto', '/a.svg', accepting(AVIF));
    expect([drawing.headers.get('Content-Type'), await drawing.text()]).toEqual(['image/svg+xml', svg]);
  });

  it('is the picture itself where a smaller form would have more bytes', async () => {
    const png = Uint8Array.from(await noisyPng(300, 200));
    const small = await env.TEST_IMAGES.input(streamOf(png)).output({ format: 'image/jpeg' });
    const bytes = Buffer.from(await small.response().arrayBuffer());
    await answerWith({ '/small.jpg': { body: { base64: bytes.toString('base64') } } });
    const wasteful = {
      input: (stream: ReadableStream<Uint8Array>) => ({
        transform: () => ({ output: () => env.TEST_IMAGES.input(stream).output({ format: 'image/png' }) }),
      }),
    };
    const own = { ...settings, IMAGES: wasteful as unknown as ImagesBinding };
    expect(await isOriginal(await ask('w=320', '/small.jpg', { own }), bytes)).toBe(true);
  });

  it('is refused like the picture itself, and fails like it', async () => {
    await answerWith({});
    expect((await ask('w=320', '/none.png')).status).toBe(404);
    expect((await callWith(settings, '/w=320/?http://elsewhere.example/a.png')).status).toBe(403);
    const wrong = await callWith(settings, '/w=big/?http://elsewhere.example/a.png');
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('w=640')]);
  });

  it('outlives a failure of the origin as the picture does, but not that the picture is withdrawn', async () => {
    await photo({ headers: { 'Cache-Control': 'max-age=1' } });
    await ask('w=320', '/a.png?w=1');
    const nextSecond = () => new Promise((resolve) => later(resolve, 1100));
    await nextSecond();
    await answerWith({ '/a.png?w=1': { status: 500 } });
    const stale = await ask('w=320', '/a.png?w=1');
    expect([stale.headers.get('Cache-Control'), ...(await form(stale))]).toEqual([
      'public, max-age=60',
      'image/png',
      320,
      183,
    ]);
    const other = await photo({ headers: { 'Cache-Control': 'max-age=1' } });
    await caches.default.delete(keyOf('plain'));
    await caches.default.delete(keyOf('w320-same'));
    expect(await isOriginal(await ask('w=320', '/a.png?w=1'), other)).toBe(false);
    await nextSecond();
    for (const status of [451, 404]) {
      await answerWith({ '/a.png?w=1': { status } });
      expect((await ask('w=320', '/a.png?w=1')).status).toBe(status);
      await caches.default.delete(keyOf('plain'));
    }
  });

  it('is the picture itself for a client over its limit', AGAIN, async () => {
    const original = await photo();
    const own = { ...settings, IMAGE_LIMIT: env.TEST_LIMIT };
    const headers = { 'CF-Connecting-IP': client(9) };
    const answers = [];
    for (const width of [160, 320, 480])
      answers.push(await ask(`w=${width}`, '/a.png?w=1', { own, headers }));
    expect((await form(answers[0] as Response))[1]).toBe(160);
    expect((await form(answers[1] as Response))[1]).toBe(320);
    expect(await isOriginal(answers[2] as Response, original)).toBe(true);
    expect((await form(await ask('w=160', '/a.png?w=1', { own, headers })))[1]).toBe(160);
  });
});

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  return new Response(bytes).body as ReadableStream<Uint8Array>;
}

/** A PNG that does not compress well, as a photo would not. */
async function noisyPng(width: number, height: number, { frames = 1 } = {}): Promise<Buffer> {
  const raw = new Uint8Array((width * 3 + 1) * height);
  for (let i = 0, seed = 1; i < raw.length; i += 1) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    raw[i] = i % (width * 3 + 1) === 0 ? 0 : (i >> 9) + (seed >> 27);
  }
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...(frames > 1 ? [chunk('acTL', Uint8Array.of(0, 0, 0, frames, 0, 0, 0, 0))] : []),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', new Uint8Array()),
  ]);
}

describe('a signed address of go-camo', () => {
  const camo = (key: string, target: string, encoding: 'hex' | 'base64url') =>
    `/${createHmac('sha1', key).update(target).digest(encoding)}/${Buffer.from(target).toString(encoding)}`;

  it.each(['hex', 'base64url'] as const)(
    'in %s is served where its key is one of IMAGE_KEYS',
    async (encoding) => {
      await answerWith({ '/a.gif?x=1&y=2': { body: GIF } });
      const path = camo('old', `${env.ORIGIN}/a.gif?x=1&y=2`, encoding);
      const settings = { IMAGE_KEYS: 'new, old', IMAGE_ACCESS: 'signed' };
      const response = await callWith(settings, path);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
      expect((await callWith({ ...settings, IMAGE_KEYS: 'new' }, path)).status).toBe(403);
      const unset = await callWith({}, path);
      expect([unset.status, await unset.text()]).toEqual([403, expect.stringContaining('IMAGE_KEYS')]);
      expect(unset.headers.get('Access-Control-Allow-Origin')).toBe('*');
    },
  );

  it('is told from a page, which stays one', async () => {
    for (const path of [
      `/tags/${'a'.repeat(27)}/`,
      `/${'a'.repeat(40)}/feed.xml`,
      `/articles/${'a'.repeat(32)}`,
    ])
      expect((await call(path)).headers.get('Cross-Origin-Resource-Policy'), path).toBeNull();
    expect((await call('/sources/')).status).toBe(404);
  });
});
