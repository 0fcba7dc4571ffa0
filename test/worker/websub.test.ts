import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { askHubs } from '../../src/jobs/ask-hubs.ts';
import { type RefreshTools, refresh } from '../../src/jobs/refresh.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { PollStore } from '../../src/store/poll-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';
import { SubscriptionStore } from '../../src/store/subscription-store.ts';
import type { Subscription } from '../../src/websub/subscription.ts';
import { answerWith, follow, items, requestsSeen } from './follow.ts';

const DAY = 86_400_000;
const NOW = Date.now();
let id: string;

/** A feed with a hub, newest item first, a day between each and the next. */
function feed(...titles: string[]): string {
  const list = titles.map((title, i) => {
    const date = new Date(NOW - (i + 1) * DAY).toUTCString();
    return `<item><title>${title}</title><guid isPermaLink="false">${title}</guid><pubDate>${date}</pubDate></item>`;
  });
  return `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title>
    <atom:link rel="hub" href="${env.ORIGIN}/hub"/><atom:link rel="self" href="${env.ORIGIN}/feed"/>${list.join('')}</channel></rss>`;
}

/** Polls the feed, after which its hub is known. */
async function poll(now = NOW): Promise<void> {
  const sources = new SourceStore(env.DB);
  const claim = { id, due: (await sources.find(id))?.state.nextCheckAt ?? 0 };
  const [followed] = await new PollStore(env.DB).claimed([claim], now);
  if (followed === undefined) throw new Error('the source is there');
  const tools: RefreshTools = {
    fetch,
    policy: { allowedOrigins: new Set(), ownHosts: new Set() },
    userAgent: 'Tributary/test',
    instances: [],
    mayLook: () => true,
    canBeCalledBy: () => true,
    manners: {
      turn: async () => {},
      answered: async () => 0,
      pausedUntil: () => 0,
      waitFor: () => 0,
    },
    articles: new ArticleStore(env.DB),
    sources,
    subscriptions: new SubscriptionStore(env.DB),
    now,
    jitter: 0,
  };
  await refresh(followed, tools);
}

async function ask(now = NOW): Promise<void> {
  await askHubs({
    fetch,
    policy: { allowedOrigins: new Set(), ownHosts: new Set() },
    userAgent: 'Tributary/test',
    publicOrigin: 'https://tributary.example',
    subscriptions: new SubscriptionStore(env.DB),
    now,
  });
}

async function subscription(): Promise<Subscription & { ask_at: number; missed: number }> {
  const row = await env.DB.prepare('SELECT * FROM subscriptions').first<{
    callback: string;
    ask_at: number;
    missed: number;
  }>();
  const found = await new SubscriptionStore(env.DB).find(row?.callback ?? '');
  if (row === null || found === undefined) throw new Error('there is a subscription');
  return { ...found, ask_at: row.ask_at, missed: row.missed };
}

/** What the hub was asked, as a form. */
async function asked(path = '/hub'): Promise<URLSearchParams[]> {
  return (await requestsSeen())
    .filter((request) => request.path === path)
    .map(({ body }) => new URLSearchParams(body));
}

async function callback(path: string, init?: RequestInit): Promise<Response> {
  const context = createExecutionContext();
  const response = await createApp().request(`https://tributary.example/websub/${path}`, init, env, context);
  await waitOnExecutionContext(context);
  return response;
}

async function verifyWith(query: Record<string, string>): Promise<Response> {
  const { callback: path, topic } = await subscription();
  const all = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.challenge': 'abc', ...query };
  return callback(`${path}?${new URLSearchParams(all)}`);
}

const sign = (method: string, secret: string, body: string) =>
  `${method}=${createHmac(method, secret).update(body).digest('hex')}`;

async function push(body: string, signature?: string): Promise<Response> {
  const { callback: path } = await subscription();
  const headers: Record<string, string> = { 'Content-Type': 'application/rss+xml' };
  if (signature !== undefined) headers['X-Hub-Signature'] = signature;
  return callback(path, { method: 'POST', body, headers });
}

async function pushSigned(body: string, method = 'sha256'): Promise<Response> {
  return push(body, sign(method, (await subscription()).secret, body));
}

const titles = async () => (await items()).map(({ title }) => title).sort();

beforeEach(async () => {
  await answerWith({ '/feed': { body: feed('one') }, '/hub': { status: 202 } });
  id = await follow('/feed');
  await poll();
});

describe('a WebSub subscription', () => {
  it('2.8: is asked for with topic, callback, secret and lease, and lasts once the hub has verified it', async () => {
    await ask();
    const [form] = await asked();
    const { callback: path, secret } = await subscription();
    expect(Object.fromEntries(form ?? [])).toEqual({
      'hub.mode': 'subscribe',
      'hub.topic': `${env.ORIGIN}/feed`,
      'hub.callback': `https://tributary.example/websub/${path}`,
      'hub.secret': secret,
      'hub.lease_seconds': '864000',
    });
    expect(secret.length).toBeLessThan(200);
    const response = await verifyWith({ 'hub.lease_seconds': '864000' });
    expect([response.status, await response.text()]).toEqual([200, 'abc']);
    const { leasedUntil } = await subscription();
    expect(leasedUntil - NOW).toBeGreaterThan(9.9 * DAY);
    await ask(NOW + DAY);
    expect(await asked()).toHaveLength(1);
  });

  it.each([
    ['a wrong topic', { 'hub.topic': 'https://other.example/feed' }],
    ['an unsubscription that nobody asked for', { 'hub.mode': 'unsubscribe' }],
  ])('2.8: is not confirmed for %s', async (_, query) => {
    await ask();
    expect((await verifyWith(query)).status).toBe(404);
    expect((await subscription()).leasedUntil).toBe(0);
  });

  it('2.8: is not confirmed where nothing was asked', async () => {
    expect((await verifyWith({})).status).toBe(404);
    expect((await callback('nobody?hub.mode=subscribe&hub.topic=x&hub.challenge=y')).status).toBe(404);
  });

  it('2.8: is asked for again where the hub redirects the request, and not where that would change it', async () => {
    await answerWith({ '/hub': { status: 307, headers: { Location: '/hub2' } }, '/hub2': { status: 202 } });
    await ask();
    expect((await asked('/hub2'))[0]?.get('hub.mode')).toBe('subscribe');
    expect((await subscription()).askedAt).toBe(NOW);
    await answerWith({ '/hub': { status: 302, headers: { Location: '/hub2' } }, '/hub2': { status: 202 } });
    await ask(NOW + 2 * DAY);
    expect(await asked('/hub2')).toEqual([]);
  });

  it('2.8: is renewed when half the lease is over, and is over when it has run out', async () => {
    await ask();
    await verifyWith({ 'hub.lease_seconds': '864000' });
    await pushSigned(feed('pushed'));
    await ask(NOW + 4.9 * DAY);
    expect(await asked()).toHaveLength(1);
    await ask(NOW + 6.1 * DAY);
    expect(await asked()).toHaveLength(2);
    const claims = [{ id, due: (await new SourceStore(env.DB).find(id))?.state.nextCheckAt ?? 0 }];
    const isPushed = async (now: number) => (await new PollStore(env.DB).claimed(claims, now))[0]?.isPushed;
    expect(await isPushed(Date.now() + DAY / 2)).toBe(true);
    await env.DB.prepare('UPDATE subscriptions SET leased_until = ?').bind(NOW).run();
    expect(await isPushed(Date.now() + DAY / 2)).toBe(false);
  });

  it('2.8: ends when the hub denies it, before or after, and is asked for again a week later', async () => {
    for (const isVerified of [false, true]) {
      await ask();
      if (isVerified) await verifyWith({});
      expect((await verifyWith({ 'hub.mode': 'denied', 'hub.reason': 'no more' })).status).toBe(200);
      const { ask_at, leasedUntil } = await subscription();
      expect(ask_at - NOW).toBeGreaterThan(6.9 * DAY);
      expect(leasedUntil).toBe(0);
      expect((await verifyWith({})).status).toBe(404);
      await env.DB.prepare('UPDATE subscriptions SET ask_at = 0').run();
    }
  });

  it('2.8: is confirmed again to a hub that missed our answer, for a day', async () => {
    await ask();
    for (let time = 0; time < 2; time++)
      expect(await (await verifyWith({ 'hub.challenge': `${time}` })).text()).toBe(`${time}`);
    await env.DB.prepare('UPDATE subscriptions SET asked_at = ?')
      .bind(NOW - 1.1 * DAY)
      .run();
    expect((await verifyWith({})).status).toBe(404);
  });

  it.each([
    ['refuses', { status: 403 }, 7],
    ['does not work', { status: 500 }, 1],
  ])('2.8: is asked for again later of a hub that %s', async (_, answer, days) => {
    await answerWith({ '/hub': answer });
    await ask();
    const { ask_at, askedAt } = await subscription();
    expect(Math.round((ask_at - NOW) / DAY)).toBe(days);
    expect(askedAt).toBeUndefined();
    expect((await verifyWith({})).status).toBe(404);
  });

  it('2.8: ends when the feed names no hub any more, which the hub learns by 410', async () => {
    await ask();
    await verifyWith({});
    const { callback: path } = await subscription();
    await answerWith({ '/feed': { body: feed('two').replace('rel="hub"', 'rel="x"') } });
    await poll();
    expect((await callback(path, { method: 'POST', body: feed('three') })).status).toBe(410);
    expect((await callback(`${path}?hub.mode=subscribe`)).status).toBe(404);
  });

  it('2.8: does not end because a feed was cut off', async () => {
    await answerWith({ '/feed': { body: '<rss><channel><item><title>two</title><guid>2</guid></item>' } });
    await poll();
    expect((await subscription()).hub).toBe(`${env.ORIGIN}/hub`);
  });

  it('2.8: is not wanted for a feed that has been silent for a month', async () => {
    await env.DB.prepare('DELETE FROM subscriptions').run();
    await answerWith({ '/feed': { body: feed('two') } });
    await poll(NOW + 40 * DAY);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM subscriptions').first('n')).toBe(0);
  });

  it('begins anew when the feed names another hub', async () => {
    await ask();
    await verifyWith({});
    const before = await subscription();
    await answerWith({ '/feed': { body: feed('two').replace('/hub"', '/hub3"') } });
    await poll();
    const after = await subscription();
    expect(after).toMatchObject({ hub: `${env.ORIGIN}/hub3`, leasedUntil: 0 });
    expect(after.secret).not.toBe(before.secret);
  });
});

describe('a delivery of a hub', () => {
  beforeEach(async () => {
    await ask();
    await verifyWith({});
  });

  it.each(['sha1', 'sha256', 'sha384', 'sha512'])(
    '2.8: signed with %s is taken as a part of the feed',
    async (method) => {
      expect((await pushSigned(feed('two'), method)).status).toBe(202);
      expect(await titles()).toEqual(['one', 'two']);
    },
  );

  it.each([
    ['another secret', (body: string) => sign('sha256', 'guessed', body)],
    ['a method nobody knows', () => 'md5=abc'],
    ['half a signature', (_: string, secret: string) => sign('sha256', secret, _).slice(0, 30)],
    ['more than a signature', (_: string, secret: string) => `${sign('sha256', secret, _)}0`],
    [
      'another method than it names',
      (_: string, secret: string) => sign('sha1', secret, _).replace('sha1', 'sha256'),
    ],
    ['no hex', () => 'sha256=zz'],
  ])('2.8: signed with %s is dropped, and the hub does not learn it', async (_, signature) => {
    const body = feed('forged');
    const response = await push(body, signature(body, (await subscription()).secret));
    expect(response.status).toBe(202);
    expect(await titles()).toEqual(['one']);
  });

  it('2.8: without a signature is refused', async () => {
    expect((await push(feed('forged'))).status).toBe(403);
    expect(await titles()).toEqual(['one']);
  });

  it('2.8: for a source that is gone is answered 410', async () => {
    const { callback: path } = await subscription();
    await new SourceStore(env.DB).remove(id, NOW);
    expect((await callback(path, { method: 'POST', body: feed('two') })).status).toBe(410);
  });

  it('2.8: without a feed has the feed polled soon; it is then what the feed says that counts', async () => {
    const dueAt = async () => (await new SourceStore(env.DB).find(id))?.state.nextCheckAt ?? 0;
    for (const body of ['', 'There is something new.']) {
      await poll(Date.now());
      expect(await dueAt()).toBeGreaterThan(Date.now());
      expect((await pushSigned(body)).status).toBe(202);
      expect(await dueAt()).toBeLessThanOrEqual(Date.now());
    }
    expect(await titles()).toEqual(['one']);
  });

  it('2.8: may hold a part of the feed; the rest stays', async () => {
    await pushSigned(feed('two'));
    await pushSigned(feed('three'));
    expect(await titles()).toEqual(['one', 'three', 'two']);
  });

  it('2.8: of more than 3 MB is refused', async () => {
    expect((await pushSigned('x'.repeat(3_000_001))).status).toBe(413);
  });

  it('2.8: makes polls a day apart, and polls usual again when one finds what the hub missed', async () => {
    const wait = async () => ((await new SourceStore(env.DB).find(id))?.state.nextCheckAt ?? 0) - Date.now();
    await pushSigned(feed('two'));
    await answerWith({ '/feed': { body: feed('two', 'one') } });
    await poll(Date.now());
    expect(await wait()).toBeGreaterThan(0.99 * DAY);
    expect((await subscription()).missed).toBe(0);
    await answerWith({ '/feed': { body: feed('three', 'two', 'one') } });
    await poll(Date.now());
    expect((await subscription()).missed).toBe(1);
    await answerWith({ '/feed': { body: feed('four', 'three', 'two', 'one') } });
    await poll(Date.now());
    expect(await wait()).toBeLessThan(0.7 * DAY);
  });
});
