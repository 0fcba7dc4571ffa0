import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ArticleStore } from '../../src/store/article-store.ts';
import { answerWith, call, callAsOwner, changeDatabase, follow, items, pollAll, rss } from './follow.ts';

/** An RSS feed of items that were published at these times; title and id are the time. */
function rssOf(...times: string[]): string {
  const list = times.map(
    (time) =>
      `<item><title>T${time}</title><guid isPermaLink="false">${time}</guid><link>https://news.example/${time}</link>
       <category>Fog &amp; Sea</category><pubDate>${new Date(time).toUTCString()}</pubDate><description>About ${time}.</description></item>`,
  );
  return `<rss version="2.0"><channel><title>News</title><link>https://news.example/</link>${list.join('')}</channel></rss>`;
}

async function followFeed(body: string, entry: object = { categories: ['a', 'b'] }): Promise<string> {
  await answerWith({ '/feed': { body } });
  const id = await follow('/feed', entry);
  await pollAll();
  return id;
}

function linkOf(xml: string, rel: string): string | undefined {
  const href = new RegExp(`rel="${rel}"[^>]* href="([^"]*)"`).exec(xml)?.[1]?.replaceAll('&amp;', '&');
  return href?.replace('https://tributary.example', '');
}

const titlesIn = (xml: string) => [...xml.matchAll(/<item><title>T([^<]*)/g)].map(([, title]) => title);

describe('a tag', () => {
  it('has a feed in each format, and a page', async () => {
    await followFeed(rssOf('2024-01-02'));
    const folder = `/tags/${encodeURIComponent('Fog & Sea')}`;
    for (const path of ['/feed.xml', '/atom.xml', '/feed.json', '/']) {
      const response = await call(folder + path);
      expect(response.status, path).toBe(200);
      expect(await response.text(), path).toContain('T2024-01-02');
    }
    expect((await call('/tags/none/feed.xml')).status).toBe(404);
    expect((await call('/tags/none/')).status).toBe(404);
  });
});

describe('a feed that is not what it was', () => {
  it('is gone when its last source is removed, and there again with the source', async () => {
    const id = await followFeed(rss('one'));
    await callAsOwner('DELETE', `/api/sources/${id}`);
    for (const path of [`/sources/${id}/feed.xml`, '/categories/a/feed.xml', '/categories/a/b/atom.xml']) {
      expect((await call(path)).status, path).toBe(410);
    }
    expect((await call('/feed.xml')).status).toBe(200);
    await follow('/feed', { categories: ['a'] });
    expect((await call(`/sources/${id}/feed.xml`)).status).toBe(200);
    expect((await call('/categories/a/feed.xml')).status).toBe(200);
    for (const file of ['feed.xml', '', 'opml.xml'])
      expect((await call(`/categories/a/b/${file}`)).status, file).toBe(410);
  });

  it('leads to where all its sources moved, with its format and parameters, and so do its page and its list', async () => {
    const id = await followFeed(rss('one'));
    await callAsOwner('PATCH', `/api/sources/${id}`, { categories: ['a', 'c'] });
    const response = await call('/categories/a/b/atom.xml?limit=5&_=1', { redirect: 'manual' });
    expect(response.status).toBe(301);
    expect(response.headers.get('Location')).toBe(
      'https://tributary.example/categories/a/c/atom.xml?limit=5',
    );
    const leadsTo = async (path: string) => {
      const { status, headers } = await call(path, { redirect: 'manual' });
      return [status, headers.get('Location')];
    };
    expect(await leadsTo('/categories/a/b/')).toEqual([301, '/categories/a/c/']);
    expect(await leadsTo('/categories/a/b/opml.xml')).toEqual([
      301,
      'https://tributary.example/categories/a/c/opml.xml',
    ]);
    await callAsOwner('PATCH', `/api/sources/${id}`, { categories: ['a', 'b'] });
    expect((await call('/categories/a/b/atom.xml')).status).toBe(200);
  });

  it('is marked as stale while its only source is broken, in a header and in JSON', async () => {
    const id = await followFeed(rss('one'));
    await changeDatabase('UPDATE sources SET broken_since = 1790000000000');
    const response = await call(`/sources/${id}/feed.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get('X-Feed-Stale')).toBe('1');
    expect(response.headers.get('Warning')).toMatch(/^110 /);
    expect(await response.json()).toMatchObject({
      _stale: { since: '2026-09-21T14:13:20.000Z' },
      items: [{ title: 'one' }],
    });
    expect((await call('/feed.json')).headers.has('X-Feed-Stale')).toBe(false);
  });
});

describe('a feed while the database is out of order', () => {
  it('is not changed for a reader who has a copy, and an error only for one who has none', async () => {
    await followFeed(rss('one'));
    await changeDatabase('DROP TABLE feed_versions');
    const known = await call('/atom.xml', { headers: { 'If-None-Match': '"x"' } });
    expect(known.status).toBe(304);
    const unknown = await call('/atom.xml');
    expect(unknown.status).toBe(503);
    expect(unknown.headers.get('Retry-After')).toBe('60');
    expect(unknown.headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('one feed', () => {
  it('has one address for all orders of its parameters, and unknown ones do not count', async () => {
    await followFeed(rss('one'));
    const [a, b] = await Promise.all(
      ['/feed.json?limit=1&filter=one&_=3', '/feed.json?filter=one&utm_source=x&limit=1'].map((path) =>
        call(path),
      ),
    );
    expect(a?.headers.get('ETag')).toBe(b?.headers.get('ETag'));
    const feed = (await a?.json()) as { feed_url: string };
    expect(feed.feed_url).toBe('https://tributary.example/feed.json?filter=one&limit=1');
    expect(a?.headers.get('Link')).toBe(`<${feed.feed_url}>; rel="self"`);
  });

  it('lets scripts of other sites send validators', async () => {
    const response = await call('/feed.json', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Headers')).toContain('If-None-Match');
  });

  it('repeats in a 304 what caches need', async () => {
    await followFeed(rss('one'));
    const { headers } = await call('/feed.xml');
    const unchanged = await call('/feed.xml', { headers: { 'If-None-Match': headers.get('ETag') ?? '' } });
    for (const name of ['ETag', 'Last-Modified', 'Cache-Control', 'Vary', 'Link']) {
      expect(unchanged.headers.get(name), name).toBe(headers.get(name));
      expect(headers.get(name), name).not.toBeNull();
    }
    expect(await unchanged.text()).toBe('');
  });

  it('is rendered once for all who ask at the same time, and not for one who has it', async () => {
    await followFeed(rss('one'));
    let reads = 0;
    const { latest } = ArticleStore.prototype;
    ArticleStore.prototype.latest = function (...args) {
      reads += 1;
      return latest.apply(this, args);
    };
    try {
      const answers = await Promise.all(Array.from({ length: 10 }, () => call('/feed.xml')));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
      expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
      expect(reads).toBe(1);
      await call('/feed.xml', { headers: { 'If-None-Match': answers[0]?.headers.get('ETag') ?? '' } });
      expect(reads).toBe(1);
    } finally {
      ArticleStore.prototype.latest = latest;
    }
  });
});

describe('the parameters of a feed', () => {
  const titles = async (path: string) => (await items(path)).map(({ title }) => title);

  it('find articles behind the newest hundred', async () => {
    const times = Array.from({ length: 250 }, (_, i) =>
      new Date(Date.UTC(2024, 0, 1) + i * 60_000).toISOString(),
    );
    await followFeed(rssOf(...times));
    expect(await titles('/feed.json?filter_title=T2024-01-01T00:05')).toEqual(['T2024-01-01T00:05:00.000Z']);
  });

  it('keep with `sorted=false` what a source has pinned in front', async () => {
    const id = await followFeed(rssOf('2024-01-02', '2024-01-09', '2024-01-08'));
    expect(await titles(`/sources/${id}/feed.json`)).toEqual(['T2024-01-09', 'T2024-01-08', 'T2024-01-02']);
    const first = `/sources/${id}/feed.json?sorted=false&limit=2`;
    expect(await titles(first)).toEqual(['T2024-01-02', 'T2024-01-09']);
    expect(await (await call(first)).json()).not.toHaveProperty('next_url');
    expect(await titles(first.replace('limit=2', 'limit=3'))).toEqual([
      'T2024-01-02',
      'T2024-01-09',
      'T2024-01-08',
    ]);
    expect(await titles('/feed.json?sorted=false')).toEqual(['T2024-01-02', 'T2024-01-09', 'T2024-01-08']);
  });

  it('leave with `filter_time` what is new, and the feed unchanged while nothing gets too old', async () => {
    await followFeed(rssOf(new Date(Date.now() - 60_000).toISOString(), '2024-01-02'));
    const response = await call('/feed.json?filter_time=3600');
    expect(((await response.json()) as { items: unknown[] }).items).toHaveLength(1);
    const headers = { 'If-None-Match': response.headers.get('ETag') ?? '' };
    expect((await call('/feed.json?filter_time=3600', { headers })).status).toBe(304);
    expect((await call('/feed.json?filter_time=1h')).status).toBe(400);
  });

  it('that come to cost too much leave a subscribed feed with its last copy', {
    timeout: 30_000,
  }, async () => {
    await followFeed(rss('one'));
    const path = '/feed.json?filter_description=a[ab]{200}c';
    await callAsOwner('PUT', '/api/views/v', { filter_description: 'a[ab]{200}c' });
    expect((await call('/views/v/')).status).toBe(200);
    expect(await (await call(path)).json()).toMatchObject({ items: [] });
    let seed = 1;
    const noise = Array.from({ length: 100_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed & 0x8000_0000 ? 'a' : 'b';
    }).join('');
    await answerWith({ '/feed': { body: rss('one').replace('About one.', noise) } });
    await pollAll();
    const response = await call(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('X-Feed-Stale')).toBe('1');
    expect((await call(`${path}&limit=7`)).status).toBe(400);
    const page = await call('/views/v/');
    expect([page.status, await page.text()]).toEqual([
      503,
      expect.stringContaining('write simpler expressions'),
    ]);
  });
});

describe('the pages of a feed', () => {
  const times = Array.from({ length: 190 }, (_, i) =>
    new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString(),
  );

  it.each([
    ['', 190, 2],
    ['?limit=19', 190, 10],
    ['?sorted=false&opencc=s2t&brief=100', 190, 2],
    ['?filter_title=T12:00&limit=3', 8, 3],
    ['?limit=0', 0, 1],
  ])('of %j lead to every article once, and never to one again', async (query, articles, documents) => {
    await followFeed(rssOf(...times));
    const seen: string[] = [];
    const addresses = new Set<string>();
    for (let path: string | undefined = `/feed.json${query}`; path !== undefined; ) {
      expect(addresses.has(path)).toBe(false);
      addresses.add(path);
      const feed = (await (await call(path)).json()) as { items: { id: string }[]; next_url?: string };
      seen.push(...feed.items.map(({ id }) => id));
      path = feed.next_url?.replace('https://tributary.example', '');
    }
    expect(addresses.size).toBe(documents);
    expect(new Set(seen).size).toBe(articles);
    expect(seen).toHaveLength(articles);
  });
});

describe('the archive of a feed', () => {
  const read = async (path: string) => {
    const response = await call(path);
    expect(response.status, path).toBe(200);
    return response.text();
  };

  it('leads through the months that are over, each closed for good', async () => {
    const id = await followFeed(rssOf('2024-03-31', '2024-03-01', '2024-01-31T23:59:59Z', '2023-12-31'));
    const archives: string[] = [];
    const months: (string | undefined)[][] = [];
    for (let path = linkOf(await read('/feed.xml'), 'prev-archive'); path; ) {
      const archive = await read(path);
      archives.push(path);
      months.push(titlesIn(archive));
      expect(archive).toContain('<fh:archive/>');
      expect(linkOf(archive, 'current')).toBe('/feed.xml');
      expect(linkOf(archive, 'self')).toBe(path);
      path = linkOf(archive, 'prev-archive');
    }
    expect(archives).toEqual([
      '/feed.xml?archive=2024-03',
      '/feed.xml?archive=2024-01',
      '/feed.xml?archive=2023-12',
    ]);
    expect(months).toEqual([['2024-03-31', '2024-03-01'], ['2024-01-31T23:59:59Z'], ['2023-12-31']]);

    const before = await Promise.all(archives.map(read));
    const changed = rssOf('2024-03-31', '2024-03-15', '2024-02-01', '2024-01-31T23:59:59Z').replace(
      'About',
      'More about',
    );
    await answerWith({ '/feed': { body: changed.replace('>T2024-03-31<', '>Corrected<') } });
    await pollAll();
    expect((await items()).map(({ title }) => title)).toContain('Corrected');
    expect(await Promise.all(archives.map(read))).toEqual(before);
    expect(titlesIn(await read(`/sources/${id}/feed.xml?archive=2024-03`))).toEqual([
      '2024-03-15',
      '2024-03-01',
    ]);
  });

  it('stays when tags, categories and the feed’s sources change', async () => {
    const id = await followFeed(rssOf('2024-03-31', '2024-03-02', '2024-01-31'));
    const tag = `/tags/${encodeURIComponent('Fog & Sea')}`;
    const paths = ['', '/categories/a', tag].map((folder) => `${folder}/atom.xml?archive=2024-03`);
    const entriesOf = async (path: string) =>
      [...(await read(path)).matchAll(/<entry[\s\S]*?<\/entry>/g)].map(([entry]) => entry);
    const before = await Promise.all(paths.map(entriesOf));
    expect(before.map((entries) => entries.length)).toEqual([2, 2, 2]);

    const retagged = rssOf('2024-03-31', '2024-03-02', '2024-01-31').replace('Fog &amp; Sea', 'Sun');
    await answerWith({ '/feed': { body: retagged }, '/other': { body: rssOf('2024-03-15') } });
    const other = await follow('/other', { categories: ['b'] });
    await pollAll();
    await callAsOwner('PATCH', `/api/sources/${other}`, { categories: ['a'] });
    expect(await Promise.all(paths.map(entriesOf))).toEqual(before);
    expect((await items('/categories/a/feed.json')).map(({ title }) => title)).toContain('T2024-03-15');

    await callAsOwner('PATCH', `/api/sources/${id}`, { categories: ['b'] });
    expect((await items('/categories/a/feed.json')).map(({ title }) => title)).toEqual(['T2024-03-15']);
    expect((await entriesOf(paths[1] ?? '')).length).toBe(2);
  });

  it('stays when its publisher and its owner call a source otherwise', async () => {
    const id = await followFeed(rssOf('2024-03-31', '2024-03-02', '2024-01-31'));
    const paths = ['/feed.xml', `/sources/${id}/atom.xml`, '/feed.json'].map(
      (path) => `${path}?archive=2024-03`,
    );
    const before = await Promise.all(paths.map(read));
    const rename = (title: string) =>
      rssOf('2024-03-31').replace('>News<', `>${title}<`).replace('//news.example/<', `//${title}.example/<`);
    for (const title of ['gazette', 'courier']) {
      await answerWith({ '/feed': { body: rename(title) } });
      await pollAll();
      // asked for anew: what a source is called alone is no news
      expect(await read(`/feed.xml?filter=${title}|T`)).toContain(`>${title}</source>`);
      expect(await Promise.all(paths.map(read))).toEqual(before);
    }
    await callAsOwner('PATCH', `/api/sources/${id}`, { title: 'Herald', categories: ['b', 'c'] });
    expect(await read('/feed.xml')).toContain('>Herald</source>');
    expect(await Promise.all(paths.map(read))).toEqual(before);
    // closed after all this, it has the names of now
    expect(await read('/feed.xml?archive=2024-01')).toContain('>Herald</source>');
    const kept = await env.DB.prepare('SELECT count(*) AS count FROM source_editions').first('count');
    expect(kept).toBe(1);
  });

  it('of a month with very many articles has each once, and goes on behind those that were removed', {
    timeout: 30_000,
  }, async () => {
    const id = await followFeed(rssOf('2024-05-31'));
    // ten in each second
    await changeDatabase(
      `INSERT INTO articles (id, source_id, published, title, front, content_html, content_hash, first_seen_at, changed_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5250) SELECT printf('%032x', i), '${id}', ${Date.UTC(2024, 4, 1)} + 1000 * (i / 10), 'T' || i, '{"tags":[],"authors":[],"enclosures":[]}', '', 'x', 1, 1 FROM n`,
    );
    const walk = async () => {
      const seen: string[] = [];
      for (let path: string | undefined = '/feed.json?archive=2024-05'; path !== undefined; ) {
        const feed: { items: { id: string }[]; next_url?: string } = JSON.parse(await read(path));
        seen.push(...feed.items.map((item) => item.id));
        path = feed.next_url?.replace('https://tributary.example', '');
      }
      return seen;
    };
    const all = await walk();
    expect([all.length, new Set(all).size]).toEqual([5251, 5251]);
    await changeDatabase(`DELETE FROM articles WHERE title IN ('T5200', 'T251', 'T250', 'T249')`);
    await changeDatabase('UPDATE feed_versions SET version = version + 1');
    const left = await walk();
    expect(left).toHaveLength(5247);
    expect(left).toEqual(all.filter((each) => left.includes(each)));
  });

  it('is there for months that are over and have articles, and says what a month is', async () => {
    const now = new Date().toISOString();
    await followFeed(rssOf(now, '2024-03-31'));
    const statusOf = async (archive: string) => (await call(`/feed.xml?archive=${archive}`)).status;
    expect(await statusOf('2024-03')).toBe(200);
    expect(await statusOf('2024-02')).toBe(404);
    expect(await statusOf(now.slice(0, 7))).toBe(404);
    expect(await statusOf('2024-13')).toBe(400);
  });

  it('of a month with many articles goes on in further documents', async () => {
    const times = Array.from({ length: 130 }, (_, i) =>
      new Date(Date.UTC(2024, 4, 1) + i * 3_600_000).toISOString(),
    );
    await followFeed(rssOf(...times));
    const first = await read('/feed.xml?archive=2024-05');
    const second = await read(linkOf(first, 'prev-archive') ?? '');
    expect(second).toContain('<fh:archive/>');
    expect([...titlesIn(first), ...titlesIn(second)].sort()).toEqual(times);
    expect(linkOf(second, 'prev-archive')).toBeUndefined();
  });
});
