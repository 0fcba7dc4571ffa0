import { afterEach, describe, expect, it } from 'vitest';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import { Newsstand, overriding, type Publisher, type Reply, rss } from '../support/newsstand.ts';

// Rules are numbered as in the collection of practice they come from; docs/polling.md lists those decided otherwise.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOST = 'news.example';
const FEED = `https://${HOST}/feed`;

let stand: Newsstand;
afterEach(() => stand.close());

/** A stand with one publisher, whose feed is followed. */
async function following(publisher: Publisher, entry = {}): Promise<string> {
  stand = await Newsstand.open({ [HOST]: publisher });
  return stand.follow(FEED, entry);
}

/** Answers in turn; the last one for ever. */
function inTurn(...replies: Reply[]): Publisher {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)] ?? {};
}

const lastHeaders = () => stand.seen.at(-1)?.headers ?? {};
const minutesTo = async (id: string) =>
  Math.round((((await stand.source(id)).state.nextCheckAt ?? Number.NaN) - stand.now) / MINUTE);

describe('conditional requests', () => {
  it('E1: validators travel back byte for byte, and none is invented', async () => {
    const headers = { ETag: 'W/"odd, \'but\' theirs"', 'Last-Modified': '2026-11-01 00:00' };
    const id = await following(inTurn({ body: rss(['a']), headers }, { status: 304 }));
    await stand.poll();
    expect(lastHeaders()).not.toHaveProperty('if-none-match');
    expect(lastHeaders()).not.toHaveProperty('if-modified-since');
    await stand.poll(id);
    expect(lastHeaders()).toMatchObject({
      'if-none-match': headers.ETag,
      'if-modified-since': headers['Last-Modified'],
    });
  });

  it('E2: Expires: 0 makes validators worthless', async () => {
    const headers = { ETag: '"1"', 'Last-Modified': 'now', Expires: '0' };
    const id = await following(() => ({ body: rss(['a']), headers }));
    await stand.poll();
    await stand.poll(id);
    expect(lastHeaders()).not.toHaveProperty('if-none-match');
    expect(lastHeaders()).not.toHaveProperty('if-modified-since');
  });

  it('E3: validators outlive the program', async () => {
    const id = await following(inTurn({ body: rss(['a']), headers: { ETag: '"1"' } }, { status: 304 }));
    await stand.poll();
    // everything but the database is made anew for each invocation
    expect((await stand.source(id)).state.etag).toBe('"1"');
    await stand.poll(id);
    expect(lastHeaders()['if-none-match']).toBe('"1"');
  });

  it('E4: 304 keeps validators, and replaces those it brings', async () => {
    const id = await following(
      inTurn(
        { body: rss(['a']), headers: { ETag: '"1"', 'Last-Modified': 'then' } },
        { status: 304, headers: { ETag: '"2"' } },
        { status: 304 },
      ),
    );
    await stand.poll();
    await stand.poll(id);
    await stand.poll(id);
    expect(lastHeaders()).toMatchObject({ 'if-none-match': '"2"', 'if-modified-since': 'then' });
  });

  it('E5: 200 clears the validators it does not bring', async () => {
    const id = await following(
      inTurn(
        { body: rss(['a']), headers: { ETag: '"1"', 'Last-Modified': 'then' } },
        { body: rss(['b']), headers: { ETag: '"2"' } },
      ),
    );
    await stand.poll();
    await stand.poll(id);
    await stand.poll(id);
    expect(lastHeaders()['if-none-match']).toBe('"2"');
    expect(lastHeaders()).not.toHaveProperty('if-modified-since');
  });

  it('E6: 200 with the entity tag that was sent is an unchanged feed', async () => {
    const headers = { ETag: '"1"' };
    const id = await following(inTurn({ body: rss(['a']), headers }, { body: rss(['b']), headers }));
    await stand.poll();
    await stand.poll(id);
    expect(await stand.titles()).toEqual(['a']);
  });

  it('E7: the same bytes, or other times and counts only, are an unchanged feed', async () => {
    const channel = (minute: number) =>
      `<lastBuildDate>Tue, 24 Nov 2026 12:${minute}:00 GMT</lastBuildDate><pubDate>12:${minute}</pubDate>
       <slash:comments>${minute}</slash:comments><!-- built in ${minute} ms -->`;
    const id = await following(
      inTurn(
        { body: rss(['a'], channel(10)) },
        { body: rss(['a'], channel(10)) },
        { body: rss(['a'], channel(11)) },
      ),
    );
    await stand.poll();
    const version = await stand.articles.state({ kind: 'all' });
    const { lastCheckedAt } = (await stand.source(id)).state;
    for (let round = 0; round < 2; round++) {
      await stand.poll(id);
      expect((await stand.source(id)).state).toMatchObject({ consecutiveFailures: 0 });
    }
    expect((await stand.source(id)).state.lastCheckedAt).toBeGreaterThan(lastCheckedAt ?? 0);
    expect(await stand.articles.state({ kind: 'all' })).toEqual(version);
  });

  it('E7: a change of anything else is seen', async () => {
    const id = await following(inTurn({ body: rss(['a']) }, { body: rss(['a', 'b']) }));
    await stand.poll();
    await stand.poll(id);
    expect((await stand.titles()).sort()).toEqual(['a', 'b']);
  });

  it('E8: Last-Modified is not read, so one that is no date goes back too', async () => {
    const id = await following(() => ({ body: rss(['a']), headers: { 'Last-Modified': 'yesterday-ish' } }));
    await stand.poll();
    await stand.poll(id);
    expect(lastHeaders()['if-modified-since']).toBe('yesterday-ish');
  });

  it('E9: validators are kept only once the articles are', async () => {
    const id = await following(() => ({ body: rss(['a']), headers: { ETag: '"1"' } }));
    stand.refit = (tools) => ({
      ...tools,
      articles: overriding(tools.articles, {
        save: () => Promise.reject(new Error('D1 is down')),
      }),
    });
    await stand.poll();
    expect((await stand.source(id)).state).not.toHaveProperty('etag');
    stand.refit = (tools) => tools;
    await stand.poll(id);
    expect(lastHeaders()).not.toHaveProperty('if-none-match');
    expect(await stand.titles()).toEqual(['a']);
  });

  it('E10: nothing is put into the address to get around a cache', async () => {
    const id = await following(() => ({ body: rss(['a']), headers: { ETag: '"1"' } }));
    for (let round = 0; round < 20; round++) await stand.poll(id);
    expect(new Set(stand.seen.map(({ path }) => path))).toEqual(new Set(['/feed']));
    expect(stand.seen.slice(1).every(({ headers }) => headers['if-none-match'] === '"1"')).toBe(true);
  });

  it('E7: a poll of an unchanged feed writes its source’s row and no other', async () => {
    stand = await Newsstand.open({});
    for (let i = 0; i < 40; i++) {
      const feed = rss([`${i}`]);
      stand.publish(`n${i}.example`, ({ headers }) =>
        headers['if-none-match'] === '"1"' && i % 2 === 0
          ? { status: 304 }
          : { body: feed, headers: { ETag: '"1"' } },
      );
      await stand.follow(`https://n${i}.example/`);
    }
    await stand.poll();
    stand.now += DAY;
    await stand.cron();
    const before = stand.usage.rowsWritten;
    await stand.deliver();
    expect(stand.seen).toHaveLength(80);
    const forTheMessage = 1;
    expect(stand.usage.rowsWritten - before).toBe(40 + forTheMessage);
  });

  it('E11: a document is read again by a newer reader when it is sent again, and not asked for', async () => {
    const headers = { ETag: '"1"' };
    const id = await following(
      inTurn({ body: rss(['a']), headers }, { status: 304 }, { body: rss(['a']), headers: { ETag: '"2"' } }),
    );
    await stand.poll();
    await stand.db.prepare(`UPDATE sources SET body_hash = 'of a reader before', stable_hash = NULL`).run();
    await stand.db
      .prepare(`UPDATE articles SET content_hash = 'of a reader before', title = 'misread'`)
      .run();
    await stand.db.prepare(`UPDATE feed_contents SET fingerprints = '{"of a reader before": "?"}'`).run();
    await stand.poll(id);
    expect(await stand.titles()).toEqual(['misread']);
    expect(lastHeaders()['if-none-match']).toBe('"1"');
    await stand.poll(id);
    expect(await stand.titles()).toEqual(['a']);
  });
});

describe('intervals', () => {
  it('I1, I5: a feed is asked at half its median gap, at most once an hour', async () => {
    const id = await following(() => ({ body: rss(['a', 'b', 'c']) }));
    await stand.poll();
    expect(await minutesTo(id)).toBe(60);
    await stand.pass(DAY);
    const gaps = stand.seen.slice(1).map(({ at }, i) => at - (stand.seen[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(HOUR);
    expect(stand.seen.length).toBeGreaterThan(5);
  });

  it('I2, I3: a feed that fell silent is asked less and less, and every day at least', async () => {
    await following(() => ({ body: rss(['a', 'b', 'c']) }));
    const lastGap = () => (stand.seen.at(-1)?.at ?? 0) - (stand.seen.at(-2)?.at ?? 0);
    await stand.pass(5 * DAY);
    expect(lastGap()).toBeGreaterThan(4 * HOUR);
    expect(lastGap()).toBeLessThan(7 * HOUR);
    await stand.pass(40 * DAY);
    expect(lastGap()).toBeGreaterThan(23 * HOUR);
    expect(lastGap()).toBeLessThanOrEqual(DAY + 10 * MINUTE);
  });

  it('I3: silence is noticed where items carry no date, by when they were first seen', async () => {
    let version = 0;
    const undated = () => rss(['a', 'b']).replaceAll(/<pubDate>[^<]*<\/pubDate>/g, '');
    // built anew for every request, so that every poll reads it
    await following(() => ({ body: undated().replace('News', `News, edition ${version++}`) }));
    await stand.pass(30 * DAY);
    expect((stand.seen.at(-1)?.at ?? 0) - (stand.seen.at(-2)?.at ?? 0)).toBeGreaterThan(20 * HOUR);
  });

  it.each<[string, Reply, number]>([
    ['ttl', { body: rss(['a', 'b'], '<ttl>180</ttl>') }, 180],
    ['sy:updatePeriod', { body: rss(['a', 'b'], '<sy:updatePeriod>daily</sy:updatePeriod>') }, 1440],
    [
      'max-age less Age',
      { body: rss(['a', 'b']), headers: { 'Cache-Control': 'max-age=9000', Age: '600' } },
      140,
    ],
    ['a broken hint, at most a day', { body: rss(['a', 'b'], '<ttl>999999</ttl>') }, 1440],
    [
      'no-cache, which takes max-age back',
      { body: rss(['a', 'b']), headers: { 'Cache-Control': 'no-cache, max-age=9000' } },
      60,
    ],
  ])('I6: %s lengthens the interval', async (_, reply, minutes) => {
    const id = await following(() => reply);
    await stand.poll();
    expect(await minutesTo(id)).toBe(minutes);
  });

  it('I6: Expires lengthens the interval', async () => {
    const id = await following(({ at }) => ({
      body: rss(['a', 'b']),
      headers: { Date: new Date(at).toUTCString(), Expires: new Date(at + 2 * HOUR).toUTCString() },
    }));
    await stand.poll();
    expect(await minutesTo(id)).toBe(120);
  });

  it('I6: a hint outlives answers of 304, which may shorten it and not lengthen it', async () => {
    const headers = { ETag: '"1"', 'Cache-Control': 'max-age=10800' };
    const id = await following(
      inTurn(
        { body: rss(['a', 'b'], '<ttl>120</ttl>'), headers },
        { status: 304 },
        { status: 304, headers: { 'Cache-Control': 'max-age=80000' } },
        { status: 304, headers: { 'Cache-Control': 'max-age=60' } },
      ),
    );
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      await stand.poll(id);
      waits.push(await minutesTo(id));
    }
    expect(waits).toEqual([180, 180, 180, 120]);
  });

  it('I7: skipHours and skipDays are kept, in UTC', async () => {
    const skips =
      '<skipHours><hour>14</hour><hour>15</hour></skipHours><skipDays><day>Wednesday</day></skipDays>';
    await following(() => ({ body: rss(['a', 'b'], skips) }));
    await stand.pass(3 * DAY);
    const asked = stand.seen.map(({ at }) => new Date(at));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((at) => at.getUTCDay() === 3)).toEqual([]);
    expect(asked.filter((at) => [14, 15].includes(at.getUTCHours()))).toEqual([]);
  });

  it('I8: polls are spread by up to a quarter, in an order that changes, and not at the full hour', async () => {
    const id = await following(() => ({ body: rss(['a', 'b']) }));
    stand.random = () => 0.999;
    await stand.poll();
    expect(await minutesTo(id)).toBe(75);
    let seed = 1;
    stand.random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (const name of ['b', 'c', 'd', 'e']) {
      stand.publish(`${name}.example`, () => ({ body: rss([name]) }));
      await stand.follow(`https://${name}.example/feed`);
    }
    await stand.pass(2 * DAY);
    expect(stand.seen.slice(5).every(({ at }) => new Date(at).getUTCMinutes() > 0)).toBe(true);
  });

  it('I9: what was not due before a deployment is not due after it', async () => {
    const id = await following(() => ({ body: rss(['a']) }));
    await stand.poll();
    const { nextCheckAt } = (await stand.source(id)).state;
    await stand.sources.import(
      { rsshub: [], sources: [{ url: FEED, categories: ['new'] }] },
      { now: stand.now, prune: true },
    );
    expect(await stand.cron()).toBe(0);
    expect((await stand.source(id)).state.nextCheckAt).toBe(nextCheckAt);
  });

  it('I10: a feed that is complete is not asked again', async () => {
    const body = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Done',
      expired: true,
      items: [{ id: '1', title: 'last', url: 'https://news.example/1' }],
    });
    const id = await following(() => ({ body }));
    await stand.pass(40 * DAY);
    expect(stand.seen).toHaveLength(1);
    expect(await stand.titles()).toEqual(['last']);
    await stand.poll(id);
    expect(stand.seen).toHaveLength(2);
  });
});

describe('status codes', () => {
  it('226 brings what is new, and nothing is taken for gone', async () => {
    const id = await following(
      inTurn(
        { body: rss(['a', 'b']), headers: { ETag: '"1"' } },
        { status: 226, body: rss(['c']), headers: { ETag: '"2"', IM: 'feed' } },
      ),
    );
    await stand.poll();
    await stand.poll(id);
    expect((await stand.titles()).sort()).toEqual(['a', 'b', 'c']);
    expect(lastHeaders()['a-im']).toBe('feed');
    const row = await stand.db.prepare('SELECT article_ids FROM feed_contents').first<string>('article_ids');
    expect(JSON.parse(row ?? '[]')).toHaveLength(3);
  });

  const moving = (status: number, to = 'https://new.example/feed'): Publisher =>
    inTurn({ body: rss(['a']), headers: { ETag: '"1"' } }, { status, headers: { Location: to } });

  it.each([301, 308])('%i moves a source after ten sightings over three days', async (status) => {
    const id = await following(moving(status));
    stand.publish('new.example', () => ({ body: rss(['a', 'b']) }));
    await stand.poll();
    for (let sighting = 0; sighting < 20; sighting++) await stand.poll(id);
    expect((await stand.source(id)).source.url).toBe(FEED);
    stand.now += 3 * DAY;
    await stand.poll(id);
    expect((await stand.source(id)).source.url).toBe('https://new.example/feed');
    const before = stand.seen.length;
    await stand.poll(id);
    expect(stand.seen.slice(before).map(({ host }) => host)).toEqual(['new.example']);
    expect((await stand.titles()).sort()).toEqual(['a', 'b']);
    const again = await stand.sources.import(
      { rsshub: [], sources: [{ url: FEED, categories: [] }] },
      { now: stand.now, prune: true },
    );
    expect(again).toMatchObject({ added: 0, removed: 0 });
  });

  it('301 that lasts three days but is seen seldom moves nothing yet', async () => {
    const id = await following(moving(301));
    stand.publish('new.example', () => ({ body: rss(['a', 'b']) }));
    await stand.poll();
    for (let sighting = 0; sighting < 9; sighting++) {
      stand.now += DAY;
      await stand.poll(id);
    }
    expect((await stand.source(id)).source.url).toBe(FEED);
  });

  it('301 never moves a source onto another one, nor to a foreign host without a feed', async () => {
    const id = await following(moving(301));
    stand.publish('new.example', () => ({ body: rss(['a', 'b']) }));
    await stand.follow('https://new.example/feed');
    for (let sighting = 0; sighting < 15; sighting++) {
      stand.now += DAY;
      await stand.poll(id);
    }
    expect((await stand.source(id)).source.url).toBe(FEED);
    await stand.sources.remove(sourceIdOf('https://new.example/feed', await stand.sources.all()), stand.now);
    stand.publish('new.example', () => ({ status: 304 }));
    stand.publish(HOST, moving(301, 'https://parked.example/'));
    stand.publish('parked.example', () => ({ status: 304 }));
    for (let sighting = 0; sighting < 15; sighting++) {
      stand.now += DAY;
      await stand.poll(id);
    }
    expect((await stand.source(id)).source.url).toBe(FEED);
  });

  it.each([302, 303, 307])('%i is followed and never believed', async (status) => {
    const id = await following(moving(status));
    stand.publish('new.example', () => ({ body: rss(['a', 'b']) }));
    for (let sighting = 0; sighting < 15; sighting++) {
      stand.now += DAY;
      await stand.poll(id);
    }
    expect((await stand.source(id)).source.url).toBe(FEED);
    expect((await stand.titles()).sort()).toEqual(['a', 'b']);
  });

  it('302 is followed five times and no further', async () => {
    const hops =
      (limit: number): Publisher =>
      ({ path }) => {
        const hop = Number(/\d+$/.exec(path)?.[0] ?? 0);
        return hop < limit ? { status: 302, headers: { Location: `/hop${hop + 1}` } } : { body: rss(['a']) };
      };
    const id = await following(hops(5));
    await stand.poll();
    expect(await stand.titles()).toEqual(['a']);
    stand.publish(HOST, hops(6));
    await stand.poll(id);
    expect((await stand.source(id)).state.failure?.kind).toBe('too-many-redirects');
  });

  it('304 is a success and ends a row of failures', async () => {
    const id = await following(
      inTurn({ body: rss(['a']), headers: { ETag: '"1"' } }, { status: 500 }, { status: 304 }),
    );
    for (let round = 0; round < 3; round++) await stand.poll(id);
    expect((await stand.source(id)).state).toMatchObject({ consecutiveFailures: 0, etag: '"1"' });
    expect((await stand.source(id)).state).not.toHaveProperty('failure');
  });

  it('200 with a page is a failure until a feed comes, and a later page does not end it', async () => {
    let body = rss(['a']);
    const id = await following(({ path }) => (path === '/feed' ? { body } : { status: 404 }));
    await stand.poll();
    body = '<!doctype html><html><body>Hi</body></html>';
    for (const failures of [1, 2]) {
      stand.now += DAY;
      await stand.poll(id);
      expect((await stand.source(id)).state).toMatchObject({
        consecutiveFailures: failures,
        failure: { kind: 'not-a-feed' },
      });
    }
    body = rss(['b']);
    await stand.poll(id);
    expect((await stand.source(id)).state.consecutiveFailures).toBe(0);
  });

  it('401 and 403 back off; a challenge to browsers is called so and rests for a day; the name stays honest', async () => {
    const challenge = { status: 403, headers: { 'cf-mitigated': 'challenge', 'Content-Type': 'text/html' } };
    const id = await following(inTurn({ status: 401 }, { status: 403 }, challenge, challenge));
    await stand.poll();
    expect(await minutesTo(id)).toBe(68);
    await stand.poll(id);
    expect(await minutesTo(id)).toBe(68);
    await stand.poll(id);
    expect((await stand.source(id)).state.failure?.kind).toBe('bot-challenge');
    expect(await minutesTo(id)).toBe(1440);
    await stand.poll(id);
    expect(new Set(stand.seen.map(({ headers }) => headers['user-agent'])).size).toBe(1);
  });

  it('404 backs off, after thirty days to once a week, and is noticed when it ends', async () => {
    let isThere = false;
    const id = await following(() => (isThere ? { body: rss(['a']) } : { status: 404 }));
    await stand.pass(29 * DAY);
    const polls = () => stand.seen.filter(({ path }) => path === '/feed').length;
    expect(polls()).toBeGreaterThan(15);
    await stand.pass(10 * DAY);
    const before = polls();
    await stand.pass(28 * DAY);
    expect(polls() - before).toBeLessThanOrEqual(5);
    expect(polls() - before).toBeGreaterThanOrEqual(3);
    isThere = true;
    await stand.pass(8 * DAY);
    expect(await stand.titles()).toEqual(['a']);
    expect(await minutesTo(id)).toBeLessThanOrEqual(1440);
  });

  it('410 ends it, until the owner wants it asked again', async () => {
    let status = 410;
    const id = await following(() => (status === 410 ? { status } : { body: rss(['a']) }));
    await stand.pass(60 * DAY);
    // the feed once, and then the page of its site
    expect(stand.seen.map(({ path }) => path)).toEqual(['/feed', '/']);
    expect((await stand.source(id)).state).not.toHaveProperty('nextCheckAt');
    status = 200;
    await stand.poll(id);
    expect(await stand.titles()).toEqual(['a']);
    // its only item is two months old
    expect(await minutesTo(id)).toBe(1440);
  });

  it.each([429, 503])('%i with Retry-After rests the whole host', async (status) => {
    await following(({ path }) =>
      path === '/feed' ? { status, headers: { 'Retry-After': '7200' } } : { body: rss([path]) },
    );
    for (let i = 0; i < 5; i++) await stand.follow(`https://${HOST}/other-${i}`);
    stand.publish('else.example', () => ({ body: rss(['else']) }));
    await stand.follow('https://else.example/feed');
    await stand.poll();
    const asked = stand.now;
    const early = stand.seen.filter(({ host }) => host === HOST);
    const refused = early.findIndex(({ path }) => path === '/feed');
    expect(early.length).toBe(refused + 1);
    expect(stand.seen.some(({ host }) => host === 'else.example')).toBe(true);
    await stand.pass(2 * HOUR - 10 * MINUTE);
    expect(stand.seen.filter(({ host }) => host === HOST)).toHaveLength(early.length);
    await stand.pass(HOUR);
    const later = stand.seen.filter(({ host, at }) => host === HOST && at > asked);
    expect(later.length).toBeGreaterThan(0);
  });

  it('429 takes a date in Retry-After, and without one doubles from a quarter of an hour to eight hours', async () => {
    const id = await following(({ at }) => ({
      status: 429,
      headers: { 'Retry-After': new Date(at + 3 * HOUR).toUTCString() },
    }));
    await stand.poll();
    expect(await minutesTo(id)).toBe(180);
    stand.publish(HOST, () => ({ status: 429 }));
    const pauses: number[] = [];
    for (let round = 0; round < 7; round++) {
      stand.now += DAY;
      await stand.poll(id);
      const pause = (await stand.polls.hostPauses()).get(HOST)?.until ?? 0;
      pauses.push(Math.round((pause - stand.now) / MINUTE));
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 480, 480]);
    stand.publish(HOST, () => ({ body: rss(['a']) }));
    stand.now += DAY;
    await stand.poll(id);
    expect(await stand.polls.hostPauses()).toEqual(new Map());
  });

  it('5xx and a broken network back off by the fourth power and never for good', async () => {
    const id = await following(() => ({ status: 500 }));
    await stand.poll();
    expect(await minutesTo(id)).toBe(Math.round(8 ** 4 / 60));
    await stand.pass(60 * DAY);
    const { consecutiveFailures } = (await stand.source(id)).state;
    expect(consecutiveFailures).toBeGreaterThan(23);
    expect(await minutesTo(id)).toBeLessThanOrEqual(Math.ceil(23 ** 4 / 60));
  });

  it('a source that fails for a week is back in its interval after its first success', async () => {
    let works = false;
    const id = await following(() => (works ? { body: rss(['a', 'b']) } : { status: 500 }), { poll: 60 });
    await stand.pass(7 * DAY);
    works = true;
    while ((await stand.titles()).length === 0) await stand.pass(HOUR);
    const before = stand.seen.length;
    await stand.pass(6 * HOUR);
    expect(stand.seen.length - before).toBeGreaterThanOrEqual(5);
    expect((await stand.source(id)).state.consecutiveFailures).toBe(0);
  });
});

describe('2.4: concurrency and limits', () => {
  it('asks one thing at a time of a host, with a second between', async () => {
    await following(({ path }) => ({ body: rss([path]) }));
    for (let i = 0; i < 30; i++) await stand.follow(`https://${HOST}/${i}`);
    stand.limits = PLAN_LIMITS.free;
    await stand.poll();
    expect(stand.seen).toHaveLength(31);
    const gaps = stand.seen.slice(1).map(({ at }, i) => at - (stand.seen[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  });

  it('queues nothing for a host that is being asked, whatever else is due there', async () => {
    await following(() => ({ body: rss(['a']) }));
    await stand.cron();
    await stand.follow(`https://${HOST}/late`);
    expect(await stand.cron()).toBe(0);
    await stand.deliver();
    expect(await stand.cron()).toBe(1);
  });

  it('leaves a message that comes too late to the next run, and does not send it round in circles', async () => {
    await following(() => ({ body: rss(['a']) }));
    await stand.cron();
    stand.now += 26 * MINUTE;
    await stand.deliver(1);
    expect(stand.queued).toEqual([]);
    expect(stand.seen).toEqual([]);
    stand.now += 5 * MINUTE;
    await stand.poll();
    expect(stand.seen).toHaveLength(1);
  });

  it('does not ask twice for a message that is delivered twice, one after the other or at once', async () => {
    await following(() => ({ body: rss(['a']) }));
    await stand.cron();
    const [message] = stand.queued;
    if (message === undefined) throw new Error('a message is queued');
    stand.queued.push({ ...message }, { ...message });
    await Promise.all([stand.deliver(1), stand.deliver(1)]);
    await stand.deliver();
    await stand.cron();
    await stand.deliver();
    expect(stand.seen).toHaveLength(1);
  });

  it('keeps an invocation of the free plan within 50 requests and queries and goes on in another one', async () => {
    stand = await Newsstand.open({});
    for (let i = 0; i < 12; i++) {
      stand.publish(`n${i}.example`, () => ({ body: rss([`from ${i}`]) }));
      await stand.follow(`https://n${i}.example/`);
    }
    stand.limits = PLAN_LIMITS.free;
    await stand.cron();
    while (stand.queued.length > 0) {
      const [queries, requests] = [stand.usage.queries, stand.seen.length];
      await stand.deliver(1);
      expect(stand.usage.queries - queries + stand.seen.length - requests).toBeLessThanOrEqual(50);
    }
    expect(await stand.titles()).toHaveLength(12);
    expect(stand.seen).toHaveLength(12);
  });

  it('begins no further poll on the free plan after a large changed feed', async () => {
    stand = await Newsstand.open({});
    const large = rss(
      Array.from({ length: 100 }, (_, i) => `${i}`),
      `<description>${'x'.repeat(200_000)}</description>`,
    );
    for (let i = 0; i < 5; i++) {
      stand.publish(`n${i}.example`, () => ({ body: large }));
      await stand.follow(`https://n${i}.example/`);
    }
    stand.limits = PLAN_LIMITS.free;
    await stand.cron();
    await stand.deliver(1);
    expect(stand.seen).toHaveLength(1);
    await stand.deliver();
    expect(stand.seen).toHaveLength(5);
  });

  it('takes a message apart that was cut off, and ends a poll that never ends in its source’s record', async () => {
    stand = await Newsstand.open({ 'bad.example': () => ({ body: rss(['bad']) }) });
    const bad = await stand.follow('https://bad.example/');
    for (const name of ['c', 'd']) {
      stand.publish(`${name}.example`, () => ({ body: rss([name]) }));
      await stand.follow(`https://${name}.example/`);
    }
    stand.refit = (tools) => ({
      ...tools,
      fetch: (url, init) => (url.includes('bad') ? Promise.reject(new Error('x')) : tools.fetch(url, init)),
      polls: overriding(tools.polls, {
        // what an isolate that is killed while reading that feed looks like from outside
        claimed: async (claims, now) => {
          const found = await tools.polls.claimed(claims, now);
          if (found.some(({ source }) => source.id === bad)) throw new Error('killed');
          return found;
        },
      }),
    });
    await stand.cron();
    for (let round = 0; round < 40 && stand.queued.length > 0; round++) {
      stand.now += MINUTE / 2;
      await stand.deliver();
    }
    expect(stand.queued).toEqual([]);
    stand.refit = (tools) => tools;
    await stand.buryDead();
    expect((await stand.source(bad)).state.failure?.kind).toBe('interrupted');
  });
});

describe('2.5: request headers', () => {
  it('names program, owner and subscribers, accepts feeds first, and tells nothing else', async () => {
    await following(() => ({ body: rss(['a']), headers: { 'Set-Cookie': 'id=1' } }));
    await stand.poll();
    expect(lastHeaders()).toMatchObject({
      'user-agent': expect.stringMatching(
        /^Tributary\/[\d.]+ \(\+https:\/\/tributary\.example\/; 3 subscribers\)$/,
      ),
      accept:
        'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1',
      'accept-encoding': 'br, gzip',
      'a-im': 'feed',
    });
    for (const name of ['cookie', 'referer']) expect(lastHeaders()).not.toHaveProperty(name);
  });
});

describe('the RSSHub pool', () => {
  const ROUTE = 'rsshub://zaker/13';

  async function pool(publishers: Record<string, Publisher>, routes = [ROUTE]): Promise<void> {
    stand = await Newsstand.open(publishers);
    const rsshub = Object.keys(publishers).map((host) => `https://${host}`);
    const sources = routes.map((url) => ({ url, categories: [] }));
    await stand.sources.import({ rsshub, sources }, { now: stand.now });
  }

  it('asks the next instance in the same poll, and the one that works first the next time', async () => {
    await pool({ 'one.example': () => ({ status: 503 }), 'two.example': () => ({ body: rss(['a']) }) });
    await stand.poll();
    expect(stand.seen.map(({ host }) => host)).toEqual(['one.example', 'two.example']);
    stand.now += 2 * HOUR;
    await stand.poll();
    expect(stand.seen.at(2)?.host).toBe('two.example');
    expect(stand.seen).toHaveLength(3);
  });

  it('asks a public instance at most once a minute, whatever is due', async () => {
    const answer: Publisher = ({ path }) => ({ body: rss([path]) });
    const routes = Array.from({ length: 12 }, (_, i) => `rsshub://route/${i}`);
    await pool({ 'one.example': answer, 'two.example': answer }, routes);
    stand.limits = PLAN_LIMITS.free;
    await stand.pass(HOUR);
    for (const instance of ['one.example', 'two.example']) {
      const times = stand.seen.filter(({ host }) => host === instance).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(3);
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE);
    }
    expect(await stand.titles()).toHaveLength(12);
  });

  it.each([
    ['before', (ids: string[]) => ids.toReversed()],
    ['after', (ids: string[]) => ids],
  ])('counts what is asked of an instance by its address, %s a route', async (_, inOrder) => {
    const answer: Publisher = ({ path }) => ({ body: rss([path]) });
    await pool({ 'one.example': answer });
    await stand.follow('https://one.example/plain');
    const ids = (await stand.sources.all()).map(({ source }) => source.id);
    await stand.poll();
    stand.now += 31 * MINUTE;
    // each in a message of its own, as the owner's refresh sends them
    for (const id of inOrder(ids)) await stand.poll(id);
    const times = stand.seen.map(({ at }) => at);
    expect(times).toHaveLength(4);
    expect(Math.min(...times.slice(1).map((at, i) => at - (times[i] ?? 0)))).toBeGreaterThanOrEqual(MINUTE);
  });

  it('counts the minute from the answer, because a request takes its time to arrive', async () => {
    await pool({ 'one.example': ({ path }) => ({ body: rss([path]) }) }, ['rsshub://a', 'rsshub://b']);
    await stand.poll();
    stand.now += 31 * MINUTE;
    const delays = [40, 0];
    stand.refit = (tools) => ({
      ...tools,
      fetch: (url, init) => {
        stand.now += delays.shift() ?? 0;
        return stand.fetch(url, init);
      },
    });
    // each in a message of its own
    for (const { source } of await stand.sources.all()) await stand.poll(source.id);
    const [first = 0, second = 0] = stand.seen.slice(2).map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(MINUTE);
  });

  it('asks the owner’s own instance without waiting', async () => {
    const routes = Array.from({ length: 5 }, (_, i) => `rsshub://route/${i}`);
    await pool({ 'own.example': ({ path }) => ({ body: rss([path]) }) }, routes);
    stand.ownOrigins = ['https://own.example'];
    const began = stand.now;
    await stand.poll();
    expect(stand.seen).toHaveLength(5);
    expect(stand.now - began).toBeLessThan(10_000);
  });

  it('2.4: 503 counts for the route alone, unless it says when to come back', async () => {
    let headers: Record<string, string> = {};
    await pool({ 'one.example': () => ({ status: 503, headers }) }, ['rsshub://a', 'rsshub://b']);
    await stand.poll();
    expect(stand.seen).toHaveLength(2);
    headers = { 'Retry-After': '3600' };
    stand.now += 2 * HOUR;
    await stand.poll();
    expect(stand.seen).toHaveLength(3);
  });
});

function sourceIdOf(url: string, all: { source: { id: string; url: string } }[]): string {
  return all.find(({ source }) => source.url === url)?.source.id ?? '';
}
