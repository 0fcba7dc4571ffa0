import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import type { PingMessage } from '../../src/jobs/ping-hub.ts';
import type { PollMessage } from '../../src/jobs/schedule.ts';
import worker from '../../src/worker.ts';
import { answerWith, callAsOwner, changeDatabase, follow, pollAll, requestsSeen, rss } from './follow.ts';

const SITE = 'https://news.example';
const HUB = `${env.ORIGIN}/hub`;
let queued: (PingMessage | PollMessage)[] = [];
const withHub = {
  ...env,
  PUBLIC_URL: SITE,
  WEBSUB_HUB: HUB,
  POLLS: {
    send: async (message: PingMessage) => queued.push(message),
    sendBatch: async (messages: { body: PollMessage }[]) => queued.push(...messages.map(({ body }) => body)),
  },
} as unknown as Env;

beforeEach(() => {
  queued = [];
});

function get(path: string, hubEnv = withHub): Promise<Response> {
  return worker.fetch(new Request(SITE + path), hubEnv, createExecutionContext());
}

/** Delivers the message that was queued last. */
async function deliver(): Promise<void> {
  const body = queued.pop();
  if (body === undefined) throw new Error('nothing is queued');
  const message = { id: '1', timestamp: new Date(), attempts: 1, body };
  await worker.queue(createMessageBatch('tributary-polls', [message]), withHub);
}

/** Runs cron, then what it queued until nothing is left; gives the topics that the hub was told of, in order. */
async function ping(hub: { status?: number } = { status: 204 }): Promise<string[]> {
  await answerWith({ '/hub': hub });
  await worker.scheduled(createScheduledController(), withHub);
  for (let runs = 0; queued.length > 0 && runs < 10; runs++) {
    await deliver();
  }
  const pings = (await requestsSeen()).filter(({ path }) => path === '/hub');
  for (const { method, headers, body } of pings) {
    expect(method).toBe('POST');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    const topic = new URLSearchParams(body).get('hub.url');
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      'hub.mode': 'publish',
      'hub.url': topic,
      'hub.topic': topic,
    });
  }
  return pings.map(({ body }) => new URLSearchParams(body).get('hub.url') ?? '').sort();
}

function topics(...folders: string[]): string[] {
  const files = ['feed.xml', 'atom.xml', 'feed.json'];
  return folders.flatMap((folder) => files.map((file) => SITE + folder + file)).sort();
}

async function poll(path: string, ...titles: string[]): Promise<void> {
  await answerWith({ [path]: { body: rss(...titles) } });
  await pollAll();
}

const restIsOver = () => changeDatabase(`UPDATE settings SET value = json_remove(value, '$.notBefore')`);

describe('a feed with a hub', () => {
  it('names the hub and itself in the document and in the header, whatever it shows and in every format', async () => {
    const id = await follow('/feed', { categories: ['a', 'b'] });
    await callAsOwner('PUT', '/api/views/all', {});
    await poll('/feed', '一');
    for (const address of topics(
      '/',
      '/categories/a/',
      '/categories/a/b/',
      `/sources/${id}/`,
      '/views/all/',
    )) {
      const response = await get(address.slice(SITE.length));
      expect(response.headers.get('Link'), address).toBe(`<${HUB}>; rel="hub", <${address}>; rel="self"`);
      const document = await response.text();
      if (address.endsWith('json')) {
        const { hubs, feed_url } = JSON.parse(document);
        expect([hubs, feed_url]).toEqual([[{ type: 'WebSub', url: HUB }], address]);
      } else {
        expect(document.match(/rel="self"[^>]*href="https:\/\/news[^"]*"/g), address).toEqual([
          expect.stringContaining(`"${address}"`),
        ]);
        expect(document).toContain(`rel="hub" href="${HUB}"`);
      }
    }
  });

  it('names none where it is a tag, filtered, a page or an archive, and where no hub is configured', async () => {
    await follow('/feed');
    await answerWith({
      '/feed': { body: rss('一').replace('<title>一', '<category>t</category><title>一') },
    });
    await pollAll();
    for (const path of ['/tags/t/feed.xml', '/feed.xml?limit=5', '/feed.xml?archive=2021-10']) {
      const response = await get(path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('Link'), path).not.toContain('hub');
      expect(await response.text(), path).not.toContain('"hub"');
    }
    const { WEBSUB_HUB: _, ...without } = withHub;
    const response = await get('/feed.xml', without);
    expect(response.headers.get('Link')).toBe(`<${SITE}/feed.xml>; rel="self"`);
    expect(await response.text()).not.toContain('"hub"');
  });
});

describe('the hub', () => {
  it('is told of each feed that has changed, once, and of no other', async () => {
    const one = await follow('/one', { categories: ['a', 'b'] });
    await poll('/one', '一');
    expect(await ping()).toEqual(topics('/', '/categories/a/', '/categories/a/b/', `/sources/${one}/`));
    expect(await ping()).toEqual([]);
    const two = await follow('/two', { categories: ['c'] });
    await callAsOwner('PUT', '/api/views/c', { categories: [['c']] });
    await poll('/two', '二');
    expect(await ping()).toEqual(topics('/', '/categories/c/', `/sources/${two}/`, '/views/c/'));
    await poll('/two', '二');
    expect(await ping()).toEqual([]);
    await callAsOwner('PUT', '/api/views/c', { categories: [['a']] });
    expect(await ping()).toEqual(topics('/views/c/'));
  });

  it('is to be told as soon as a poll has changed something, and not when it has not', async () => {
    await follow('/feed');
    await answerWith({ '/feed': { body: rss('一') } });
    for (const expected of [[{ ping: true }], []]) {
      const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
      const context = createExecutionContext();
      await worker.fetch(new Request(`${SITE}/api/refresh`, { method: 'POST', headers }), withHub, context);
      await waitOnExecutionContext(context);
      queued = queued.filter((message) => 'claims' in message);
      await deliver();
      expect(queued).toEqual(expected);
    }
  });

  it('is asked again, after a rest, as long as it fails', async () => {
    await follow('/feed');
    await poll('/feed', '一');
    expect(await ping({ status: 503 })).toHaveLength(3);
    expect(await ping()).toEqual([]);
    await restIsOver();
    expect(await ping({ status: 500 })).toHaveLength(3);
    await restIsOver();
    expect(await ping()).toHaveLength(6);
    await restIsOver();
    expect(await ping()).toEqual([]);
  });

  it('that refuses one feed hears of the others', async () => {
    await follow('/feed');
    await poll('/feed', '一');
    expect(await ping({ status: 404 })).toHaveLength(6);
    expect(await ping()).toEqual([]);
  });

  it('is told of more feeds than an invocation may make requests for', async () => {
    for (let i = 0; i < 20; i++) await follow(`/${i}`);
    await answerWith(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/${i}`, { body: rss(`${i}`) }])),
    );
    await pollAll();
    expect(await ping()).toHaveLength(3 * 21);
  });

  it('of another address has been told of nothing', async () => {
    await follow('/feed');
    await poll('/feed', '一');
    await ping();
    await changeDatabase(
      `UPDATE settings SET value = json_object('url', 'https://hub.example/') WHERE name = 'hub'`,
    );
    expect(await ping()).toHaveLength(6);
  });
});
