import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { tellAlerts } from '../../src/jobs/alert.ts';
import { tidy } from '../../src/jobs/retention.ts';
import { OPEN_API } from '../../src/routes/openapi.ts';
import { feedStates } from '../../src/store/feed-states.ts';
import { HealthStore } from '../../src/store/health-store.ts';
import { PublicationStore } from '../../src/store/publication-store.ts';
import { RetentionStore } from '../../src/store/retention-store.ts';
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

const DAY = 86_400_000;

async function titlesOfHealth(): Promise<string[]> {
  const feed = await (await call('/health.xml')).text();
  return [...feed.matchAll(/<item><title>(.*?)<\/title>/g)].map(([, title]) => title ?? '');
}

describe('the health feed', () => {
  it('has one item when a source breaks and one when it works again', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    const id = await follow('/feed');
    await pollAll();
    expect(await titlesOfHealth()).toEqual([]);
    await answerWith({ '/feed': { status: 404 } });
    await pollAll();
    await pollAll();
    expect(await titlesOfHealth()).toEqual(['News broke']);
    expect(await source(id)).toMatchObject({ brokenSince: expect.any(String), failure: { status: 404 } });
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await pollAll();
    await pollAll();
    expect(await titlesOfHealth()).toEqual(['News works again', 'News broke']);
    expect(await source(id)).not.toHaveProperty('brokenSince');
  });

  it('tells where a feed that has died seems to be', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await pollAll();
    const page = '<link rel="alternate" type="application/rss+xml" href="/new">';
    await answerWith({
      '/': { body: `<!doctype html>${page}`, headers: { 'Content-Type': 'text/html' } },
      '/new': { body: rss('one') },
    });
    await pollAll();
    const text = await (await call('/health.xml')).text();
    expect(text).toContain(`answered 404; its feed seems to be at ${env.ORIGIN}/new now.</description>`);
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await pollAll();
    expect(await (await call('/health.xml')).text()).toContain('answered 404.</description>');
  });

  it('names sources in a few words that read from left to right', async () => {
    await answerWith({});
    await follow('/missing', { title: `\u202eA\ufffd ${'b'.repeat(5000)}` });
    await pollAll();
    expect(await titlesOfHealth()).toEqual([`A ${'b'.repeat(118)}… broke`]);
  });

  it('is RSS that names itself, and answers 304 to its own entity tag and its date', async () => {
    await answerWith({});
    await follow('/missing', { title: 'A <b> & C' });
    await pollAll();
    const response = await call('/health.xml');
    expect(response.headers.get('Content-Type')).toBe('application/rss+xml; charset=utf-8');
    const text = await response.text();
    expect(text).toContain(
      '<atom:link rel="self" type="application/rss+xml" href="https://tributary.example/health.xml"',
    );
    expect(text).toContain('<title>A &#x3C;b&gt; &#x26; C broke</title>');
    expect(text).toMatch(/<guid isPermaLink="false">https:\/\/tributary\.example\/health\.xml#\d+<\/guid>/);
    expect(text).toMatch(/<pubDate>\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT<\/pubDate>/);
    const { headers } = response;
    expect(headers.get('Link')).toBe('<https://tributary.example/health.xml>; rel="self"');
    expect(headers.get('Cache-Control')).toContain('stale-if-error');
    const statusWith = async (sent: Record<string, string>) =>
      (await call('/health.xml', { headers: sent })).status;
    expect(await statusWith({ 'If-None-Match': headers.get('ETag') ?? '' })).toBe(304);
    expect(await statusWith({ 'If-Modified-Since': headers.get('Last-Modified') ?? '' })).toBe(304);
    expect(await statusWith({ 'If-Modified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' })).toBe(200);
  });
});

describe('/healthz', () => {
  it('counts the sources and tells the size of the database', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await follow('/missing');
    await pollAll();
    expect(await (await call('/healthz')).json()).toMatchObject({
      status: 'ok',
      warnings: [],
      sources: { all: 2, working: 1, broken: 1, waiting: 0, overdue: 0 },
      lastCheckAt: expect.any(String),
      database: { bytes: expect.any(Number), maxBytes: 450_000_000 },
    });
  });

  it('warns while posts cannot be published, without saying where', async () => {
    const ask = async (host: string) => {
      const publishing = {
        ...env,
        PUBLIC_URL: `https://${host}.example`,
        GIT_REPO: 'owner/secret-blog',
        GIT_TOKEN: 'a-token',
      };
      const context = createExecutionContext();
      const response = await createApp().fetch(new Request('https://x.example/healthz'), publishing, context);
      await waitOnExecutionContext(context);
      return response.text();
    };
    const publications = new PublicationStore(env.DB);
    await publications.aim({ repository: 'r', branch: 'b', folder: '', writing: '' });
    expect(JSON.parse(await ask('before'))).toMatchObject({ status: 'ok' });
    await publications.fail(0, () => 0);
    await publications.fail(0, () => 0);
    const failing = await ask('failing');
    expect(JSON.parse(failing)).toMatchObject({
      status: 'warning',
      warnings: ['Posts could not be published, 2 times in a row; the log says why.'],
    });
    expect(failing).not.toContain('secret-blog');
    await publications.settle([]);
    expect(JSON.parse(await ask('after'))).toMatchObject({ status: 'ok' });
  });

  it('answers 503 when the database does not answer', async () => {
    const context = createExecutionContext();
    const broken = {
      ...env,
      DB: {
        prepare: () => {
          throw new Error('D1 is down');
        },
      },
    };
    const response = await createApp().fetch(new Request('https://other.example/healthz'), broken, context);
    await waitOnExecutionContext(context);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'failing' });
  });
});

describe('the webhook', () => {
  const webhook = (statuses: number[]) => {
    const seen: { body: string; signature: string | null }[] = [];
    return {
      seen,
      fetch: async (_url: string, init: RequestInit) => {
        const signature = new Headers(init.headers).get('X-Hub-Signature-256');
        seen.push({ body: String(init.body), signature });
        return new Response(null, { status: statuses.shift() ?? 204 });
      },
    };
  };
  const tell = (fetch: (url: string, init: RequestInit) => Promise<Response>, now: number) =>
    tellAlerts(
      { url: 'https://hooks.example/tributary', key: 'a key' },
      { fetch, health: new HealthStore(env.DB), userAgent: 'Tributary/test', now },
    );

  it('is told each change once, signed, and again later where it failed', async () => {
    await answerWith({});
    const id = await follow('/missing');
    await pollAll();
    const { seen, fetch } = webhook([500, 204]);
    const now = Date.now();
    await tell(fetch, now);
    await tell(fetch, now + 1000);
    expect(seen).toHaveLength(1);
    await tell(fetch, now + 10 * 60_000);
    await tell(fetch, now + 20 * 60_000);
    expect(seen).toHaveLength(2);
    const [, { body = '', signature } = {}] = seen;
    expect(JSON.parse(body)).toMatchObject({ changes: [{ kind: 'broke', source: { id } }] });
    expect(signature).toBe(`sha256=${createHmac('sha256', 'a key').update(body).digest('hex')}`);
  });

  it('is told by cron', async () => {
    await answerWith({ '/hook': { body: 'thanks' } });
    await follow('/missing');
    await pollAll();
    await worker.scheduled(createScheduledController(), { ...env, ALERT_URL: `${env.ORIGIN}/hook` });
    expect(await requestsSeen()).toContainEqual(expect.objectContaining({ method: 'POST', path: '/hook' }));
  });

  it('is not told of yesterday', async () => {
    await answerWith({});
    await follow('/missing');
    await pollAll();
    const { seen, fetch } = webhook([]);
    await tell(fetch, Date.now() + 2 * DAY);
    expect(seen).toEqual([]);
  });
});

describe('retention', () => {
  const run = (rules: { keepDays?: number; keepItems?: number; maxDatabaseBytes?: number }) =>
    feedStates.whileChanging(() =>
      tidy(
        { maxDatabaseBytes: 450_000_000, ...rules },
        { retention: new RetentionStore(env.DB), health: new HealthStore(env.DB), now: Date.now() },
      ),
    );
  const titles = async () => (await items()).map(({ title }) => title).sort();

  async function sixArticlesOfWhichTwoAreShown(): Promise<void> {
    await answerWith({ '/feed': { body: rss('1', '2', '3', '4', '5', '6') } });
    await follow('/feed');
    await pollAll();
    await answerWith({ '/feed': { body: rss('1', '2') } });
    await pollAll();
  }

  it('removes what is too old, but never what its feed still shows', async () => {
    await sixArticlesOfWhichTwoAreShown();
    const etag = (await call('/feed.xml')).headers.get('ETag');
    await run({ keepDays: 30 });
    expect(await titles()).toEqual(['1', '2']);
    expect((await call('/feed.xml')).headers.get('ETag')).not.toBe(etag);
  });

  it('removes what is beyond the items to keep, but never what its feed still shows', async () => {
    await sixArticlesOfWhichTwoAreShown();
    await run({ keepItems: 1 });
    expect(await titles()).toEqual(expect.arrayContaining(['1', '2']));
    expect((await titles()).length).toBeLessThanOrEqual(3);
  });

  it('keeps everything where no rule says otherwise', async () => {
    await sixArticlesOfWhichTwoAreShown();
    await run({});
    expect(await titles()).toHaveLength(6);
  });

  it('warns before the database is full, and then takes the oldest articles', async () => {
    await sixArticlesOfWhichTwoAreShown();
    const bytes = await new RetentionStore(env.DB).size();
    await run({ maxDatabaseBytes: bytes * 1.18 });
    await run({ maxDatabaseBytes: bytes * 1.18 });
    expect(await titlesOfHealth()).toEqual(['The database broke']);
    expect(await titles()).toHaveLength(6);
    await run({ maxDatabaseBytes: bytes });
    expect(await titles()).toEqual(['1', '2']);
    await run({ maxDatabaseBytes: bytes * 10 });
    expect(await titlesOfHealth()).toEqual(['The database works again', 'The database broke']);
  });

  it('runs with cron', async () => {
    await sixArticlesOfWhichTwoAreShown();
    await worker.scheduled(createScheduledController(), { ...env, KEEP_DAYS: '30' });
    expect(await titles()).toEqual(['1', '2']);
  });
});

describe('/api/openapi.json', () => {
  it('describes each route under /api/, and no other', async () => {
    const described = Object.entries(OPEN_API.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((key) => key !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const routes = createApp()
      .routes.filter(({ path, method }) => path.startsWith('/api/') && method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual([...new Set(routes)].sort());
    expect(await (await call('/api/openapi.json')).json()).toEqual(OPEN_API);
  });

  it('lets each field of a source be changed alone, or taken away', () => {
    const { schema } = OPEN_API.paths['/api/sources/{id}'].patch.requestBody.content['application/json'];
    expect(schema).not.toHaveProperty('required');
    expect(schema).toHaveProperty('properties.poll.anyOf', [expect.anything(), { type: 'null' }]);
  });

  it('names every field a source has', async () => {
    await answerWith({ '/feed': { body: rss('one') } });
    await follow('/feed');
    await follow('/missing');
    await pollAll();
    const { sources } = (await (await callAsOwner('GET', '/api/sources')).json()) as { sources: object[] };
    const fields = sources.flatMap((each) => Object.keys(each));
    expect(Object.keys(OPEN_API.components.schemas.Source.properties)).toEqual(
      expect.arrayContaining(fields),
    );
  });
});
