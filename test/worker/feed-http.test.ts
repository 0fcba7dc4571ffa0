import { describe, expect, it } from 'vitest';
import { answerWith, call, callAsOwner, follow, pollAll, rss } from './follow.ts';

async function followOne(body = rss('one')): Promise<string> {
  await answerWith({ '/feed': { body } });
  const id = await follow('/feed', { categories: ['a'] });
  await pollAll();
  return id;
}

describe('the answer to a feed reader', () => {
  it('is 304 to any tag and to a later date, and the whole feed to a date that is none', async () => {
    await followOne();
    const statusWith = async (headers: Record<string, string>) =>
      (await call('/atom.xml', { headers })).status;
    expect(await statusWith({ 'If-None-Match': '*' })).toBe(304);
    expect(await statusWith({ 'If-Modified-Since': new Date(Date.now() + 3_600_000).toUTCString() })).toBe(
      304,
    );
    expect(await statusWith({ 'If-Modified-Since': 'yesterday' })).toBe(200);
    expect(await statusWith({ 'If-None-Match': '' })).toBe(200);
  });

  it('has a date of change that never goes back', async () => {
    const id = await followOne(rss('one', 'two'));
    const dateOf = async () => Date.parse((await call('/feed.xml')).headers.get('Last-Modified') ?? '');
    const before = await dateOf();
    await answerWith({ '/feed': { body: rss('one') } });
    await pollAll();
    const after = await dateOf();
    await callAsOwner('DELETE', `/api/sources/${id}`);
    expect(after).toBeGreaterThanOrEqual(before);
    expect(await dateOf()).toBeGreaterThanOrEqual(after);
  });

  it('says how long it keeps: a feed some minutes, longer while it is renewed or out of order, an error shortly', async () => {
    const id = await followOne();
    const cachingOf = async (path: string) =>
      (await call(path, { redirect: 'manual' })).headers.get('Cache-Control');
    expect(await cachingOf('/feed.json')).toBe(
      'public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400',
    );
    expect(await cachingOf('/feed.xml?archive=2021-10')).toContain('max-age=604800');
    await callAsOwner('DELETE', `/api/sources/${id}`);
    for (const path of [
      `/sources/${id}/feed.xml`,
      '/tags/none/feed.xml',
      '/feed.xml?limit=x',
      '/feed.xml?format=json',
    ]) {
      expect(await cachingOf(path), path).toBe('public, max-age=60');
    }
  });

  it('is the same for every program, whatever it says of itself, of what it takes and of deltas', async () => {
    await followOne();
    const clients: Record<string, string>[] = [
      {},
      { 'User-Agent': 'FreshRSS/1.24', Accept: 'application/rss+xml' },
      { 'User-Agent': 'Mozilla/5.0', Accept: 'text/html', Cookie: 'a=b' },
      { 'User-Agent': 'feedparser/6', 'A-IM': 'feed', Accept: 'application/json;q=1, */*;q=0.1' },
    ];
    const answers = await Promise.all(clients.map((headers) => call('/atom.xml', { headers })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(texts).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('Content-Type')))).toEqual(
      new Set(['application/atom+xml; charset=utf-8']),
    );
    for (const { headers } of answers) {
      expect(headers.has('Set-Cookie')).toBe(false);
      expect(headers.get('Vary')).toBe('Accept-Encoding');
      expect(headers.get('X-Robots-Tag')).toBe('noindex');
    }
  });

  it('has the headers of the answer to GET when only they are asked for', async () => {
    await followOne();
    for (const path of ['/feed.xml', '/feed.json', '/tags/none/atom.xml']) {
      const [get, head] = await Promise.all([call(path), call(path, { method: 'HEAD' })]);
      expect(head.status, path).toBe(get.status);
      expect(await head.text()).toBe('');
      for (const name of [
        'Content-Type',
        'ETag',
        'Last-Modified',
        'Cache-Control',
        'Link',
        'Access-Control-Allow-Origin',
      ])
        expect(head.headers.get(name), `${path} ${name}`).toBe(get.headers.get(name));
    }
  });

  it.each([
    ['Latin', 'x'],
    ['Chinese', '文'],
  ])('of %s stays below a megabyte, and what does not fit is on the next page', async (_, character) => {
    const titles = Array.from({ length: 40 }, (_, i) => `title-${i}`);
    const long = `${character.repeat(99)} `.repeat(400);
    await followOne(titles.reduce((feed, title) => feed.replace(`About ${title}.`, long), rss(...titles)));
    const shown: string[] = [];
    let pages = 0;
    for (let path: string | undefined = '/feed.json'; path !== undefined; pages++) {
      const text = await (await call(path)).text();
      expect(new TextEncoder().encode(text).length).toBeLessThan(1_000_000);
      const feed: { items: { title: string }[]; next_url?: string } = JSON.parse(text);
      shown.push(...feed.items.map(({ title }) => title));
      path = feed.next_url?.replace('https://tributary.example', '');
    }
    expect(pages).toBeGreaterThan(1);
    expect(shown.sort()).toEqual(titles.sort());
  });
});
