import { describe, expect, it } from 'vitest';
import { answerWith, call, callAsOwner, follow, pollAll } from './follow.ts';

const BODY = `<p>里面的头发 <img src="https://news.example/头发.jpg" alt="头发"></p>${'后面的面条。'.repeat(40)}`;

async function followOne(): Promise<void> {
  const item = (title: string, body: string) =>
    `<item><title>${title}</title><guid isPermaLink="false">${title}</guid><link>https://news.example/${title}</link>
     <pubDate>Mon, 18 Oct 2021 06:56:51 GMT</pubDate><description><![CDATA[${body}]]></description></item>`;
  await answerWith({
    '/feed': {
      body: `<rss version="2.0"><channel><title>新闻</title><language>zh-cn</language>${item('头发', BODY)}${item('皇后', '<p>后</p>')}</channel></rss>`,
    },
  });
  await follow('/feed');
  await pollAll();
}

interface Feed {
  feed_url: string;
  items: {
    id: string;
    title: string;
    url: string;
    content_html: string;
    summary: string;
    language: string;
  }[];
}
const read = async (path: string): Promise<Feed> => (await call(path)).json();
const titles = async (path: string) => (await read(path)).items.map(({ title }) => title).sort();

describe('a feed with `opencc`', () => {
  it('has titles and bodies in that way of writing, in every format, and addresses and ids as they were', async () => {
    await followOne();
    const plain = await read('/feed.json');
    const converted = await read('/feed.json?opencc=s2tw');
    expect(converted.items.map(({ id, url }) => [id, url])).toEqual(
      plain.items.map(({ id, url }) => [id, url]),
    );
    const item = converted.items.find(({ title }) => title === '頭髮');
    expect(item?.content_html).toContain('裡面的頭髮');
    expect(item?.content_html).toContain('https://news.example/%E5%A4%B4%E5%8F%91.jpg" alt="頭髮"');
    expect(item?.summary).toContain('裡面的頭髮');
    expect(item?.language).toBe('zh-TW');
    for (const file of ['feed.xml', 'atom.xml']) {
      const text = await (await call(`/${file}?opencc=s2tw`)).text();
      expect(text).toContain('裡面的頭髮');
      expect(text).toMatch(/<title[^>]*>頭髮</);
      expect(text).not.toContain('裡面的头发');
    }
  });

  it('is filtered as its sources write, and shortened as it is written', async () => {
    await followOne();
    expect(await titles('/feed.json?opencc=s2t&filter_title=头发')).toEqual(['頭髮']);
    expect(await titles('/feed.json?opencc=s2t&filter_title=頭髮')).toEqual([]);
    const [item] = (await read('/feed.json?opencc=s2t&brief=100&filter_title=头发')).items;
    expect(item?.content_html).toMatch(/^<p>裏面的頭髮 (?:後面的麪條。)+後?[^<]*…<\/p>$/);
    expect([...(item?.content_html ?? '')]).toHaveLength(100 + '<p>…</p>'.length);
  });

  it('has an address, a tag and archives of its own, like every parameter', async () => {
    await followOne();
    const [plain, converted] = [await call('/feed.json'), await call('/feed.json?_=1&opencc=t2s&limit=1')];
    expect(((await converted.json()) as Feed).feed_url).toBe(
      'https://tributary.example/feed.json?limit=1&opencc=t2s',
    );
    const etag = converted.headers.get('ETag') ?? '';
    expect(etag).not.toBe(plain.headers.get('ETag'));
    const again = await call('/feed.json?opencc=t2s&limit=1', { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    const archive = await (await call('/feed.xml?archive=2021-10&opencc=s2t')).text();
    expect(archive).toContain('裏面的頭髮');
    expect(archive).toContain(
      'rel="current" type="application/rss+xml" href="https://tributary.example/feed.xml?opencc=s2t"',
    );
  });

  it('refuses a way of writing that there is not, and names those there are', async () => {
    const response = await call('/feed.xml?opencc=zh-tw');
    expect(response.status).toBe(400);
    expect(await response.text()).toBe(
      '`opencc` is one of s2t, t2s, s2tw, tw2s, s2hk, hk2s, s2twp, tw2sp, t2tw, hk2t, t2hk, t2jp, jp2t, tw2t.\n',
    );
    expect((await call('/feed.xml?opencc=')).status).toBe(200);
  });

  it('may be a view, whose page is written so, too, and whose address may say another way', async () => {
    await followOne();
    expect((await callAsOwner('PUT', '/api/views/v', { opencc: 'simplified' })).status).toBe(422);
    expect((await callAsOwner('PUT', '/api/views/v', { opencc: 's2t' })).status).toBe(201);
    expect(await titles('/views/v/feed.json')).toEqual(['皇后', '頭髮']);
    expect(await titles('/views/v/feed.json?opencc=t2s')).toEqual(['头发', '皇后']);
    const page = await (await call('/views/v/')).text();
    expect(page).toContain('頭髮</a>');
    expect(page).not.toContain('头发</a>');
  });
});
