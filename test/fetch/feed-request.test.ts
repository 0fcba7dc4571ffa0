import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type FeedRequestOptions, type FeedSource, requestFeed } from '../../src/fetch/feed-request.ts';
import type { Fetch } from '../../src/fetch/guarded-fetch.ts';
import { type Origin, startOrigin } from './origin.ts';

const NOW = Date.parse('Mon, 23 Nov 2026 12:00:00 GMT');
const FEED = '<rss><channel/></rss>';

let origin: Origin | undefined;
afterEach(() => origin?.close());

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

async function ask(
  answer: Answer,
  source: Partial<FeedSource> = {},
  options: Partial<FeedRequestOptions> = {},
) {
  origin = await startOrigin(answer);
  const result = await requestFeed(
    { url: `${origin.url}/feed.xml`, ...source },
    { fetch, policy: origin.policy, now: NOW, userAgent: 'Tributary/1', ...options },
  );
  return { result, request: origin.requests[0], base: origin.url };
}

const text = (result: { kind: string; bytes?: Uint8Array }) => new TextDecoder().decode(result.bytes);

/** A runtime that hands bodies over as they are, as Workers does with `deflate`. */
const undecoded =
  (body: Uint8Array<ArrayBuffer>, encoding: string): Fetch =>
  async () =>
    new Response(body, { headers: { 'content-encoding': encoding } });

describe('requestFeed', () => {
  it('asks with the agreed headers and no others that tell on anybody', async () => {
    const { request } = await ask((_, res) => res.end(FEED));
    expect(request?.headers).toMatchObject({
      'user-agent': 'Tributary/1',
      'accept-encoding': 'br, gzip',
      'a-im': 'feed',
    });
    expect(request?.headers.accept).toMatch(/^application\/atom\+xml, .*\*\/\*;q=0\.1$/);
    for (const name of ['referer', 'cookie', 'if-none-match', 'if-modified-since', 'origin'])
      expect(request?.headers).not.toHaveProperty(name);
  });

  it('gives the body, its description and the validators of a 200', async () => {
    const { result, base } = await ask((_, res) =>
      res
        .writeHead(200, {
          'content-type': 'application/rss+xml',
          etag: 'W/"1"',
          'last-modified': 'yesterday',
          'cache-control': 'public, max-age=600',
          age: '100',
          link: '<https://hub.example/>; rel=hub',
        })
        .end(FEED),
    );
    expect(text(result as never)).toBe(FEED);
    expect(result).toMatchObject({
      kind: 'modified',
      url: `${base}/feed.xml`,
      contentType: 'application/rss+xml',
      etag: 'W/"1"',
      lastModified: 'yesterday',
      maxAgeSeconds: 500,
      isDelta: false,
      link: '<https://hub.example/>; rel=hub',
    });
    expect(result).not.toHaveProperty('permanentUrl');
  });

  it('sends validators back byte for byte, also strange ones', async () => {
    const { request, result } = await ask((_, res) => res.writeHead(304).end(), {
      etag: 'W/"a\'b--gzip"',
      lastModified: '2026-11-01 00:00',
    });
    expect(request?.headers['if-none-match']).toBe('W/"a\'b--gzip"');
    expect(request?.headers['if-modified-since']).toBe('2026-11-01 00:00');
    expect(result).toMatchObject({
      kind: 'not-modified',
      etag: 'W/"a\'b--gzip"',
      lastModified: '2026-11-01 00:00',
    });
  });

  it('takes over a new validator that comes with a 304', async () => {
    const { result } = await ask((_, res) => res.writeHead(304, { etag: '"2"' }).end(), {
      etag: '"1"',
      lastModified: 'then',
    });
    expect(result).toMatchObject({ kind: 'not-modified', etag: '"2"', lastModified: 'then' });
  });

  it('forgets a validator that a 200 no longer carries', async () => {
    const { result } = await ask((_, res) => res.writeHead(200, { etag: '"2"' }).end(FEED), {
      etag: '"1"',
      lastModified: 'then',
    });
    expect(result).toMatchObject({ kind: 'modified', etag: '"2"' });
    expect(result).not.toHaveProperty('lastModified');
  });

  it('takes a 200 with the same ETag for a 304', async () => {
    const { result } = await ask((_, res) => res.writeHead(200, { etag: '"1"' }).end(FEED), { etag: '"1"' });
    expect(result).toMatchObject({ kind: 'not-modified', etag: '"1"' });
  });

  it('keeps no validators of a server that says Expires: 0', async () => {
    const { result } = await ask((_, res) => res.writeHead(200, { etag: '"1"', expires: '0' }).end(FEED), {
      etag: '"1"',
    });
    expect(result.kind).toBe('modified');
    expect(result).not.toHaveProperty('etag');
  });

  it('does not believe a 304 that nobody asked for', async () => {
    const { result } = await ask((_, res) => res.writeHead(304).end());
    expect(result).toMatchObject({ kind: 'failed', reason: 'status', status: 304 });
  });

  it('marks a 226 as a delta', async () => {
    const { result } = await ask((_, res) => res.writeHead(226, { im: 'feed' }).end(FEED));
    expect(result).toMatchObject({ kind: 'modified', isDelta: true });
  });

  it('names the new address only when the move is for good', async () => {
    const move = (status: number): Answer => {
      return (req, res) =>
        req.url === '/new' ? res.end(FEED) : res.writeHead(status, { location: '/new' }).end();
    };
    const permanent = await ask(move(301));
    expect(permanent.result).toMatchObject({
      permanentUrl: `${permanent.base}/new`,
      url: `${permanent.base}/new`,
    });
    await origin?.close();
    const temporary = await ask(move(302));
    expect(temporary.result).toMatchObject({ url: `${temporary.base}/new` });
    expect(temporary.result).not.toHaveProperty('permanentUrl');
  });

  it.each([
    ['120', 120],
    ['Mon, 23 Nov 2026 12:10:00 GMT', 600],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['-5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['2026-11-24', undefined],
  ])('reads Retry-After: %s as %s seconds', async (header, seconds) => {
    const { result } = await ask((_, res) => res.writeHead(429, { 'retry-after': header }).end());
    expect(result).toMatchObject({ kind: 'failed', reason: 'status', status: 429 });
    expect('retryAfterSeconds' in result ? result.retryAfterSeconds : undefined).toBe(seconds);
  });

  it('labels a bot challenge', async () => {
    const { result } = await ask((_, res) =>
      res.writeHead(403, { 'cf-mitigated': 'challenge', 'content-type': 'text/html' }).end('<html>'),
    );
    expect(result).toMatchObject({ kind: 'failed', reason: 'bot-challenge', status: 403 });
  });

  it.each([
    ['gzip', gzipSync(FEED)],
    ['br', brotliCompressSync(FEED)],
    ['deflate', deflateSync(FEED)],
  ])('reads a body that the runtime decodes, %s', async (encoding, body) => {
    const { result } = await ask((_, res) => res.writeHead(200, { 'content-encoding': encoding }).end(body));
    expect(text(result as never)).toBe(FEED);
  });

  it.each([
    ['deflate', 'deflate', deflateSync(FEED)],
    ['deflate without its header', 'deflate', deflateRawSync(FEED)],
    ['a .gz file', 'identity', gzipSync(FEED)],
    ['nothing, though it says deflate', 'deflate', Buffer.from(FEED)],
  ])('decodes what the runtime leaves: %s', async (_, encoding, body) => {
    const { result } = await ask(
      (_req, res) => res.end(),
      {},
      { fetch: undecoded(new Uint8Array(body), encoding) },
    );
    expect(text(result as never)).toBe(FEED);
  });

  it('counts bytes after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(11_000_000, 32));
    expect(bomb.length).toBeLessThan(100_000);
    const { result } = await ask((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(result).toMatchObject({ kind: 'failed', reason: 'too-large' });
    await origin?.close();
    const twice = await ask(
      (_, res) => res.end(),
      {},
      { fetch: undecoded(new Uint8Array(bomb), 'identity') },
    );
    expect(twice.result).toMatchObject({ kind: 'failed', reason: 'too-large' });
  });

  it('reports a body that breaks off', async () => {
    const { result } = await ask((_, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('<rss>');
      setTimeout(() => res.destroy(), 30);
    });
    expect(result).toMatchObject({ kind: 'failed', reason: 'broken' });
  });

  it('waits for headers only as long as it is told', async () => {
    const { result } = await ask(() => {}, {}, { headerTimeoutMs: 50 });
    expect(result).toMatchObject({ kind: 'failed', reason: 'timeout' });
  });

  it('refuses private and unreadable addresses without asking', async () => {
    const asked: string[] = [];
    const record: Fetch = async (url) => {
      asked.push(url);
      return new Response(FEED);
    };
    for (const url of ['http://192.168.0.1/feed', 'not an address', 'file:///etc/passwd']) {
      const { result } = await ask((_, res) => res.end(), { url }, { fetch: record });
      expect(result).toMatchObject({ kind: 'failed', reason: 'refused-address' });
      await origin?.close();
    }
    expect(asked).toEqual([]);
  });
});
