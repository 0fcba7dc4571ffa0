import { afterEach, expect, it } from 'vitest';
import { askHubs, canBeCalledBy } from '../../src/jobs/ask-hubs.ts';
import { takePush } from '../../src/jobs/take-push.ts';
import { SubscriptionStore } from '../../src/store/subscription-store.ts';
import { verify } from '../../src/websub/subscription.ts';
import { Newsstand, type Reply, rss } from '../support/newsstand.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOST = 'news.example';
const FEED = `https://${HOST}/feed`;
const HUB = 'https://hub.example/';

let stand: Newsstand;
afterEach(() => stand.close());

/** A feed with a hub, polled once; the stand's public address is https. */
async function following(hub = HUB, answerOfHub: Reply = { status: 202 }): Promise<string> {
  const links = `<atom:link rel="hub" href="${hub}"/><atom:link rel="self" href="${FEED}"/>`;
  stand = await Newsstand.open({
    [HOST]: () => ({ body: rss(['a', 'b'], links) }),
    [new URL(hub).host]: () => answerOfHub,
  });
  const id = await stand.follow(FEED);
  await stand.poll();
  return id;
}

async function ask(allowedOrigins: string[] = []): Promise<void> {
  await askHubs({
    fetch: stand.fetch,
    policy: { allowedOrigins: new Set(allowedOrigins), ownHosts: new Set() },
    userAgent: 'Tributary/test',
    publicOrigin: 'https://tributary.example',
    subscriptions: new SubscriptionStore(stand.db),
    now: stand.now,
  });
}

const asked = (host = 'hub.example') => stand.seen.filter((seen) => seen.host === host).length;

/** What a hub does that agrees. */
async function grant(id: string, leaseSeconds: number): Promise<void> {
  const subscriptions = new SubscriptionStore(stand.db);
  const callback = await stand.db.prepare('SELECT callback FROM subscriptions').first<string>('callback');
  const subscription = await subscriptions.find(callback ?? '');
  if (subscription === undefined) throw new Error('there is a subscription');
  const query = { 'hub.mode': 'subscribe', 'hub.topic': FEED, 'hub.challenge': 'x' };
  const verdict = verify(
    subscription,
    new URLSearchParams({ ...query, 'hub.lease_seconds': String(leaseSeconds) }),
    { now: stand.now, jitter: 1 },
  );
  if (verdict.kind !== 'confirm') throw new Error(verdict.kind);
  await subscriptions.recordLease(id, verdict);
}

async function push(id: string, body: string): Promise<void> {
  const { articles, sources, now } = stand;
  const subscriptions = new SubscriptionStore(stand.db);
  const bytes = new TextEncoder().encode(body);
  await takePush(await stand.source(id), { bytes, topic: FEED }, { articles, sources, subscriptions, now });
}

it('2.8: a lease is renewed before it ends, however short the hub makes it', async () => {
  const id = await following();
  await ask();
  await grant(id, 4 * 3600);
  stand.now += 1.9 * HOUR;
  await ask();
  expect(asked()).toBe(1);
  stand.now += 1.2 * HOUR;
  await ask();
  expect(asked()).toBe(2);
});

it('2.8: a lease that ended without renewal is asked for again, and until then polls are usual', async () => {
  const id = await following();
  await ask();
  await grant(id, 10 * 24 * 3600);
  await push(id, rss(['c']));
  await stand.poll(id);
  const wait = async () => ((await stand.source(id)).state.nextCheckAt ?? 0) - stand.now;
  expect(await wait()).toBeGreaterThan(0.9 * DAY);
  stand.now += 11 * DAY;
  await push(id, rss(['d']));
  await stand.poll(id);
  expect(await wait()).toBeLessThan(0.9 * DAY);
  await ask();
  expect(asked()).toBe(2);
});

it('2.8: a delivery without a feed has the feed polled soon, not within half an hour of the last time', async () => {
  const id = await following();
  const polls = () => asked(HOST);
  await push(id, '');
  await stand.cron();
  await stand.deliver();
  expect(polls()).toBe(1);
  stand.now += 31 * MINUTE;
  await push(id, '');
  await stand.cron();
  await stand.deliver();
  expect(polls()).toBe(2);
});

it.each(['http://127.0.0.1:4801/hub', 'http://10.0.0.1/', 'http://localhost/', 'http://[::1]/hub'])(
  '2.8: a public feed does not make us send anything to %s, though the owner allows that origin for pictures',
  async (hub) => {
    await following(hub);
    await ask([new URL(hub).origin]);
    expect(asked(new URL(hub).host)).toBe(0);
  },
);

it('2.8: a public hub does not lead us onto a private network', async () => {
  await following(HUB, { status: 307, headers: { Location: 'http://127.0.0.1:4801/' } });
  await ask(['http://127.0.0.1:4801']);
  expect(new Set(stand.seen.map(({ host }) => host))).toEqual(new Set([HOST, 'hub.example']));
});

it('2.8: what hubs are asked in one run of cron is bounded', async () => {
  await following();
  for (let i = 0; i < 20; i++) {
    const url = `https://n${i}.example/feed`;
    await new SubscriptionStore(stand.db).want(
      await stand.follow(url),
      { hub: `${HUB}${i}`, topic: url },
      stand.now,
    );
  }
  await ask();
  expect(asked()).toBe(5);
});

it.each([
  [HUB, 'https://tributary.example', true],
  [HUB, 'http://tributary.example', false],
  [HUB, 'http://127.0.0.1:8787', false],
  ['http://127.0.0.1:4801/', 'http://127.0.0.1:8787', true],
  ['http://127.0.0.1:4801/', 'http://tributary.example', false],
])('2.8: that the hub %s can call %s is %s', (hub, origin, isSo) => {
  expect(canBeCalledBy(hub, origin)).toBe(isSo);
});
