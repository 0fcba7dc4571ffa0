import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { PictureCountStore } from '../../src/store/picture-count-store.ts';
import { answerWith, call, requestsSeen } from './follow.ts';

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

describe('a rate limit', () => {
  const settings = { IMAGE_HOSTS: '127.0.0.1', IMAGE_LIMIT: env.TEST_LIMIT };
  const ask = (path: string, client: string, own: Partial<Env> = settings) =>
    callWith(own, path, { headers: { 'CF-Connecting-IP': client } });
  const pictures = (count: number, headers: Record<string, string> = {}) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`/${i}.gif`, { body: GIF, headers }]));
  const address = (i: number) => `/?${env.ORIGIN}/${i}.gif`;

  it('lets a client have so many pictures fetched, and the next client too', async () => {
    await answerWith(pictures(5));
    const statuses = async (client: string) =>
      (await Promise.all([0, 1, 2, 3, 4].map((i) => ask(address(i), client)))).map(({ status }) => status);
    expect((await statuses('203.0.113.1')).toSorted()).toEqual([200, 200, 200, 429, 429]);
    expect(await requestsSeen()).toHaveLength(3);
    expect((await ask(`/?${env.ORIGIN}/new.gif`, '203.0.113.2')).status).toBe(404);
    const refused = await ask(`/?${env.ORIGIN}/newer.gif`, '203.0.113.1');
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(refused.headers.get('Cache-Control')).toBe('no-store');
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await refused.text()).toMatch(/too many new pictures/);
    expect((await ask(`/?${env.ORIGIN}/newer.gif`, '203.0.113.1', { IMAGE_HOSTS: '127.0.0.1' })).status).toBe(
      404,
    );
  });

  it('does not count what is in the cache, and serves a stale copy beyond it', async () => {
    await answerWith({
      ...pictures(3),
      '/stale.gif': { body: GIF, headers: { 'Cache-Control': 'max-age=1' } },
    });
    await ask(`/?${env.ORIGIN}/stale.gif`, '203.0.113.3');
    for (const i of [0, 1, 2]) await ask(address(i), '203.0.113.4');
    for (const i of [0, 1, 2]) expect((await ask(address(i), '203.0.113.4')).status).toBe(200);
    await scheduler.wait(1100);
    const stale = await ask(`/?${env.ORIGIN}/stale.gif`, '203.0.113.4');
    expect([stale.status, stale.headers.get('Cache-Control')]).toEqual([200, 'public, max-age=0']);
    expect(await requestsSeen()).toHaveLength(4);
  });

  it('takes all addresses of an IPv6 network of 64 bits for one client', async () => {
    await answerWith(pictures(5));
    const clients = ['2001:db8:0:7::1', '2001:db8::7:0:0:0:2', '2001:db8:0:7:ffff::', '2001:db8:0:7:1:2:3:4'];
    const statuses = [];
    for (const [i, client] of clients.entries()) statuses.push((await ask(address(i), client)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask(address(4), '2001:db8:0:8::1')).status).toBe(200);
  });

  it('of an owner whose limiter is out of order holds nobody up', async () => {
    await answerWith(pictures(1));
    const broken = { limit: () => Promise.reject(new Error('out of order')) };
    expect((await ask(address(0), '203.0.113.5', { ...settings, IMAGE_LIMIT: broken })).status).toBe(200);
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
