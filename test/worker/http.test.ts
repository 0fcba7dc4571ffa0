import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  answerWith,
  call,
  callAsOwner,
  changeDatabase,
  follow,
  items,
  pollAll,
  requestsSeen,
  rss,
} from './follow.ts';

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
    await changeDatabase('DROP TABLE feed_versions');
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

describe('an address', () => {
  it.each([
    '/',
    '/feed.xml',
    '/opml.xml',
    '/health.xml',
    '/healthz',
    '/posts.json',
    '/views/none/atom.xml',
    '/style.css',
  ])('%s says by which methods it is read', async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await call(path, { method });
      expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect(refused.headers.get('Cache-Control')).toBe('no-store');
    }
    const asked = await call(path, { method: 'OPTIONS' });
    expect([asked.status, asked.headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(asked.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(asked.headers.get('Access-Control-Allow-Headers')).toContain('If-None-Match');
  });

  it('at which nothing is says so to every method', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
      expect((await call('/nothing', { method })).status).toBe(404);
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
    const { headers } = await call('/categories/none', { redirect: 'manual' });
    expect(headers.get('Location')).toBe('/categories/none/');
    expect(headers.get('Cache-Control')).toBe('public, max-age=60');
  });

  it('says that it is in English, and of each article its language or that it is not known', async () => {
    await followOne();
    expect(await (await call('/')).text()).toMatch(/<html lang="en">.*<article class="item" lang="">/s);
    const feed = rss('two').replace('<title>News', '<language>zh-cn</language><title>News');
    await answerWith({ '/chinese': { body: feed } });
    const id = await follow('/chinese');
    await pollAll();
    expect(await (await call(`/sources/${id}/`)).text()).toContain('<article class="item" lang="zh-cn">');
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

describe('the index of posts', () => {
  interface Index {
    posts: { id: string; title: string; url: string; hash: string; path: string }[];
    next?: string;
  }
  const index = async (query = '') => (await (await call(`/posts.json${query}`)).json()) as Index;
  const titles = async (query: string) => (await index(query)).posts.map(({ title }) => title);

  /** Three articles of three days in two categories. */
  async function followThree(): Promise<void> {
    const dated = (title: string, day: string) => rss(title).replace('18 Oct 2021', `${day} Oct 2021`);
    await answerWith({
      '/one': { body: dated('one', '18') },
      '/two': { body: dated('two', '19') },
      '/three': { body: dated('three', '20') },
    });
    await follow('/one', { categories: ['a', 'b'] });
    await follow('/two', { categories: ['a'] });
    await follow('/three', { categories: ['ab'] });
    await pollAll();
  }

  it('and the archive hold what is asked for', async () => {
    await followThree();
    expect(await titles('')).toEqual(['three', 'two', 'one']);
    expect(await titles('?since=2021-10-19')).toEqual(['three', 'two']);
    expect(await titles('?category=a')).toEqual(['two', 'one']);
    expect(await titles('?category=a/b')).toEqual(['one']);
    expect(await titles('?category=a&since=2021-10-19T00:00:00Z')).toEqual(['two']);
    const archive = await (await call('/posts.tar?category=a&since=2021-10-19')).text();
    expect(archive).toContain('title: "two"');
    expect(archive).not.toMatch(/title: "(?:one|three)"/);
    for (const query of ['?since=x', '?category=', '?limit=0', '?limit=501', '?after=x'])
      expect((await call(`/posts.json${query}`)).status, query).toBe(400);
    expect((await call('/posts.tar?since=x')).status).toBe(400);
  });

  it('comes in pages, the last without a next one', async () => {
    await followThree();
    const found: string[] = [];
    let next: string | undefined = '?limit=1&theme=next';
    for (let pages = 0; next !== undefined; pages++) {
      expect(pages).toBeLessThan(3);
      const page: Index = await index(new URL(next, 'https://tributary.example').search);
      found.push(...page.posts.map(({ title }) => title));
      expect(page.posts[0]?.url).toMatch(/\.md\?theme=next$/);
      next = page.next;
    }
    expect(found).toEqual(['three', 'two', 'one']);
    expect((await call('/posts.json?limit=1')).headers.get('Link')).toMatch(/&after=.*>; rel="next"$/);
  });

  it('and each post have tags that differ when they do', async () => {
    await followThree();
    const [first] = (await index()).posts;
    const post = new URL(first?.url ?? '').pathname;
    const status = async (path: string, etag: string) =>
      (await call(path, { headers: { 'If-None-Match': etag } })).status;
    const tag = async (path: string) => (await call(path)).headers.get('ETag') ?? '';
    const before = { index: await tag('/posts.json'), post: await tag(post) };
    expect(await status('/posts.json', before.index)).toBe(304);
    expect(await status(post, `W/${before.post}`)).toBe(304);
    expect(await status('/posts.json?timezone=Asia/Shanghai', before.index)).toBe(200);
    expect(await status(`${post}?timezone=Asia/Shanghai`, before.post)).toBe(200);
    await follow('/three', { categories: ['ab'], title: 'Another name' });
    expect(await status('/posts.json', before.index)).toBe(200);
    expect(await status(post, before.post)).toBe(200);
  });

  it('follows a profile of the owner, and what he changes of it', async () => {
    await followThree();
    const profile = (keys: object) =>
      callAsOwner('POST', '/api/sources', { sources: [], profiles: { blog: { like: 'jekyll', keys } } });
    expect((await profile({ name: 'titel' })).status).toBe(422);
    expect((await call('/posts.json?profile=blog')).status).toBe(400);
    expect((await profile({ name: 'title' })).status).toBe(200);
    const [before] = (await index('?profile=blog')).posts;
    expect(before?.path).toContain('2021-10-20-three-');
    const read = async () => (await call(`/posts/${before?.id}.md?profile=blog`)).text();
    expect(await read()).toMatch(/^---\nname: "three"\n---\n/);
    await profile({ called: 'title' });
    expect(await read()).toMatch(/^---\ncalled: "three"\n---\n/);
    expect((await index('?profile=blog')).posts[0]?.hash).not.toBe(before?.hash);
    const { profiles } = (await (await callAsOwner('GET', '/api/sources')).json()) as { profiles: object };
    expect(profiles).toEqual({ blog: { like: 'jekyll', keys: { called: 'title' } } });
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

  it('import no list with a field that nobody knows or a value that means nothing', async () => {
    const sources = [{ url: 'https://a.example/feed' }];
    const refused = await callAsOwner('POST', '/api/sources', { sources, view: {}, prune: 'yes' });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      problems: [
        { message: 'unknown field `view`; known are rsshub, sources, views, profiles, prune' },
        { message: '`prune` is true or false' },
      ],
    });
    expect(await (await callAsOwner('GET', '/api/sources')).json()).toMatchObject({ sources: [] });
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

  it('list a route of RSSHub as it was written, and for readers by our own feed of it', async () => {
    const response = await callAsOwner('POST', '/api/sources', { url: 'rsshub://a/b' });
    const { id } = (await response.json()) as { id: string };
    expect(await (await callAsOwner('GET', '/api/opml')).text()).toContain('xmlUrl="rsshub://a/b"');
    const list = await (await call('/opml.xml')).text();
    expect(list).toContain(`xmlUrl="https://tributary.example/sources/${id}/feed.xml"`);
    expect(list).not.toContain('rsshub:');
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
    expect((await callAsOwner('PATCH', `/api/sources/${id}`, [])).status).toBe(400);
    expect((await callAsOwner('PATCH', '/api/sources/none', {})).status).toBe(404);
  });

  it('remove a source with its articles', async () => {
    const id = await followOne();
    expect((await callAsOwner('DELETE', `/api/sources/${id}`)).status).toBe(204);
    expect((await callAsOwner('DELETE', `/api/sources/${id}`)).status).toBe(404);
    expect(await items()).toEqual([]);
  });

  it('answer as problems where there is no such call, or none by this method', async () => {
    const nothing = await callAsOwner('GET', '/api/nothing');
    expect(nothing.status).toBe(404);
    expect(nothing.headers.get('Content-Type')).toBe('application/problem+json');
    const other = await callAsOwner('PUT', '/api/sources/none');
    expect([other.status, other.headers.get('Allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
    expect(other.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await other.json()).toMatchObject({ title: 'This address takes GET, HEAD, PATCH, DELETE' });
  });

  it('answer a body that is no JSON or too large with a sentence', async () => {
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const post = (body: string) => call('/api/sources', { method: 'POST', headers, body });
    for (const body of ['{', '', '[]', '"text"', 'null']) {
      const refused = await post(body);
      expect(refused.status, body).toBe(400);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('openapi.json') });
    }
    expect((await post(`"${'x'.repeat(4_000_001)}"`)).status).toBe(413);
  });
});
