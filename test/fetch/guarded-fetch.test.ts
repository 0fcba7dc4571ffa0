import { afterEach, describe, expect, it } from 'vitest';
import { type Fetch, type GuardedRequest, guardedFetch } from '../../src/fetch/guarded-fetch.ts';
import { type Origin, startOrigin } from './origin.ts';

let origin: Origin | undefined;
afterEach(() => origin?.close());

const request = (url: string): GuardedRequest => ({
  url: new URL(url),
  headersFor: (hop) => new Headers({ Referer: `${hop.origin}/` }),
  headerTimeoutMs: 1000,
  signal: AbortSignal.timeout(2000),
});

/** Answers from a table and records what would have gone out. */
function recordingFetch(answers: Record<string, () => Response>) {
  const asked: { url: string; headers: Headers }[] = [];
  const fetch: Fetch = async (url, { headers }) => {
    asked.push({ url, headers });
    const answer = answers[url];
    if (!answer) throw new Error(`unexpected ${url}`);
    return answer();
  };
  return { fetch, asked };
}

const redirect =
  (location: string, status = 302) =>
  () =>
    new Response('', { status, headers: { location } });
const policy = { allowedOrigins: new Set<string>(), ownHosts: new Set(['feeds.example.org']) };

describe('guardedFetch', () => {
  it('follows redirects of a real server and gives the last response unread', async () => {
    origin = await startOrigin((req, res) => {
      if (req.url === '/end') return res.end('here');
      res.writeHead(302, { location: '/end' }).end('gone');
    });
    const result = await guardedFetch(request(`${origin.url}/start#top`), { fetch, policy: origin.policy });
    expect(result).toMatchObject({ kind: 'response', hops: 1, permanent: false });
    expect(result.kind === 'response' && (await result.response.text())).toBe('here');
    expect(result.url.href).toBe(`${origin.url}/end`);
  });

  it('never sends anything to a refused address', async () => {
    const { fetch, asked } = recordingFetch({});
    const result = await guardedFetch(request('http://10.0.0.1/'), { fetch, policy });
    expect(result).toMatchObject({ kind: 'failed', reason: 'refused-address' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['scheme-relative', '//127.0.0.1/'],
    ['in decimal', 'http://2130706433/'],
    ['with backslashes', 'http:\\\\127.0.0.1'],
    ['to data', 'data:text/html,x'],
    ['to ourselves', 'https://feeds.example.org/?http://example.com/'],
  ])('refuses a redirect to a private place, %s', async (_, location) => {
    const { fetch, asked } = recordingFetch({ 'http://example.com/': redirect(location) });
    const result = await guardedFetch(request('http://example.com/'), { fetch, policy });
    expect(result).toMatchObject({ kind: 'failed', reason: 'refused-address' });
    expect(asked.map(({ url }) => url)).toEqual(['http://example.com/']);
  });

  it('works out the headers again for every hop', async () => {
    const { fetch, asked } = recordingFetch({
      'http://a.example/': redirect('http://b.example/'),
      'http://b.example/': () => new Response('ok'),
    });
    await guardedFetch(request('http://a.example/'), { fetch, policy });
    expect(asked.map(({ headers }) => headers.get('referer'))).toEqual([
      'http://a.example/',
      'http://b.example/',
    ]);
  });

  it('calls a chain permanent only when every redirect is', async () => {
    const { fetch } = recordingFetch({
      'http://a.example/': redirect('http://b.example/', 301),
      'http://b.example/': redirect('http://c.example/', 308),
      'http://c.example/': () => new Response('ok'),
      'http://d.example/': redirect('http://e.example/', 302),
      'http://e.example/': redirect('http://c.example/', 301),
    });
    const run = (url: string) => guardedFetch(request(url), { fetch, policy });
    expect(await run('http://a.example/')).toMatchObject({ permanent: true, hops: 2 });
    expect(await run('http://d.example/')).toMatchObject({ permanent: false, hops: 2 });
    expect(await run('http://c.example/')).toMatchObject({ permanent: false, hops: 0 });
  });

  it('gives up after five redirects', async () => {
    const { fetch, asked } = recordingFetch({ 'http://a.example/': redirect('http://a.example/') });
    const result = await guardedFetch(request('http://a.example/'), { fetch, policy });
    expect(result).toMatchObject({ kind: 'failed', reason: 'too-many-redirects' });
    expect(asked).toHaveLength(6);
  });

  it('reads a Location written in raw UTF-8', async () => {
    const raw = Buffer.from('/图.jpg', 'utf8').toString('latin1');
    const { fetch, asked } = recordingFetch({
      'http://a.example/': redirect(raw),
      'http://a.example/%E5%9B%BE.jpg': () => new Response('ok'),
    });
    expect((await guardedFetch(request('http://a.example/'), { fetch, policy })).kind).toBe('response');
    expect(asked).toHaveLength(2);
  });

  it('reports a redirect without a usable target', async () => {
    const { fetch } = recordingFetch({ 'http://a.example/': redirect('http://[') });
    const result = await guardedFetch(request('http://a.example/'), { fetch, policy });
    expect(result).toMatchObject({ kind: 'failed', reason: 'bad-redirect' });
  });

  it('tells a server that is slow from one that is not there', async () => {
    origin = await startOrigin(() => {});
    const slow = await guardedFetch(
      { ...request(origin.url), headerTimeoutMs: 50 },
      { fetch, policy: origin.policy },
    );
    expect(slow).toMatchObject({ kind: 'failed', reason: 'timeout' });
    await origin.close();
    const gone = await guardedFetch(request(origin.url), { fetch, policy: origin.policy });
    expect(gone).toMatchObject({ kind: 'failed', reason: 'unreachable' });
  });
});
