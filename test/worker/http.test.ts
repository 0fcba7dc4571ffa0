import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { answerWith, call, callAsOwner, follow, items, pollAll, requestsSeen, rss } from './follow.ts';

const GIF = { base64: 'R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=' };

async function followOne(feed = rss('one')): Promise<string> {
  await answerWith({
    '/feed': { body: feed },
    '/a.gif': { body: GIF, headers: { 'Content-Type': 'image/gif' } },
  });
  const id = await follow('/feed', { categories: ['新媒体'] });
  await pollAll();
  return id;
}

describe('a feed address', () => {
  it.each([
    ['/feed.xml', 'application/rss+xml; charset=utf-8'],
    ['/atom.xml', 'application/atom+xml; charset=utf-8'],
    ['/feed.json', 'application/feed+json; charset=utf-8'],
  ])('%s has its own type, and headers that keep a browser from running it', async (path, type) => {
    await followOne();
    const response = await call(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(response.headers.get('Content-Security-Policy')).toContain('sandbox');
    expect(response.headers.get('Cache-Control')).toContain('stale-if-error');
  });

  it('answers 304 to its own tag, weak or in a list, and to its date', async () => {
    await followOne();
    const { headers } = await call('/feed.xml');
    const etag = headers.get('ETag') ?? '';
    const date = headers.get('Last-Modified') ?? '';
    const statusWith = async (sent: Record<string, string>) =>
      (await call('/feed.xml', { headers: sent })).status;
    expect(await statusWith({ 'If-None-Match': etag })).toBe(304);
    expect(await statusWith({ 'If-None-Match': `"other", W/${etag}` })).toBe(304);
    expect(await statusWith({ 'If-Modified-Since': date })).toBe(304);
    expect(await statusWith({ 'If-None-Match': '"other"', 'If-Modified-Since': date })).toBe(200);
    expect(await statusWith({ 'If-Modified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' })).toBe(200);
  });

  it('changes its tag and its body when an article comes', async () => {
    await followOne();
    const before = await call('/feed.xml');
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await pollAll();
    const after = await call('/feed.xml', { headers: { 'If-None-Match': before.headers.get('ETag') ?? '' } });
    expect(after.status).toBe(200);
    expect(await after.text()).toContain('<title>two</title>');
  });

  it('answers HEAD as GET, without a body', async () => {
    await followOne();
    const response = await call('/feed.xml', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('ETag')).toBe((await call('/feed.xml')).headers.get('ETag'));
    expect(await response.text()).toBe('');
  });

  it('is a whole feed before the first article, and 404 where nothing is followed', async () => {
    await answerWith({});
    const id = await follow('/feed', { categories: ['新媒体'] });
    for (const path of [
      '/feed.xml',
      `/sources/${id}/atom.xml`,
      '/categories/%E6%96%B0%E5%AA%92%E4%BD%93/feed.json',
    ]) {
      expect((await call(path)).status).toBe(200);
    }
    for (const path of [
      '/sources/none/feed.xml',
      '/categories/none/feed.xml',
      '/categories/%ff/feed.xml',
      '/x.xml',
    ]) {
      expect((await call(path)).status).toBe(404);
    }
  });

  it('leads to the address of the format that is asked for', async () => {
    await followOne();
    const response = await call('/feed.xml?format=json&limit=1&_=2', { redirect: 'manual' });
    expect(response.status).toBe(301);
    expect(response.headers.get('Location')).toBe('https://tributary.example/feed.json?limit=1');
    expect((await call('/feed.xml?format=rss')).status).toBe(200);
    expect((await call('/feed.xml?format=ums')).status).toBe(400);
  });

  it('takes filters, and says what is wrong with one', async () => {
    await followOne(rss('one', 'two'));
    expect((await items('/feed.json?filter_title=^t')).map(({ title }) => title)).toEqual(['two']);
    expect((await items('/feed.json?filterout=two&limit=5')).map(({ title }) => title)).toEqual(['one']);
    const refused = await call('/feed.xml?filter=(?!a)');
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('`filter` is not right at character 1: look-ahead');
  });

  it('serves the last copy, marked as stale, when the database is out of order', async () => {
    await followOne();
    const good = await (await call('/feed.xml')).text();
    await env.DB.exec('DROP TABLE feed_versions');
    const response = await call('/feed.xml');
    expect(response.status).toBe(200);
    expect(response.headers.get('X-Feed-Stale')).toBe('1');
    expect(await response.text()).toBe(good);
  });
});

describe('a picture', () => {
  const shown = (url: string) => rss('one').replace('About one.', `&lt;img src="${url}"&gt;`);

  it('of an article is served with CORS headers, and with the Referer of the article’s page', async () => {
    await followOne(shown(`${env.ORIGIN}/a.gif`));
    const [item] = await items();
    const address = /src="https:\/\/tributary\.example(\/\?[^"]+)"/.exec(item?.content_html ?? '')?.[1] ?? '';
    const response = await call(address);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('image/gif');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect((await response.arrayBuffer()).byteLength).toBe(35);
    const request = (await requestsSeen()).find(({ path }) => path === '/a.gif');
    expect(request?.headers.referer).toBe('https://news.example/one');
  });

  it('is served from the cache the second time', async () => {
    await followOne(shown(`${env.ORIGIN}/a.gif`));
    await (await call(`/?${env.ORIGIN}/a.gif`)).arrayBuffer();
    await (await call(`/?${env.ORIGIN}/a.gif`)).arrayBuffer();
    expect((await requestsSeen()).filter(({ path }) => path === '/a.gif')).toHaveLength(1);
  });

  it('of a host that no article shows is refused, with the setting that would allow it', async () => {
    await followOne();
    const response = await call('/?http://elsewhere.example/a.gif');
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('IMAGE_HOSTS');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('at a private address is refused even when an article shows it', async () => {
    await followOne(shown('http://127.0.0.1:9/a.gif'));
    expect((await call('/?http://127.0.0.1:9/a.gif')).status).toBe(403);
  });

  it('that is really a page is refused', async () => {
    await followOne(shown(`${env.ORIGIN}/page.gif`));
    await answerWith({ '/page.gif': { body: '<html><script>', headers: { 'Content-Type': 'image/gif' } } });
    expect((await call(`/?${env.ORIGIN}/page.gif`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a page', () => {
  it('shows the river with its feeds announced, and nothing of a source can run on it', async () => {
    await followOne(
      rss('one')
        .replace('About', '&lt;script&gt;alert(1)&lt;/script&gt;About')
        .replaceAll('>one<', '>&lt;b&gt;one &amp; "two"<'),
    );
    const response = await call('/');
    const text = await response.text();
    expect(text).toContain('<link rel="alternate" type="application/rss+xml" title="RSS" href="/feed.xml">');
    expect(text).toContain('one &amp; &quot;two&quot;</a>');
    expect(text).not.toContain('<script');
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  });

  it('is there for every article, category and source, and is 404 otherwise', async () => {
    const id = await followOne();
    const [item] = await items();
    const article = item?.id.replace('urn:uuid:', '').replaceAll('-', '');
    for (const path of [`/articles/${article}`, `/sources/${id}/`, '/categories/新媒体/', '/?utm_source=x']) {
      expect((await call(path)).status, path).toBe(200);
    }
    for (const path of ['/articles/none', '/sources/none/', '/categories/none/']) {
      expect((await call(path)).status, path).toBe(404);
    }
    expect((await call('/categories/none', { redirect: 'manual' })).headers.get('Location')).toBe(
      '/categories/none/',
    );
  });
});

describe('posts', () => {
  it('are listed page by page and served as front matter and body', async () => {
    await followOne();
    const { posts } = (await (await call('/posts.json')).json()) as { posts: { id: string; url: string }[] };
    expect(posts).toHaveLength(1);
    const post = await call(new URL(posts[0]?.url ?? '').pathname);
    expect(post.headers.get('Content-Type')).toBe('text/markdown; charset=utf-8');
    expect(await post.text()).toBe(`---
title: "one"
categories:
  - "新媒体"
author: "News"
comments: false
date: "Mon, 18 Oct 2021 06:56:51 GMT"
updated: "Mon, 18 Oct 2021 06:56:51 GMT"
link: "https://news.example/one"
source: "News"
---

<div><p>About one.</p></div>
`);
    expect((await call(`/posts/${'0'.repeat(32)}.md`)).status).toBe(404);
  });

  it('are served as a generator wants them, and all in one archive', async () => {
    await followOne();
    const { posts } = (await (await call('/posts.json?profile=jekyll')).json()) as {
      posts: { url: string; path: string }[];
    };
    expect(posts[0]?.path).toMatch(/^新媒体\/2021-10-18-one-[0-9a-f]{8}\.md$/);
    const post = await (await call((posts[0]?.url ?? '').replace('https://tributary.example', ''))).text();
    expect(post).toContain('\ndate: 2021-10-18T06:56:51Z\n');
    const archive = await (await call('/posts.tar?profile=jekyll')).text();
    expect(archive).toContain(` path=${posts[0]?.path}\n`);
    expect(archive).toContain(post);
    expect((await call('/posts.tar?profile=word')).status).toBe(400);
  });
});

describe('the owner’s calls', () => {
  it.each([
    ['GET', '/api/sources'],
    ['POST', '/api/sources'],
    ['POST', '/api/refresh'],
    ['DELETE', '/api/sources/x'],
    ['GET', '/api/opml'],
  ])('%s %s needs the token', async (method, path) => {
    const wrong = { Authorization: 'Bearer wrong' };
    for (const headers of [{}, wrong]) {
      const response = await call(path, { method, headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    }
  });

  it('import a list whole or not at all', async () => {
    const good = { url: 'https://a.example/feed' };
    const response = await callAsOwner('POST', '/api/sources', { sources: [good, { url: 'ftp://b' }, good] });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ problems: [{ index: 1 }, { index: 2 }] });
    expect(await (await callAsOwner('GET', '/api/sources')).json()).toMatchObject({ sources: [] });
    const counts = await callAsOwner('POST', '/api/sources', { sources: [good] });
    expect(await counts.json()).toEqual({ added: 1, updated: 0, removed: 0, unchanged: 0 });
  });

  it('take OPML and give it back', async () => {
    const opml =
      '<opml version="2.0"><body><outline text="F"><outline text="A" xmlUrl="https://a.example/"/></outline></body></opml>';
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const imported = await call('/api/opml', { method: 'POST', headers, body: opml });
    expect(await imported.json()).toMatchObject({ added: 1 });
    expect(await (await callAsOwner('GET', '/api/opml')).text()).toContain('xmlUrl="https://a.example/"');
    expect(await (await call('/opml.xml')).text()).toContain('<outline text="F">');
  });

  it('change what is written down of a source, field by field', async () => {
    const id = await followOne();
    const change = async (patch: object) => (await callAsOwner('PATCH', `/api/sources/${id}`, patch)).json();
    expect(await change({ poll: '2h', title: 'Mine' })).toMatchObject({
      id,
      poll: 120,
      categories: ['新媒体'],
    });
    expect(await change({ title: null, categories: ['News'] })).not.toHaveProperty('title');
    expect(await items('/categories/News/feed.json')).toHaveLength(1);
    expect((await callAsOwner('PATCH', `/api/sources/${id}`, { poll: 'never' })).status).toBe(422);
    expect((await callAsOwner('PATCH', '/api/sources/none', {})).status).toBe(404);
  });

  it('remove a source with its articles', async () => {
    const id = await followOne();
    expect((await callAsOwner('DELETE', `/api/sources/${id}`)).status).toBe(204);
    expect((await callAsOwner('DELETE', `/api/sources/${id}`)).status).toBe(404);
    expect(await items()).toEqual([]);
  });

  it('answer a body that is no JSON or too large with a sentence', async () => {
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const post = (body: string) => call('/api/sources', { method: 'POST', headers, body });
    expect((await post('{')).status).toBe(400);
    expect((await post(`"${'x'.repeat(4_000_001)}"`)).status).toBe(413);
  });
});
