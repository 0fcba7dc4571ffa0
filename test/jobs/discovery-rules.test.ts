import { afterEach, describe, expect, it } from 'vitest';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import { Newsstand, type Publisher, type Reply, rss } from '../support/newsstand.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOST = 'news.example';
const FEED = `https://${HOST}/feed`;
const NEW_FEED = `https://${HOST}/new`;

let stand: Newsstand;
afterEach(() => stand.close());

const page = (head = ''): Reply => ({
  body: `<!doctype html><html><head>${head}</head><body>Welcome</body></html>`,
  headers: { 'Content-Type': 'text/html' },
});
const linkTo = (href: string) => `<link rel="alternate" type="application/rss+xml" href="${href}">`;

/** Answers by path; what can be changed while the test runs. */
let replies: Record<string, Reply>;
const site: Publisher = ({ path }) => replies[path] ?? { status: 404 };

/** A feed that worked, and a site whose page names another one, to which a test may change anything. */
async function deadFeed(death: Reply, more: Record<string, Reply> = {}): Promise<string> {
  stand = await Newsstand.open({ [HOST]: site });
  replies = { '/feed': { body: rss(['a'], `<link>https://${HOST}/</link>`) } };
  const id = await stand.follow(FEED);
  await stand.poll();
  replies = { '/': page(linkTo('/new')), '/new': { body: rss(['a', 'b']) }, '/feed': death, ...more };
  stand.seen.length = 0;
  return id;
}

const paths = () => stand.seen.map(({ path }) => path);
const failureOf = async (id: string) => (await stand.source(id)).state.failure;

describe('2.7: a feed that has died', () => {
  it.each<[string, Reply]>([
    ['404', { status: 404 }],
    ['410', { status: 410 }],
    ['a page', page(linkTo('/new'))],
  ])('of %s is looked for on its site, once, and what is found waits for the owner', async (_, death) => {
    const id = await deadFeed(death);
    await stand.poll(id);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
    expect((await stand.source(id)).source.url).toBe(FEED);
    expect(await stand.titles()).toEqual(['a']);
    const asked = paths().length;
    for (let day = 0; day < 40; day++) {
      stand.now += DAY;
      await stand.poll(id);
    }
    expect(new Set(paths().slice(asked))).toEqual(new Set(['/feed']));
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
    expect((await failureOf(id))?.detail).not.toContain('no feed');
    await stand.sources.move(id, NEW_FEED);
    await stand.poll(id);
    expect((await stand.titles()).sort()).toEqual(['a', 'b']);
    expect(await failureOf(id)).toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['500', { status: 500 }],
    ['a broken transfer', { body: rss(['a']), breaks: true }],
  ])('of %s is looked for when that has lasted for a week', async (_, death) => {
    const id = await deadFeed(death);
    await stand.pass(6 * DAY);
    expect(new Set(paths())).toEqual(new Set(['/feed']));
    await stand.pass(4 * DAY);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
  });

  it.each([401, 403, 429])('of %i is not looked for: nobody wants us there', async (status) => {
    const id = await deadFeed({ status });
    await stand.pass(20 * DAY);
    expect(new Set(paths())).toEqual(new Set(['/feed']));
    expect(await failureOf(id)).not.toHaveProperty('proposedUrl');
  });

  it('is looked for again after a month where nothing was found', async () => {
    const id = await deadFeed({ status: 404 }, { '/': page() });
    await stand.pass(29 * DAY);
    expect(paths().filter((path) => path === '/')).toHaveLength(1);
    replies['/'] = page(linkTo('/new'));
    await stand.pass(10 * DAY);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
  });

  it('is looked for again after hours where what may be it does not answer', async () => {
    const id = await deadFeed({ status: 404 }, { '/new': { status: 503 } });
    await stand.poll(id);
    replies['/new'] = { body: rss(['b']) };
    await stand.pass(5 * HOUR);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
  });

  it('is not proposed where the owner has refused it, but another address is', async () => {
    const id = await deadFeed({ status: 404 });
    await stand.poll(id);
    expect(await stand.sources.refuseProposal(id)).toBe(true);
    expect(await stand.sources.refuseProposal(id)).toBe(false);
    await stand.poll(id);
    expect(await failureOf(id)).not.toHaveProperty('proposedUrl');
    expect(await failureOf(id)).toMatchObject({ refusedUrls: [NEW_FEED] });
    replies['/'] = page(linkTo('/new') + linkTo('/newer'));
    replies['/newer'] = { body: rss(['b']) };
    stand.now += 31 * DAY;
    await stand.poll(id);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: `https://${HOST}/newer` });
  });

  it('is looked for on its own host where its site does not answer', async () => {
    const id = await deadFeed({ status: 404 });
    await stand.db.prepare(`UPDATE sources SET site_link = 'https://gone.example/'`).run();
    await stand.poll(id);
    expect(await failureOf(id)).toMatchObject({ proposedUrl: NEW_FEED });
  });

  it('that works again forgets what was proposed', async () => {
    const id = await deadFeed({ status: 404 });
    await stand.poll(id);
    replies['/feed'] = { body: rss(['c']) };
    await stand.poll(id);
    expect(await failureOf(id)).toBeUndefined();
    expect((await stand.source(id)).source.url).toBe(FEED);
  });
});

describe('2.7: looking for a feed', () => {
  it('asks a host one thing a second, ten things at most, redirects among them', async () => {
    const hops: Publisher = ({ path }) =>
      path === '/page'
        ? page(['/1', '/2', '/3', '/4', '/5'].map(linkTo).join(''))
        : { status: 302, headers: { Location: `${path}-on` } };
    stand = await Newsstand.open({ [HOST]: hops });
    await stand.follow(`https://${HOST}/page`);
    await stand.poll();
    expect(stand.seen.length).toBe(1 + 10);
    const asked = stand.seen.filter(({ path }) => !path.includes('on'));
    const gaps = asked.slice(1).map(({ at }, i) => at - (asked[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  });

  it('is not led on and on by pages that are feeds when they are looked at', async () => {
    const asked = new Map<string, number>();
    stand = await Newsstand.open({
      [HOST]: ({ path }) => {
        const times = (asked.get(path) ?? 0) + 1;
        asked.set(path, times);
        return path !== '/1' && times === 1
          ? { body: rss(['bait']) }
          : page(linkTo(`/${Number(path.slice(1)) + 1}`));
      },
    });
    const id = await stand.follow(`https://${HOST}/1`);
    await stand.poll();
    expect(paths()).toEqual(['/1', '/2', '/2']);
    expect(await failureOf(id)).toMatchObject({ kind: 'not-a-feed' });
    await stand.pass(2 * DAY);
    expect(new Set(paths())).toEqual(new Set(['/1', '/2']));
  });

  it('ends where the host has had enough', async () => {
    stand = await Newsstand.open({ [HOST]: ({ path }) => (path === '/page' ? page() : { status: 429 }) });
    await stand.follow(`https://${HOST}/page`);
    await stand.poll();
    expect(paths()).toHaveLength(2);
    expect((await stand.polls.hostPauses()).has(HOST)).toBe(true);
  });

  it('follows no link of a page onto a private network', async () => {
    const private_ = ['http://192.168.0.1/feed', 'http://localhost/feed', 'http://[::1]/feed'];
    stand = await Newsstand.open({
      [HOST]: ({ path }) => (path === '/page' ? page(private_.map(linkTo).join('')) : { status: 404 }),
    });
    const id = await stand.follow(`https://${HOST}/page`);
    await stand.poll();
    expect(new Set(stand.seen.map(({ host }) => host))).toEqual(new Set([HOST]));
    expect(await failureOf(id)).not.toHaveProperty('proposedUrl');
  });

  it('waits for the next poll where an invocation has too little left, and asks nothing twice for it', async () => {
    stand = await Newsstand.open({ [HOST]: site });
    replies = {};
    const ids = await Promise.all(
      ['/1', '/2', '/3', '/4'].map((path) => stand.follow(`https://${HOST}${path}`)),
    );
    for (const path of ['/1', '/2', '/3', '/4']) replies[path] = { body: rss([path]) };
    await stand.poll();
    replies = { '/': page(linkTo('/new')), '/new': { body: rss(['a']) } };
    stand.seen.length = 0;
    stand.limits = PLAN_LIMITS.free;
    await stand.sources.makeDue(ids, stand.now + 1);
    await stand.poll();
    const polls = paths().filter((path) => /\d/.test(path));
    expect(polls.sort()).toEqual(['/1', '/2', '/3', '/4']);
    const proposals = async () =>
      (await Promise.all(ids.map(failureOf))).filter((failure) => failure?.proposedUrl !== undefined).length;
    expect(await proposals()).toBeLessThan(4);
    await stand.pass(DAY);
    expect(await proposals()).toBe(4);
  });

  it('keeps an invocation of the free plan within its limits, and goes on in another one', async () => {
    stand = await Newsstand.open({});
    const redirecting =
      (hops: number, then: Reply): Publisher =>
      ({ path }) => {
        const hop = Number(path.split('-')[1] ?? 0);
        const next = `${path.split('-')[0]}-${hop + 1}`;
        return hop < hops ? { status: 302, headers: { Location: next } } : then;
      };
    // of most publishers it is the feed itself that was named, so that looks begin with little left
    for (let i = 0; i < 25; i++) {
      const ways: Record<string, Publisher> = {
        '/':
          i % 3 > 0
            ? () => ({ body: rss([`from ${i}`]) })
            : redirecting(5, page(linkTo('/none') + linkTo('/feed'))),
        '/none': redirecting(5, { status: 404 }),
        '/feed': redirecting(3, { body: rss([`from ${i}`]) }),
      };
      stand.publish(
        `n${i}.example`,
        (seen) => ways[seen.path.split('-')[0] ?? '']?.(seen) ?? { status: 404 },
      );
      await stand.follow(`https://n${i}.example/`);
    }
    stand.limits = PLAN_LIMITS.free;
    await stand.cron();
    while (stand.queued.length > 0) {
      const [queries, requests] = [stand.usage.queries, stand.seen.length];
      await stand.deliver(1);
      expect(stand.usage.queries - queries + stand.seen.length - requests).toBeLessThanOrEqual(50);
    }
    expect(await stand.titles()).toHaveLength(25);
  });
});
