import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { type RefreshTools, refresh } from '../../src/jobs/refresh.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { PollStore } from '../../src/store/poll-store.ts';
import { ReaderStore } from '../../src/store/reader-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import { SubscriptionStore } from '../../src/store/subscription-store.ts';
import worker from '../../src/worker.ts';
import {
  answerWith,
  call,
  callAsOwner,
  follow,
  items,
  pollAll,
  requestsSeen,
  rss,
  source,
} from './follow.ts';

describe('polling', () => {
  it('brings a feed’s items into every feed that shows its source', async () => {
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    const id = await follow('/feed', { categories: ['新媒体', '趣头条'] });
    await pollAll();
    for (const path of ['/', `/sources/${id}/`, '/categories/新媒体/', '/categories/新媒体/趣头条/']) {
      expect((await items(`${path}feed.json`)).map(({ title }) => title).sort()).toEqual(['one', 'two']);
    }
    expect((await items())[0]).toMatchObject({
      url: expect.stringMatching(/^https:\/\/news\.example\//),
      date_published: '2021-10-18T06:56:51.000Z',
      authors: [{ name: '趣头条' }],
      content_html: expect.stringMatching(/^<p>About (one|two)\.<\/p>$/),
      _source: { categories: ['新媒体', '趣头条'] },
    });
    expect(await source(id)).toMatchObject({ state: 'ok', articles: 2, consecutiveFailures: 0 });
  });

  it('sends the validators of the last answer and writes nothing when the feed is unchanged', async () => {
    await answerWith({
      '/feed': { body: rss('one'), etag: 'W/"v1"', headers: { 'Last-Modified': 'yesterday' } },
    });
    await follow('/feed');
    await pollAll();
    const before = await call('/feed.xml');
    await pollAll();
    const [first, second] = await requestsSeen();
    expect(first?.headers).not.toHaveProperty('if-none-match');
    expect(second?.headers).toMatchObject({ 'if-none-match': 'W/"v1"', 'if-modified-since': 'yesterday' });
    expect((await call('/feed.xml')).headers.get('ETag')).toBe(before.headers.get('ETag'));
  });

  it('recognises an unchanged feed without validators by its bytes', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await pollAll();
    const etag = (await call('/feed.xml')).headers.get('ETag');
    await pollAll();
    expect((await call('/feed.xml')).headers.get('ETag')).toBe(etag);
    expect(await items()).toHaveLength(1);
  });

  it('introduces itself, and asks with no cookie and no Referer', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await pollAll();
    const [request] = await requestsSeen();
    expect(request?.headers['user-agent']).toMatch(/^Tributary\/\d/);
    expect(request?.headers).not.toHaveProperty('cookie');
    expect(request?.headers).not.toHaveProperty('referer');
  });

  it('updates an item in place and keeps its id and date', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await pollAll();
    const [before] = await items();
    await answerWith({
      '/feed': { body: rss('one').replace('About', 'More about').replace('2021', '2022') },
    });
    await pollAll();
    const [after, ...others] = await items();
    expect(others).toEqual([]);
    expect(after).toMatchObject({
      id: before?.id,
      date_published: before?.date_published,
      content_html: '<p>More about one.</p>',
    });
  });

  it('keeps an item’s identity when its publisher moves to https', async () => {
    const feed = rss('one').replace('>one</guid>', '>http://news.example/?p=1</guid>');
    await answerWith({ '/feed': { body: feed } });
    await follow('/feed');
    await pollAll();
    const [before] = await items();
    await answerWith({
      '/feed': { body: feed.replace('http://news.example/?p=1', 'https://news.example/?p=1') },
    });
    await pollAll();
    expect((await items()).map(({ id }) => id)).toEqual([before?.id]);
  });

  it('takes an old guid on a new page, with a date years later, for a new article, once', async () => {
    const feed = rss('one').replaceAll('/one<', '/old<');
    await answerWith({ '/feed': { body: feed } });
    await follow('/feed');
    await pollAll();
    const [before] = await items();
    await answerWith({ '/feed': { body: rss('one').replace('/one<', '/new<').replace('2021', '2024') } });
    await pollAll();
    expect(await items()).toMatchObject([{ title: before?.title }, before]);
    await answerWith({
      '/feed': {
        body: rss('one').replace('/one<', '/new<').replace('2021', '2024').replace('About', 'More about'),
      },
    });
    await pollAll();
    expect((await items()).map(({ content_html }) => content_html)).toEqual([
      '<p>More about one.</p>',
      before?.content_html,
    ]);
  });

  it('leaves an article away that the owner removed, though its feed shows it still', async () => {
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await follow('/feed');
    await pollAll();
    const [first, second] = await items();
    const id = (first?.id ?? '').replace('urn:uuid:', '').replaceAll('-', '');
    expect((await callAsOwner('DELETE', `/api/articles/${id}`)).status).toBe(204);
    expect((await callAsOwner('DELETE', `/api/articles/${id}`)).status).toBe(404);
    await answerWith({ '/feed': { body: rss('one', 'two').replaceAll('About', 'More about') } });
    await pollAll();
    expect((await items()).map((item) => item.id)).toEqual([second?.id]);
  });

  it('goes by pages where a source makes its guids anew at each fetch, and forgets no article it knew', async () => {
    const feed = rss('one', 'two', 'three');
    const stamped = (stamp: string) => feed.replaceAll('</guid>', `-${stamp}</guid>`);
    await answerWith({ '/feed': { body: stamped('a') } });
    const id = await follow('/feed');
    await pollAll();
    const before = await items();
    for (const stamp of ['b', 'c']) {
      await answerWith({ '/feed': { body: stamped(stamp) } });
      await pollAll();
      expect(await items()).toEqual(before);
    }
    expect((await new SourceStore(env.DB).find(id))?.state.identityMode).toBe('link');
  });

  it('records what is wrong with each source, and lets the others through', async () => {
    await answerWith({
      '/good': { body: rss('one') },
      '/down': { status: 503, headers: { 'Retry-After': '7200' } },
      '/page': {
        body: '<!doctype html><html><body>Welcome</body></html>',
        headers: { 'Content-Type': 'text/html' },
      },
      '/loop': { status: 302, headers: { Location: '/loop' } },
      '/private': { status: 302, headers: { Location: 'http://10.0.0.1/feed' } },
    });
    const wrong: Record<string, string> = {};
    for (const path of ['/down', '/page', '/loop', '/private', '/missing']) wrong[path] = await follow(path);
    await follow('/good');
    await pollAll();
    expect(await items()).toHaveLength(1);
    const failures = await Promise.all(
      Object.entries(wrong).map(async ([path, id]) => [path, await source(id)]),
    );
    expect(Object.fromEntries(failures)).toMatchObject({
      '/down': { state: 'failing', failure: { kind: 'status', detail: expect.stringContaining('503') } },
      '/page': {
        failure: {
          kind: 'not-a-feed',
          detail: 'The document is a web page, and no feed was found through it.',
        },
      },
      '/loop': { failure: { kind: 'too-many-redirects' } },
      '/private': { failure: { kind: 'refused-address', detail: expect.stringContaining('10.0.0.1') } },
      '/missing': { failure: { kind: 'status' }, consecutiveFailures: 1 },
    });
    const wait = Date.parse((await source(wrong['/down'] ?? '')).nextCheckAt) - Date.now();
    expect(wait).toBeGreaterThan(7_000_000);
    expect((await call('/feed.xml')).status).toBe(200);
  });

  it('keeps the articles of a source that breaks, and forgets the failure when it recovers', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    const id = await follow('/feed');
    await pollAll();
    await answerWith({ '/feed': { status: 500 } });
    await pollAll();
    expect(await source(id)).toMatchObject({ state: 'failing', articles: 1 });
    expect(await items()).toHaveLength(1);
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await pollAll();
    expect(await source(id)).toMatchObject({ state: 'ok', articles: 2, consecutiveFailures: 0 });
    expect(await source(id)).not.toHaveProperty('failure');
  });

  it('asks the next RSSHub instance when one fails', async () => {
    await answerWith({ '/bad/zaker/13': { status: 503 }, '/good/zaker/13': { body: rss('one') } });
    await new SourceStore(env.DB).import(
      {
        rsshub: [`${env.ORIGIN}/bad`, `${env.ORIGIN}/good`],
        sources: [{ url: 'rsshub://zaker/13', categories: [] }],
      },
      { now: Date.now() },
    );
    await pollAll();
    expect((await requestsSeen()).map(({ path }) => path)).toEqual(['/bad/zaker/13', '/good/zaker/13']);
    expect(await items()).toHaveLength(1);
  });

  it('takes up by cron what is due and nothing else', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await pollAll();
    const polls = new PollStore(env.DB);
    await worker.scheduled(createScheduledController(), env);
    expect((await polls.work(Date.now(), 10)).due).toEqual([]);
    expect((await polls.work(Date.now() + 31 * 3_600_000, 10)).due).toHaveLength(1);
    expect(await requestsSeen()).toHaveLength(1);
  });
});

describe('an interrupted refresh', () => {
  const STEPS = ['known', 'sameTitle', 'save', 'savePoll'] as const;

  it.each(STEPS.flatMap((step) => [`before ${step}`, `after ${step}`]))(
    'loses nothing and doubles nothing when it is cut off %s',
    async (cut) => {
      await answerWith({ '/feed': { body: rss('one', 'two', 'three'), etag: '"v1"' } });
      const id = await follow('/feed');
      const sources = new SourceStore(env.DB);
      const run = async (cutAt?: string) => {
        const followed = await sources.find(id);
        if (followed === undefined) throw new Error('the source is there');
        await refresh(followed, toolsCutAt(cutAt));
      };
      await expect(run(cut)).rejects.toThrow('cut off');
      await run();
      await run();
      expect((await items()).map(({ title }) => title).sort()).toEqual(['one', 'three', 'two']);
      const state = await sources.find(id);
      expect(state?.state).toMatchObject({ etag: '"v1"', consecutiveFailures: 0 });
      const last = (await requestsSeen()).at(-1);
      expect(last?.headers['if-none-match']).toBe('"v1"');
    },
  );
});

/** The real tools, whose store dies before or after one of its calls as an invocation does. */
function toolsCutAt(cut: string | undefined): RefreshTools {
  const dying = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          if (cut === `before ${String(name)}`) throw new Error('cut off');
          const result = await value.apply(target, args);
          if (cut === `after ${String(name)}`) throw new Error('cut off');
          return result;
        };
      },
    });
  return {
    fetch,
    policy: { allowedOrigins: new Set(), ownHosts: new Set() },
    userAgent: 'Tributary/test',
    instances: [],
    mayLook: () => true,
    subscriptions: new SubscriptionStore(env.DB),
    canBeCalledBy: () => true,
    manners: { turn: async () => {}, answered: async () => 0, pausedUntil: () => 0, waitFor: () => 0 },
    articles: dying(new ArticleStore(env.DB)),
    sources: dying(new SourceStore(env.DB)),
    now: Date.now(),
    jitter: 0,
  };
}

describe('the readers of a feed', () => {
  it('are counted for a week, a row a day each', async () => {
    const readers = new ReaderStore(env.DB);
    const scope = { kind: 'all' } as const;
    await call('/feed.xml', { headers: { 'User-Agent': 'Service/1.0 (12 subscribers)' } });
    await vi.waitFor(async () => expect(await readers.recent(Date.now())).toHaveLength(1));
    const [reader] = await readers.recent(Date.now());
    expect(reader).toMatchObject({ scope: 'all', subscribers: 12 });
    await readers.seen(scope, { reader: reader?.reader ?? 0, subscribers: 13 }, Date.now());
    expect((await readers.recent(Date.now()))[0]?.subscribers).toBe(12);
    expect(await readers.recent(Date.now() + 8 * 86_400_000)).toEqual([]);
  });
});
