import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { feedStates } from '../../src/store/feed-states.ts';
import { answerWith, call, callAsOwner, follow, items, pollAll, rss } from './follow.ts';

const put = (name: string, view: object) =>
  callAsOwner('PUT', `/api/views/${encodeURIComponent(name)}`, view);
const titles = async (path: string) => (await items(path)).map(({ title }) => title).sort();

describe('a view', () => {
  let plain = '';
  beforeEach(async () => {
    const tagged = rss('three', 'four').replace('<title>four', '<category>Sea</category><title>four');
    await answerWith({ '/a': { body: rss('one') }, '/b': { body: rss('two') }, '/c': { body: tagged } });
    plain = await follow('/a');
    await follow('/b', { categories: ['x', 'y'] });
    await follow('/c', { categories: ['xy'] });
    await pollAll();
  });

  it('has a feed in each format, a page and a list of sources, by its name', async () => {
    expect((await put('新 闻', { title: 'Morning', categories: [['x']] })).status).toBe(201);
    const folder = `/views/${encodeURIComponent('新 闻')}`;
    for (const file of ['/feed.xml', '/atom.xml', '/feed.json', '/']) {
      const response = await call(folder + file);
      expect(response.status, file).toBe(200);
      const text = await response.text();
      expect(text, file).toContain('two');
      expect(text, file).toContain('Morning');
      expect(text, file).not.toContain('three');
    }
    const opml = await (await call(`${folder}/opml.xml`)).text();
    expect(opml.match(/xmlUrl="[^"]*\/(.)"/g)?.join()).toBe(`xmlUrl="${env.ORIGIN}/b"`);
  });

  it.each(['constructor', 'feed.xml', '1', 'a b.', 'ünï-ç_d', '新闻 & more'])(
    'may be called %j, or is told that it may not',
    async (name) => {
      const isRight = !name.includes('&');
      expect((await put(name, { categories: [['x']] })).status).toBe(isRight ? 201 : 422);
      for (const file of ['feed.xml', 'atom.xml', 'feed.json']) {
        const response = await call(`/views/${encodeURIComponent(name)}/${file}`);
        expect(response.status, file).toBe(isRight ? 200 : 404);
        if (!isRight) continue;
        const text = await response.text();
        expect(text).toContain('two');
        expect(text).toContain(`https://tributary.example/views/${encodeURIComponent(name)}/${file}"`);
        expect(text).not.toContain('three');
      }
    },
  );

  it('shows what its sources, categories and tags have together, and without any, everything', async () => {
    await put('v', { sources: [`${env.ORIGIN}/a`], categories: [['x', 'y']], tags: ['Sea'] });
    expect(await titles('/views/v/feed.json')).toEqual(['four', 'one', 'two']);
    await put('v', { sources: [plain] });
    expect(await titles('/views/v/feed.json')).toEqual(['one']);
    await put('v', {});
    expect(await titles('/views/v/feed.json')).toHaveLength(4);
    const sourcesOfTag = await (await call('/tags/Sea/opml.xml')).text();
    expect(sourcesOfTag.match(/xmlUrl/g)).toHaveLength(1);
  });

  it('filters first, and its address filters what is left', async () => {
    await put('v', { filter_title: 't', filterout_title: 'three', limit: 50 });
    expect(await titles('/views/v/feed.json')).toEqual(['two']);
    expect(await titles('/views/v/feed.json?filter_title=o')).toEqual(['two']);
    expect(await titles('/views/v/feed.json?filter_title=h')).toEqual([]);
    const page = await (await call('/views/v/')).text();
    expect(page).not.toContain('three');
  });

  it('has another entity tag when an article of it or the view itself changes, and only then', async () => {
    await put('v', { categories: [['x']] });
    const tag = async () => (await call('/views/v/feed.xml')).headers.get('ETag') ?? '';
    const first = await tag();
    expect((await call('/views/v/feed.xml', { headers: { 'If-None-Match': first } })).status).toBe(304);
    await answerWith({
      '/a': { body: rss('five') },
      '/b': { body: rss('two') },
      '/c': { body: rss('three') },
    });
    await pollAll();
    expect(await tag()).toBe(first);
    await answerWith({
      '/a': { body: rss('five') },
      '/b': { body: rss('six') },
      '/c': { body: rss('three') },
    });
    await pollAll();
    const second = await tag();
    expect(second).not.toBe(first);
    await put('v', { categories: [['x']], limit: 1 });
    expect(await tag()).not.toBe(second);
  });

  it('is unknown before there is one, and gone when it was removed', async () => {
    const status = async () => (await call('/views/v/atom.xml')).status;
    expect(await status()).toBe(404);
    await put('v', {});
    expect(await status()).toBe(200);
    expect((await callAsOwner('DELETE', '/api/views/v')).status).toBe(204);
    expect(await status()).toBe(410);
    expect((await call('/views/v/')).status).toBe(410);
    expect((await callAsOwner('DELETE', '/api/views/v')).status).toBe(404);
    await put('v', {});
    expect(await status()).toBe(200);
  });

  it('comes with a list of sources, and goes with one that leaves it out', async () => {
    const views = { a: { sources: [`${env.ORIGIN}/new`] }, b: { limit: 5 } };
    const sources = [{ url: `${env.ORIGIN}/new` }];
    expect((await callAsOwner('POST', '/api/sources', { sources, views })).status).toBe(200);
    const listed = async () =>
      ((await (await callAsOwner('GET', '/api/views')).json()) as { views: object }).views;
    expect(await listed()).toEqual({ a: views.a, b: { limit: '5' } });
    await callAsOwner('POST', '/api/sources', { sources, prune: true });
    expect(await listed()).toHaveProperty('b');
    await callAsOwner('POST', '/api/sources', { sources, views: { a: views.a }, prune: true });
    expect(await listed()).toEqual({ a: views.a });
  });

  it('that is not right is refused with what to do', async () => {
    const refused = async (view: object) => {
      const response = await put('v', view);
      expect(response.status).toBe(422);
      return ((await response.json()) as { detail: string }).detail;
    };
    expect(await refused({ filter: '(?=a)' })).toContain('view `v`: `filter` is not right at character 1');
    expect(await refused({ sources: ['https://none.example/'] })).toContain('add it first');
    expect((await callAsOwner('PUT', '/api/views/v', [])).status).toBe(400);
    const list = { sources: [], views: { v: { sources: ['https://none.example/'] } } };
    expect((await callAsOwner('POST', '/api/sources', list)).status).toBe(422);
  });

  it('whose filter can no longer be read goes on with its last copy, and so when the database fails', async () => {
    await put('v', { filter_title: 'two' });
    expect(await titles('/views/v/feed.json')).toEqual(['two']);
    await env.DB.exec(
      `UPDATE views SET changed_at = changed_at + 1, entry = '{"parameters":{"filter":"("}}'`,
    );
    feedStates.forget();
    const response = await call('/views/v/feed.json');
    expect(response.headers.get('X-Feed-Stale')).toBe('1');
    expect(await response.json()).toMatchObject({ _stale: {}, items: [{ title: 'two' }] });
    await env.DB.exec('DROP TABLE views');
    feedStates.forget();
    expect((await call('/views/v/feed.json')).status).toBe(200);
  });
});
