import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/fetch/guarded-fetch.ts';
import { IsolateMemory } from '../../src/images/isolate-memory.ts';
import { type ProxyDeps, proxyImage } from '../../src/images/proxy.ts';
import { type Origin, startOrigin } from '../fetch/origin.ts';
import { MemoryCache } from '../support/memory-cache.ts';

const NOW = Date.parse('Mon, 23 Nov 2026 12:00:00 GMT');
const GIF = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(94, 1)]);

type Answer = (req: IncomingMessage, res: ServerResponse) => void;
const gif: Answer = (_, res) =>
  res.writeHead(200, { 'content-type': 'image/gif', 'cache-control': 'max-age=3600', etag: '"1"' }).end(GIF);

let origin: Origin | undefined;
afterEach(() => origin?.close());

/** A proxy that shows pictures of one real origin to everybody; each case changes one thing. */
async function setUp(answer: Answer, changes: Partial<ProxyDeps> = {}) {
  const started = await startOrigin(answer);
  origin = started;
  const cache = new MemoryCache(NOW);
  const pending: Promise<unknown>[] = [];
  const remembered: [string, string][] = [];
  const deps: ProxyDeps = {
    fetch,
    policy: started.policy,
    isSource: async () => false,
    access: { mode: 'open', hosts: [], signingKeys: [] },
    knownHost: async () => undefined,
    rememberReferer: async (host, rung) => {
      remembered.push([host, rung]);
    },
    cache,
    memory: new IsolateMemory(),
    now: NOW,
    waitUntil: (work) => pending.push(work),
    userAgent: 'Tributary/1',
    ...changes,
  };
  const get = (path = '/a.gif', init: RequestInit = {}, later: Partial<ProxyDeps> = {}) =>
    proxyImage(new Request(`https://proxy.example/?${started.url}${path}`, init), {
      ...deps,
      // what was found out under some settings holds under no others
      ...((later.access || later.policy) && { memory: new IsolateMemory() }),
      ...later,
    });
  /** Reads an answer to its end and waits for what was left for later. */
  const read = async (...args: Parameters<typeof get>) => {
    const response = await get(...args);
    const body = Buffer.from(await response.arrayBuffer());
    await Promise.all(pending);
    return { response, body };
  };
  return {
    get,
    read,
    deps,
    cache,
    remembered,
    pending,
    requests: started.requests,
    base: started.url,
    host: new URL(started.url).host,
  };
}

const never: Fetch = async (url) => {
  throw new Error(`nobody should ask ${url}`);
};

describe('a picture', () => {
  it('arrives byte for byte under headers of our own', async () => {
    const { read } = await setUp((_, res) =>
      res
        .writeHead(200, {
          'content-type': 'text/html',
          'content-length': GIF.length,
          etag: '"1"',
          'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT',
          'set-cookie': 'a=b',
          'x-own': 'secret',
          'cross-origin-resource-policy': 'same-origin',
          'content-security-policy': 'script-src *',
        })
        .end(GIF),
    );
    const { response, body } = await read();
    expect(body.equals(GIF)).toBe(true);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.stringContaining('Content-Range'),
      'cache-control': 'public, max-age=86400',
      'content-length': '100',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'content-type': 'image/gif',
      'cross-origin-resource-policy': 'cross-origin',
      etag: '"1"',
      'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT',
      'timing-allow-origin': '*',
      vary: 'Accept',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is asked for with a short list of headers, whatever the client sends, on every hop', async () => {
    const { read, requests } = await setUp((req, res) =>
      req.url?.startsWith('/a.gif') ? res.writeHead(302, { location: '/b.gif' }).end() : gif(req, res),
    );
    const { body } = await read('/a.gif?x=1&y=%2F', {
      headers: {
        cookie: 'session=1',
        authorization: 'Bearer x',
        'proxy-authorization': 'Basic x',
        referer: 'https://reader.example/',
        origin: 'https://reader.example',
        'user-agent': 'Browser',
        'x-forwarded-for': '1.2.3.4',
        'x-real-ip': '1.2.3.4',
        forwarded: 'for=1.2.3.4',
        'cf-connecting-ip': '1.2.3.4',
        'cf-ipcountry': 'DE',
        'accept-language': 'de',
        'sec-ch-ua': 'Browser',
        'x-anything': 'else',
      },
    });
    expect(body.equals(GIF)).toBe(true);
    expect(requests.map(({ url }) => url)).toEqual(['/a.gif?x=1&y=%2F', '/b.gif']);
    for (const request of requests) {
      const {
        host,
        connection,
        accept,
        'sec-fetch-mode': _,
        'accept-language': language,
        ...rest
      } = request.headers;
      expect(language).not.toBe('de');
      expect(rest).toEqual({
        'user-agent': 'Tributary/1',
        'accept-encoding': 'identity',
        via: '1.1 proxy.example',
      });
    }
  });

  it('is asked for in a format that the client knows, and kept apart from others', async () => {
    const { read, requests } = await setUp(gif);
    const accept = (value: string) => read('/a.gif', { headers: { accept: value } });
    await accept('image/avif,image/webp,*/*');
    await accept('image/png');
    await accept('*/*');
    expect(requests.map((request) => request.headers.accept?.split(',')[0])).toEqual([
      'image/avif',
      'image/jpeg',
    ]);
  });

  it('has the type of its bytes, not the declared one', async () => {
    const { read } = await setUp((_, res) => res.end('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    const { response } = await read();
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('has no length when it was compressed on the way', async () => {
    const { gzipSync } = await import('node:zlib');
    const { read } = await setUp((_, res) => {
      const body = gzipSync(GIF);
      res.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body);
    });
    const { response, body } = await read();
    expect(body.equals(GIF)).toBe(true);
    expect(response.headers.has('content-length')).toBe(false);
    expect(response.headers.has('content-encoding')).toBe(false);
  });

  it('comes without a body for HEAD', async () => {
    const { get } = await setUp(gif);
    const response = await get('/a.gif', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(await response.text()).toBe('');
  });

  it.each(['<!doctype html><p>hello', '{"a":1}', ''])('is not made of %j', async (text) => {
    const { read } = await setUp((_, res) => res.writeHead(200, { 'content-type': 'image/png' }).end(text));
    const { response, body } = await read();
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(body.toString()).toMatch(/not a picture/);
  });

  it('is refused at once when it says that it is too large', async () => {
    const { read } = await setUp((_, res) => res.end(GIF), { limitBytes: 99 });
    expect((await read()).response.status).toBe(502);
  });

  it.each([[undefined], [50_000]])(
    'arrives whole, from the origin and from the cache, with its length said to be %s',
    async (length) => {
      const body = Buffer.concat([GIF, Buffer.alloc(49_900)]);
      const { read } = await setUp((_, res) =>
        res.writeHead(200, length === undefined ? {} : { 'content-length': length }).end(body),
      );
      expect((await read()).body.equals(body)).toBe(true);
      expect((await read()).body.equals(body)).toBe(true);
    },
  );

  it('is cut off, and not stored, when it turns out to be too large', async () => {
    const endless: Answer = (_, res) => {
      res.write(GIF);
      const timer = setInterval(() => res.write(Buffer.alloc(10_000)), 1);
      res.on('close', () => clearInterval(timer));
    };
    const { get, cache, deps } = await setUp(endless, { limitBytes: 50_000 });
    const response = await get('/a.gif', {}, deps);
    await expect(response.arrayBuffer()).rejects.toThrow(/larger/);
    expect(cache.entries.size).toBe(0);
  });

  it('is a 502 when its origin breaks off at the beginning', async () => {
    const { read } = await setUp((_, res) => {
      res.writeHead(200, { 'content-length': 5000 });
      res.write(GIF);
      setTimeout(() => res.destroy(), 30);
    });
    expect((await read()).response.status).toBe(502);
  });

  it('fails aloud when its origin breaks off later', async () => {
    const { get, cache } = await setUp((_, res) => {
      res.writeHead(200, { 'content-length': 500_000 });
      res.write(Buffer.concat([GIF, Buffer.alloc(10_000)]));
      setTimeout(() => res.destroy(), 30);
    });
    const response = await get();
    await expect(response.arrayBuffer()).rejects.toThrow(/broke off/);
    expect(cache.entries.size).toBe(0);
  });

  it('fails aloud when its origin stalls', async () => {
    const { get } = await setUp(
      (_, res) => {
        res.write(Buffer.concat([GIF, Buffer.alloc(10_000)]));
      },
      { idleTimeoutMs: 50 },
    );
    const response = await get();
    await expect(response.arrayBuffer()).rejects.toThrow(/timeout/);
  });

  it('begins as soon as its type is seen, while the origin takes its time', async () => {
    const beginning = Buffer.concat([GIF, Buffer.alloc(900)]);
    const { get } = await setUp((_, res) => {
      res.writeHead(200, { 'content-length': 20_000 });
      res.write(beginning);
    });
    const response = await get();
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(beginning.length);
    await reader?.cancel();
  });

  it('fails aloud when an origin that named its length falls far behind it', async () => {
    const { get } = await setUp(
      (_, res) => {
        res.writeHead(200, { 'content-length': 6000, 'cache-control': 'no-store' });
        res.write(Buffer.concat([GIF, Buffer.alloc(4000)]));
      },
      { idleTimeoutMs: 50 },
    );
    const response = await get();
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('is a 504 when the origin does not answer', async () => {
    const { read } = await setUp(() => {}, { headerTimeoutMs: 50 });
    expect((await read()).response.status).toBe(504);
  });

  it('stops being fetched when the client goes away', async () => {
    let closed = false;
    const { get } = await setUp((_, res) => {
      res.write(GIF);
      const timer = setInterval(() => res.write(Buffer.alloc(100_000)), 5);
      res.on('close', () => {
        clearInterval(timer);
        closed = true;
      });
    });
    const response = await get();
    await response.body?.cancel();
    await expect.poll(() => closed).toBe(true);
  });
});

describe('what an isolate remembers', () => {
  it('who was let in is not looked up again for a minute, and who was not is', async () => {
    let lookUps = 0;
    const access = { mode: 'sources' as const, hosts: [], signingKeys: [] };
    const known: ProxyDeps['knownHost'] = async ({ pathname }) => {
      lookUps += 1;
      return pathname === '/a.gif' ? {} : undefined;
    };
    const { read, deps } = await setUp(gif, { access, knownHost: known });
    const later = (ms: number) => read('/a.gif', {}, { memory: deps.memory, now: NOW + ms });
    for (const ms of [0, 59_999]) expect((await later(ms)).response.status).toBe(200);
    expect(lookUps).toBe(1);
    expect((await later(60_000)).response.status).toBe(200);
    expect(lookUps).toBe(2);
    for (let time = 0; time < 2; time += 1) expect((await read('/b.gif')).response.status).toBe(403);
    expect(lookUps).toBe(4);
  });

  it('a loop is seen also at an address that was let in', async () => {
    const { read } = await setUp(gif);
    expect((await read()).response.status).toBe(200);
    expect((await read('/a.gif', { headers: { via: '1.1 proxy.example' } })).response.status).toBe(508);
  });

  it('the cache is not asked for a picture that may not be stored', async () => {
    const { read, cache } = await setUp((_, res) =>
      res.writeHead(200, { 'cache-control': 'no-store' }).end(GIF),
    );
    const asked: unknown[] = [];
    const match = cache.match.bind(cache);
    cache.match = (key) => {
      asked.push(key);
      return match(key);
    };
    for (let time = 0; time < 3; time += 1) await read();
    expect(asked).toHaveLength(1);
    await read('/a.gif', {}, { now: NOW + 60_000 });
    expect(asked).toHaveLength(2);
  });
});

describe('a placeholder', () => {
  const wanted = (target: string, init?: RequestInit) =>
    new Request(`https://proxy.example/placeholder/?${target}`, init);

  it.each([
    ['that is not there', 404, 404],
    ['whose origin is out of order', 500, 502],
    ['that was withdrawn', 451, 451],
  ])('stands for a picture %s, and says so', async (_, status, told) => {
    const { deps, base } = await setUp((_, res) => res.writeHead(status).end());
    for (const method of ['GET', 'HEAD']) {
      const response = await proxyImage(wanted(`${base}/a.gif`, { method }), deps);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': expect.stringContaining('X-Picture-Error'),
        'cache-control': 'public, max-age=60',
        'content-type': 'image/gif',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'x-picture-error': expect.stringMatching(`^${told} .* answered ${status} to the request`),
      });
      const body = Buffer.from(await response.arrayBuffer());
      expect(body.subarray(0, 6).toString()).toBe(method === 'GET' ? 'GIF89a' : '');
      expect(response.headers.get('content-length')).toBe(String(266));
    }
  });

  it('stands for what is refused, without asking anybody', async () => {
    const { deps } = await setUp(gif, {
      fetch: never,
      access: { mode: 'signed', hosts: [], signingKeys: [] },
    });
    for (const target of ['http://img.example/a.gif', 'http://10.0.0.1/a.gif', 'http://']) {
      const response = await proxyImage(wanted(target), deps);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect(response.headers.get('x-picture-error')).toMatch(/^4\d\d Not proxied: /);
    }
  });

  it('stands for nothing else: not for a picture, nor for a range that lies outside it', async () => {
    const { deps, base, pending } = await setUp(gif);
    const response = await proxyImage(wanted(`${base}/a.gif`), deps);
    expect(Buffer.from(await response.arrayBuffer()).equals(GIF)).toBe(true);
    expect(response.headers.has('x-picture-error')).toBe(false);
    await Promise.all(pending);
    const outside = await proxyImage(wanted(`${base}/a.gif`, { headers: { range: 'bytes=900-' } }), deps);
    expect(outside.status).toBe(416);
  });

  it('is not what the cache keeps: without the wish there is an error', async () => {
    const { deps, base, read, requests } = await setUp((_, res) => res.writeHead(404).end());
    await proxyImage(wanted(`${base}/a.gif`), deps);
    expect((await read()).response.status).toBe(404);
    expect((await proxyImage(wanted(`${base}/a.gif`), deps)).status).toBe(200);
    expect(requests).toHaveLength(1);
  });
});

describe('methods', () => {
  it('answers a preflight without asking anybody', async () => {
    const { get } = await setUp(gif, { fetch: never });
    const response = await get('/a.gif', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toContain('Range');
    expect(response.headers.get('access-control-max-age')).toBe('86400');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['POST', 'PUT', 'DELETE'])('does not pass %s on', async (method) => {
    const { get } = await setUp(gif, { fetch: never });
    const response = await get('/a.gif', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('who may ask', () => {
  const sources = { mode: 'sources' as const, hosts: [], signingKeys: [] };

  it('serves hosts that our articles show and tells strangers which setting would help', async () => {
    const { read, deps, host } = await setUp(gif, { access: sources });
    const stranger = await read('/a.gif', {}, { fetch: never });
    expect(stranger.response.status).toBe(403);
    expect(stranger.body.toString()).toContain('IMAGE_HOSTS=127.0.0.1');
    const knownHost: ProxyDeps['knownHost'] = async (asked) => (asked.host === host ? {} : undefined);
    expect((await read('/a.gif', {}, { ...deps, knownHost })).response.status).toBe(200);
  });

  it('is settled before the cache, so that a cached picture or a 304 is no way around it', async () => {
    const { read } = await setUp(gif);
    await read();
    const { response } = await read('/a.gif', { headers: { 'if-none-match': '"1"' } }, { access: sources });
    expect(response.status).toBe(403);
  });

  it('serves what the owner lists, by name or below a domain', async () => {
    const { read } = await setUp(gif);
    const listed = (host: string) => read('/a.gif', {}, { access: { ...sources, hosts: [host] } });
    expect((await listed('127.0.0.1')).response.status).toBe(200);
    expect((await listed('*.0.0.1')).response.status).toBe(200);
    expect((await listed('*.example.org')).response.status).toBe(403);
  });

  it('serves signed addresses in every mode and no others in signed mode', async () => {
    const { read, deps, base } = await setUp(gif);
    const access = { mode: 'signed' as const, hosts: [], signingKeys: ['new', 'old'] };
    const ask = async (key: string, target = `${base}/a.gif`) => {
      const signature = createHmac('sha256', key).update(target).digest('base64url');
      return (
        await proxyImage(
          new Request(`https://proxy.example/s/${signature}?${base}/a.gif`, { method: 'HEAD' }),
          {
            ...deps,
            access,
          },
        )
      ).status;
    };
    expect(await ask('new')).toBe(200);
    expect(await ask('old')).toBe(200);
    expect(await ask('stolen')).toBe(403);
    expect(await ask('new', `${base}/b.gif`)).toBe(403);
    const unsigned = await read('/a.gif', {}, { access, knownHost: async () => ({}) });
    expect(unsigned.response.status).toBe(403);
  });

  it('serves addresses that are signed as go-camo does it, under the same key of the cache', async () => {
    const { deps, read, base, requests } = await setUp(gif);
    const access = { mode: 'signed' as const, hosts: [], signingKeys: ['new', 'old'] };
    const target = `${base}/a.gif`;
    const ask = async (key: string, encoding: 'hex' | 'base64url', keys = access.signingKeys) => {
      const mac = createHmac('sha1', key).update(target).digest(encoding);
      const request = new Request(`https://proxy.example/${mac}/${Buffer.from(target).toString(encoding)}`);
      const response = await proxyImage(request, { ...deps, access: { ...access, signingKeys: keys } });
      return `${response.status} ${response.ok ? '' : await response.text()}`;
    };
    await read();
    expect(await ask('new', 'hex')).toMatch(/^200/);
    expect(await ask('old', 'base64url')).toMatch(/^200/);
    expect(requests).toHaveLength(1);
    expect(await ask('stolen', 'hex')).toMatch(/^403 .*made with no key of IMAGE_KEYS/);
    expect(await ask('new', 'base64url', [])).toMatch(/^403 .*IMAGE_KEYS/);
  });

  it('refuses to go round in circles', async () => {
    const { get } = await setUp(gif, { fetch: never });
    const status = async (headers: Record<string, string>) => (await get('/a.gif', { headers })).status;
    expect(await status({ via: '1.1 cache.example, 1.1 proxy.example' })).toBe(508);
    expect(await status({ 'cf-worker': 'proxy.example' })).toBe(508);
    expect(await status({ via: Array(11).fill('1.1 x').join(', ') })).toBe(508);
  });

  it('says how many proxies a request has been through to the next one, and names only itself', async () => {
    const { read, requests } = await setUp(gif);
    await read('/a.gif', { headers: { via: '1.1 cache.example', 'cf-worker': 'other.example' } });
    expect(requests[0]?.headers.via).toBe('1.1 proxy, 1.1 proxy.example');
  });

  it('refuses itself and private addresses without asking anybody', async () => {
    const { deps } = await setUp(gif, { fetch: never });
    for (const target of [
      'https://proxy.example/?http://a.example/',
      'http://127.0.0.1/a.gif',
      'http://[::1]/',
      'data:image/gif,x',
    ]) {
      const response = await proxyImage(new Request(`https://proxy.example/?${target}`), deps);
      expect([target, response.status]).toEqual([target, 403]);
    }
    expect((await proxyImage(new Request('https://proxy.example/?http://'), deps)).status).toBe(400);
    expect((await proxyImage(new Request('https://proxy.example/?page=2'), deps)).status).toBe(404);
  });

  it('refuses a redirect to a private address', async () => {
    const { read, requests } = await setUp((_, res) =>
      res.writeHead(302, { location: 'http://127.0.0.100/a.png' }).end(),
    );
    expect((await read()).response.status).toBe(403);
    expect(requests).toHaveLength(1);
  });
});

describe('the Referer', () => {
  const wants = (accepted: string | undefined, status = 403): Answer => {
    return (req, res) => (req.headers.referer === accepted ? gif(req, res) : res.writeHead(status).end());
  };
  const page = 'https://blog.example/post';

  it('is the page the picture was seen on', async () => {
    const { read, requests, remembered } = await setUp(wants(page), { knownHost: async () => ({ page }) });
    expect((await read()).response.status).toBe(200);
    expect(requests).toHaveLength(1);
    expect(remembered).toEqual([]);
  });

  it.each([401, 403, 418])('is left away after a %s, and that is remembered', async (status) => {
    const { read, remembered, host } = await setUp(wants(undefined, status), {
      knownHost: async () => ({ page }),
    });
    expect((await read()).response.status).toBe(200);
    expect(remembered).toEqual([[host, 'none']]);
  });

  it('is the own origin at last, and next time at first', async () => {
    const started = await setUp((req, res) => wants(`http://${req.headers.host}/`)(req, res), {
      knownHost: async () => ({ page }),
    });
    expect((await started.read('/a.gif')).response.status).toBe(200);
    expect(started.requests.map((request) => request.headers.referer)).toEqual([
      page,
      undefined,
      `${started.base}/`,
    ]);
    await started.read('/b.gif', {}, { knownHost: async () => ({ page, referer: 'origin' }) });
    expect(started.requests).toHaveLength(4);
    expect(started.remembered).toEqual([[started.host, 'origin']]);
  });

  it('is not tried further when nothing is there', async () => {
    const { read, requests } = await setUp(wants('x', 404), { knownHost: async () => ({ page }) });
    expect((await read()).response.status).toBe(404);
    expect(requests).toHaveLength(1);
  });
});

describe('the cache', () => {
  it('answers a second request without the origin', async () => {
    const { read, requests } = await setUp(gif);
    await read();
    const { response, body } = await read('/a.gif', {}, { now: NOW + 600_000 });
    expect(requests).toHaveLength(1);
    expect(body.equals(GIF)).toBe(true);
    expect(response.headers.get('cache-control')).toBe('public, max-age=3000');
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-fresh'))).toEqual([]);
  });

  it('compares validators before it says 304', async () => {
    const { read, requests } = await setUp(gif);
    await read();
    const same = await read('/a.gif', { headers: { 'if-none-match': 'W/"1"' } });
    expect([same.response.status, same.response.headers.get('etag')]).toEqual([304, '"1"']);
    const other = await read('/a.gif', { headers: { 'if-none-match': '"2"' } });
    expect(other.response.status).toBe(200);
    expect(requests).toHaveLength(1);
  });

  it('lets the origin compare when it has no copy', async () => {
    const { read, requests } = await setUp((req, res) =>
      req.headers['if-none-match'] === '"1"' ? res.writeHead(304, { etag: '"1"' }).end() : gif(req, res),
    );
    expect((await read('/a.gif', { headers: { 'if-none-match': '"1"' } })).response.status).toBe(304);
    expect((await read('/a.gif', { headers: { 'if-none-match': '*' } })).response.status).toBe(200);
    expect(requests[1]?.headers).not.toHaveProperty('if-none-match');
  });

  it('does not believe a 304 that nobody asked for', async () => {
    const { read } = await setUp((_, res) => res.writeHead(304).end());
    expect((await read()).response.status).toBe(502);
  });

  it('serves a range from a whole copy', async () => {
    const { read, requests } = await setUp(gif);
    await read();
    const part = await read('/a.gif', { headers: { range: 'bytes=0-5' } });
    expect(part.response.status).toBe(206);
    expect(part.body.toString()).toBe('GIF89a');
    expect(part.response.headers.get('content-range')).toBe('bytes 0-5/100');
    expect(part.response.headers.get('content-length')).toBe('6');
    expect(part.response.headers.get('access-control-allow-origin')).toBe('*');
    const outside = await read('/a.gif', { headers: { range: 'bytes=500-' } });
    expect([outside.response.status, outside.response.headers.get('content-range')]).toEqual([
      416,
      'bytes */100',
    ]);
    const several = await read('/a.gif', { headers: { range: 'bytes=0-1,5-6' } });
    expect([several.response.status, several.body.length]).toEqual([200, 100]);
    const changed = await read('/a.gif', { headers: { range: 'bytes=0-5', 'if-range': '"0"' } });
    expect(changed.response.status).toBe(200);
    expect(requests).toHaveLength(1);
  });

  it('passes a range on when it has no copy, and does not store the part', async () => {
    const { read, cache, requests } = await setUp((req, res) => {
      if (req.headers.range !== 'bytes=0-19')
        return res.writeHead(416, { 'content-range': 'bytes */100' }).end();
      res
        .writeHead(206, { 'content-range': 'bytes 0-19/100', 'content-length': 20 })
        .end(GIF.subarray(0, 20));
    });
    const { response, body } = await read('/a.gif', { headers: { range: 'bytes=0-19' } });
    expect([response.status, body.length]).toEqual([206, 20]);
    expect(response.headers.get('content-range')).toBe('bytes 0-19/100');
    expect(cache.entries.size).toBe(0);
    const outside = await read('/a.gif', { headers: { range: 'bytes=200-300' } });
    expect([outside.response.status, outside.response.headers.get('content-range')]).toEqual([
      416,
      'bytes */100',
    ]);
    expect(requests).toHaveLength(2);
  });

  it('passes the middle of a picture on only under a declared type that is one of a picture', async () => {
    const middle = (type: string): Answer => {
      return (_, res) =>
        res
          .writeHead(206, { 'content-range': 'bytes 50-69/100', 'content-type': type })
          .end(GIF.subarray(50, 70));
    };
    const range = { headers: { range: 'bytes=50-69' } };
    const gif = await setUp(middle('Image/GIF; x=y'));
    const { response } = await gif.read('/a.gif', range);
    expect([response.status, response.headers.get('content-type')]).toEqual([206, 'image/gif']);
    for (const type of ['text/html', 'video/mp4']) {
      await origin?.close();
      const other = await setUp(middle(type));
      expect((await other.read('/a.gif', range)).response.status).toBe(502);
    }
  });

  it('remembers a failure for a short time', async () => {
    const { read, cache, requests } = await setUp((_, res) => res.writeHead(404).end());
    expect((await read()).response.status).toBe(404);
    const again = await read();
    expect([again.response.status, again.body.toString()]).toEqual([
      404,
      expect.stringContaining('answered 404'),
    ]);
    expect(requests).toHaveLength(1);
    cache.now += 901_000;
    await read();
    expect(requests).toHaveLength(2);
  });

  it.each(['if-none-match', 'if-range', 'via'])(
    'does not let a client keep a picture from others by %s',
    async (name) => {
      const { read } = await setUp((req, res) =>
        /bad|1.1 proxy,/.test(String(req.headers[name])) ? res.writeHead(400).end() : gif(req, res),
      );
      const headers = { [name]: name === 'via' ? '1.1 bad' : '"bad"', range: 'bytes=0-9' };
      expect((await read('/a.gif', { headers })).response.status).toBe(502);
      expect((await read()).response.status).toBe(200);
    },
  );

  it('asks each time for a picture that must not be served unasked, and writes it once', async () => {
    const { read, cache, requests } = await setUp((req, res) =>
      res
        .writeHead(req.headers['if-none-match'] ? 304 : 200, { 'cache-control': 'no-cache', etag: '"1"' })
        .end(req.headers['if-none-match'] ? undefined : GIF),
    );
    let puts = 0;
    const put = cache.put.bind(cache);
    cache.put = (...args) => {
      puts += 1;
      return put(...args);
    };
    for (let i = 0; i < 3; i += 1) expect((await read()).body.equals(GIF)).toBe(true);
    expect([requests.length, puts]).toEqual([3, 1]);
  });

  it('answers with the stale copy while the origin fails, and asks it at most once a minute', async () => {
    let isDown = false;
    const { read, requests } = await setUp((req, res) => (isDown ? res.writeHead(500).end() : gif(req, res)));
    await read();
    isDown = true;
    const later = { now: NOW + 7_200_000 };
    const stale = await read('/a.gif', {}, later);
    expect([stale.response.status, stale.body.equals(GIF)]).toEqual([200, true]);
    expect(stale.response.headers.get('cache-control')).toBe('public, max-age=60');
    await read('/a.gif', {}, later);
    expect(requests).toHaveLength(2);
  });

  it('does not keep showing a picture that was withdrawn', async () => {
    let isGone = false;
    const { read } = await setUp((req, res) => (isGone ? res.writeHead(410).end() : gif(req, res)));
    await read();
    isGone = true;
    const later = { now: NOW + 7_200_000 };
    expect((await read('/a.gif', {}, later)).response.status).toBe(410);
    expect((await read('/a.gif', {}, later)).response.status).toBe(410);
  });

  it('renews a stale copy with a conditional request', async () => {
    const { read, requests } = await setUp((req, res) =>
      req.headers['if-none-match']
        ? res.writeHead(304, { 'cache-control': 'max-age=3600' }).end()
        : gif(req, res),
    );
    await read();
    const later = { now: NOW + 7_200_000 };
    const renewed = await read('/a.gif', {}, later);
    expect([renewed.response.status, renewed.body.equals(GIF)]).toEqual([200, true]);
    await read('/a.gif', {}, later);
    expect(requests.map((request) => request.headers['if-none-match'])).toEqual([undefined, '"1"']);
  });

  it.each([
    ['no-store', 'no-store'],
    ['private, max-age=60', 'private, max-age=60'],
  ])('stores nothing that the origin calls %s', async (cacheControl, expected) => {
    const { read, cache } = await setUp((_, res) =>
      res.writeHead(200, { 'cache-control': cacheControl }).end(GIF),
    );
    expect((await read()).response.headers.get('cache-control')).toBe(expected);
    expect(cache.entries.size).toBe(0);
  });

  it('serves the picture although the cache refuses it', async () => {
    const cache = {
      match: async () => undefined,
      put: async () => Promise.reject(new Error('full')),
      delete: async () => false,
    };
    const { read } = await setUp((_, res) => res.end(Buffer.concat([GIF, Buffer.alloc(300_000)])), { cache });
    expect((await read()).body.length).toBe(300_100);
  });

  it('is as good as empty when it breaks off in the middle', async () => {
    const { read, cache, requests } = await setUp(gif);
    await read();
    const match = cache.match.bind(cache);
    cache.match = async (key) => {
      const found = await match(key);
      const pull = (controller: ReadableStreamDefaultController) => controller.error(new Error('broken'));
      return found && new Response(new ReadableStream({ pull }), found);
    };
    const { response, body } = await read();
    expect([response.status, body.equals(GIF), requests.length]).toEqual([200, true, 2]);
  });

  it('gives its copy up when the client goes away', async () => {
    const { get, cache, pending } = await setUp((_, res) =>
      res.end(Buffer.concat([GIF, Buffer.alloc(10_000_000)])),
    );
    const response = await get();
    await response.body?.cancel();
    await Promise.all(pending);
    expect(cache.entries.size).toBe(0);
  });

  it('holds little in memory for a cache that is slower than the client', async () => {
    const { get, cache } = await setUp((_, res) => res.end(Buffer.concat([GIF, Buffer.alloc(10_000_000)])));
    const slow = Promise.withResolvers<void>();
    cache.put = async (_, response) => {
      await response.body?.getReader().read();
      await slow.promise;
    };
    const response = await get();
    let taken = 0;
    const reading = (async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) taken += chunk.length;
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBeLessThan(500_000);
    slow.resolve();
    await reading;
    expect(taken).toBe(10_000_100);
  });

  it('holds little in memory for a client that reads slowly', async () => {
    const { get, cache } = await setUp((_, res) => res.end(Buffer.concat([GIF, Buffer.alloc(10_000_000)])));
    let taken = 0;
    cache.put = async (_, response) => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) taken += chunk.length;
    };
    const response = await get();
    const reader = response.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBeLessThan(500_000);
    await reader?.cancel();
  });
});
