import { XMLValidator } from 'fast-xml-parser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toGbk } from '../../newsroom/gbk.ts';
import { type Newsroom, services, startNewsroom } from '../../newsroom/newsroom.ts';
import { sampleSources } from '../../newsroom/sample-sources.ts';
import { publishedAt } from '../../newsroom/site.ts';

const NOW = Date.UTC(2026, 10, 23, 15, 30);

let newsroom: Newsroom;
beforeEach(async () => {
  newsroom = await startNewsroom({ now: NOW });
});
afterEach(() => newsroom.close());

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(newsroom.origin + path, { headers });

test.each([
  ['/shanhai/feed.xml', '<![CDATA['],
  ['/jiangnan/feed.xml', '&lt;p&gt;'],
  ['/harbour/atom.xml', 'xml:base='],
  ['/orbit/feed.rdf', '<rdf:RDF'],
  ['/cloud-atlas/feed.xml', '<content:encoded>'],
])('%s is well-formed and shaped as it claims', async (path, mark) => {
  const text = await (await ask(path)).text();
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text).toContain(mark);
});

test('the JSON feed says its version and has four items', async () => {
  const response = await ask('/tinker/feed.json');
  const feed = (await response.json()) as { version: string; items: unknown[] };
  expect(response.headers.get('content-type')).toBe('application/feed+json');
  expect(feed.version).toBe('https://jsonfeed.org/version/1.1');
  expect(feed.items).toHaveLength(4);
});

test('the GBK feed is GBK bytes and no UTF-8', async () => {
  const bytes = new Uint8Array(await (await ask('/luming/feed.xml')).arrayBuffer());
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  const text = new TextDecoder('gbk', { fatal: true }).decode(bytes);
  expect(text).toContain('encoding="GBK"');
  expect(text).toContain('鹿鸣棋社');
});

test('a character that GBK has not is refused', () => {
  expect(() => toGbk('🐈')).toThrow(RangeError);
});

test('one feed breaks off in the middle of an item', async () => {
  const text = await (await ask('/minato/feed.xml')).text();
  expect(text.match(/<item>/g)).toHaveLength(4);
  expect(text.match(/<\/item>/g)).toHaveLength(3);
});

test('one feed answers every second request with an error', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await ask('/cloud-atlas/feed.xml')).status);
  expect(statuses).toEqual([200, 500, 200, 500]);
});

test('validators are honoured, and hold until the day is over', async () => {
  const etag = (await ask('/shanhai/feed.xml')).headers.get('etag') ?? '';
  const lastModified = (await ask('/jiangnan/feed.xml')).headers.get('last-modified') ?? '';
  expect((await ask('/shanhai/feed.xml', { 'if-none-match': etag })).status).toBe(304);
  expect((await ask('/jiangnan/feed.xml', { 'if-modified-since': lastModified })).status).toBe(304);
  expect((await ask('/shanhai/feed.xml', { 'if-none-match': '"other"' })).status).toBe(200);

  const { port } = new URL(newsroom.origin);
  await newsroom.close();
  // The pool of `fetch` must have seen that its connection is closed.
  await new Promise((resolve) => setTimeout(resolve, 50));
  newsroom = await startNewsroom({ port: Number(port), now: NOW + 60 * 60 * 1000 });
  expect((await ask('/shanhai/feed.xml', { 'if-none-match': etag })).status).toBe(304);
});

test('guarded pictures want a page of their own site or host, and none is offered to scripts of others', async () => {
  const status = async (path: string, referer?: string) =>
    (await ask(path, referer === undefined ? {} : { referer: newsroom.origin + referer })).status;
  expect(await status('/shanhai/pictures/night-market.webp')).toBe(403);
  expect(await status('/shanhai/pictures/night-market.webp', '/harbour/')).toBe(403);
  expect(await status('/shanhai/pictures/night-market.webp', '/shanhai/articles/night-market')).toBe(200);
  expect(await status('/jiangnan/pictures/tea-garden.jpg')).toBe(403);
  expect(await status('/jiangnan/pictures/tea-garden.jpg', '/')).toBe(200);
  const open = await ask('/harbour/pictures/harbour.jpg');
  expect(open.status).toBe(200);
  expect(open.headers.get('access-control-allow-origin')).toBeNull();
});

test.each([
  ['mountains-at-dawn.jpg', 'image/jpeg', 'ffd8ff'],
  ['ferry-chart.png', 'image/png', '89504e47'],
  ['observatory.webp', 'image/webp', '52494646'],
  ['comet.gif', 'image/gif', '47494638'],
  ['weather-vane.svg', 'image/svg+xml', '3c737667'],
])('%s is %s in name and in its first bytes, and small', async (name, type, start) => {
  const response = await ask(`/harbour/pictures/${name}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-type')).toBe(type);
  expect(bytes.toString('hex').startsWith(start)).toBe(true);
  expect(bytes.length).toBeLessThan(20_000);
});

test('every picture a story shows is there', async () => {
  let shown = 0;
  for (const { site } of services) {
    const at = `${newsroom.origin}/${site.path}`;
    for (const story of site.stories) {
      for (const [name] of story.html(at).matchAll(/pictures\/[\w.-]+/g)) {
        shown++;
        expect((await ask(`/${site.path}/${name}`, { referer: `${at}/` })).status, name).toBe(200);
      }
    }
  }
  expect(shown).toBeGreaterThan(15);
});

test('a path that leads out of the picture folder finds nothing', async () => {
  expect((await ask('/harbour/pictures/..%2Fnewsroom.ts')).status).toBe(404);
  expect((await ask('/harbour/pictures/newsroom.ts')).status).toBe(404);
});

test('stories are in the past, have pages, and stand behind the feed their front page names', async () => {
  const day = Date.UTC(2026, 10, 23);
  for (const { site, file } of services) {
    const front = await (await ask(`/${site.path}/`)).text();
    expect(front).toContain(`href="${newsroom.origin}/${site.path}/${file}"`);
    for (const story of site.stories) {
      expect(publishedAt(story, day)).toBeLessThan(day);
      expect((await ask(`/${site.path}/articles/${story.slug}`)).status).toBe(200);
    }
  }
});

test('a port that is taken is replaced by a free one', async () => {
  const second = await startNewsroom({ port: Number(new URL(newsroom.origin).port) });
  expect(second.origin).not.toBe(newsroom.origin);
  expect((await fetch(`${second.origin}/shanhai/feed.xml`)).status).toBe(200);
  await second.close();
});

test('the sample list names each feed with its category path', async () => {
  const { sources } = sampleSources(newsroom.origin);
  expect(sources).toHaveLength(8);
  expect(sources[0]).toEqual({
    url: `${newsroom.origin}/shanhai/feed.xml`,
    title: '山海快报',
    categories: ['新媒体', '山海快报', '要闻'],
  });
  for (const { url } of sources) expect((await fetch(url)).status, url).toBe(200);
});
