import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { answerWith, callAsOwner, follow, items, pollAll, requestsSeen, rss, source } from './follow.ts';

const PAGE = (link: string) => ({
  body: `<!doctype html><html><head>${link}</head><body>Welcome</body></html>`,
  headers: { 'Content-Type': 'text/html' },
});
const LINK = '<link rel="alternate" type="application/rss+xml" href="/the-feed">';

describe('discovery', () => {
  it('follows the feed of a page that was added, under the id of the page', async () => {
    await answerWith({ '/page': PAGE(LINK), '/the-feed': { body: rss('one') } });
    const id = await follow('/page');
    await pollAll();
    expect((await items()).map(({ title }) => title)).toEqual(['one']);
    expect(await source(id)).toMatchObject({ state: 'ok', url: `${env.ORIGIN}/the-feed` });
    const again = await callAsOwner('POST', '/api/sources', { sources: [{ url: `${env.ORIGIN}/page` }] });
    expect(await again.json()).toMatchObject({ added: 0, unchanged: 1 });
  });

  it('finds a feed where feeds often lie, and follows no redirect there', async () => {
    await answerWith({
      '/page': PAGE(''),
      '/feed': { status: 302, headers: { Location: '/elsewhere' } },
      '/elsewhere': { body: rss('wrong') },
      '/atom.xml': { body: rss('right') },
    });
    await follow('/page');
    await pollAll();
    expect((await items()).map(({ title }) => title)).toEqual(['right']);
    expect((await requestsSeen()).map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('leaves it to the owner where a feed has become a page', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    const id = await follow('/feed');
    await pollAll();
    await answerWith({ '/feed': PAGE(LINK), '/the-feed': { body: rss('one', 'two') } });
    await pollAll();
    await pollAll();
    const proposedUrl = `${env.ORIGIN}/the-feed`;
    expect(await source(id)).toMatchObject({ url: `${env.ORIGIN}/feed`, failure: { proposedUrl } });
    expect(await items()).toHaveLength(1);
    expect((await requestsSeen()).filter(({ path }) => path === '/the-feed')).toHaveLength(1);
    await callAsOwner('PATCH', `/api/sources/${id}`, { url: proposedUrl });
    await pollAll();
    expect(await source(id)).toMatchObject({ state: 'ok', url: proposedUrl, articles: 2 });
  });

  it('does not lead two sources to one address', async () => {
    await answerWith({ '/page': PAGE(LINK), '/the-feed': { body: rss('one') } });
    await follow('/the-feed');
    const id = await follow('/page');
    await pollAll();
    expect(await source(id)).toMatchObject({ failure: { proposedUrl: `${env.ORIGIN}/the-feed` } });
    const answer = await callAsOwner('PATCH', `/api/sources/${id}`, { url: `${env.ORIGIN}/the-feed` });
    expect(answer.status).toBe(409);
  });

  it('takes no for an answer', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    const id = await follow('/feed');
    await pollAll();
    await answerWith({ '/': PAGE(LINK), '/the-feed': { body: rss('one', 'two') } });
    await pollAll();
    expect(await source(id)).toMatchObject({ failure: { proposedUrl: `${env.ORIGIN}/the-feed` } });
    expect((await callAsOwner('DELETE', `/api/sources/${id}/proposal`)).status).toBe(204);
    expect((await callAsOwner('DELETE', `/api/sources/${id}/proposal`)).status).toBe(404);
    await pollAll();
    expect((await source(id)).failure).not.toHaveProperty('proposedUrl');
  });
});
