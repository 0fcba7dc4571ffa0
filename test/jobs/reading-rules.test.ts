import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Newsstand, type Reply, rss } from '../support/newsstand.ts';

const HOST = 'news.example';
const FEED = `https://${HOST}/feed`;

let stand: Newsstand;
afterEach(() => stand.close());

/** Follows a feed that answers so, and polls it. */
async function polled(reply: Reply): Promise<string> {
  stand = await Newsstand.open({ [HOST]: ({ path }) => (path === '/feed' ? reply : { status: 404 }) });
  const id = await stand.follow(FEED);
  await stand.poll();
  return id;
}

const failureOf = async (id: string) => (await stand.source(id)).state.failure;

describe('2.4: caps', () => {
  it('the first 200 items of a feed are read', async () => {
    await polled({ body: rss(Array.from({ length: 250 }, (_, i) => `${i}`)) });
    const titles = await stand.titles();
    expect(titles).toHaveLength(200);
    expect(titles).toContain('199');
  });

  it('a feed of more than 10 MB is not read, which counts when it has been unpacked', async () => {
    const body = gzipSync(Buffer.alloc(10_000_001, ' '));
    const id = await polled({ body, headers: { 'Content-Encoding': 'gzip' } });
    expect(await failureOf(id)).toMatchObject({ kind: 'too-large' });
  });

  it('a transfer that breaks off is a failure, and its validators are not kept', async () => {
    const id = await polled({ body: rss(['a']), headers: { ETag: '"1"' }, breaks: true });
    expect(await failureOf(id)).toMatchObject({ kind: 'broken' });
    expect((await stand.source(id)).state).not.toHaveProperty('etag');
  });
});

describe('2.6: the encoding of a feed', () => {
  const TITLE = '新闻';
  /** 新闻 in GBK, in Big5 (新聞), in UTF-16. */
  const GBK = [0xd0, 0xc2, 0xce, 0xc5];
  const BIG5 = [0xb7, 0x73, 0xbb, 0x44];
  const feed = (title: readonly number[], prolog = '') => {
    const [before = '', after = ''] = rss(['\0']).split('<title>\0</title>');
    return Buffer.concat([
      Buffer.from(`${prolog}${before}<title>`),
      Buffer.from(title),
      Buffer.from(`</title>${after}`.replaceAll('\0', 'a')),
    ]);
  };
  const utf8 = [...Buffer.from(TITLE)];

  it.each<[string, Reply, string]>([
    [
      'a byte order mark before all',
      {
        body: Buffer.from(`\ufeff${rss([TITLE])}`, 'utf16le'),
        headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      },
      TITLE,
    ],
    ['its header', { body: feed(GBK), headers: { 'Content-Type': 'text/xml; charset="GBK"' } }, TITLE],
    ['its XML declaration', { body: feed(BIG5, '<?xml version="1.0" encoding="big5"?>') }, '新聞'],
    [
      'its bytes where they are UTF-8, whatever is declared',
      { body: feed(utf8, '<?xml version="1.0" encoding="gb2312"?>') },
      TITLE,
    ],
    [
      'UTF-8 for text/xml without a charset',
      { body: feed(utf8), headers: { 'Content-Type': 'text/xml' } },
      TITLE,
    ],
    ['windows-1252 at last', { body: feed([0x93, 0x41, 0xe9, 0x94]) }, '“Aé”'],
  ])('is told by %s', async (_, reply, title) => {
    await polled(reply);
    expect(await stand.titles()).toEqual([title]);
  });
});

describe('2.9: addresses that are not asked', () => {
  it.each([
    'http://127.0.0.1:4801/',
    'http://2130706433/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fd00::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://router.local/',
    'http://intranet/',
    'https://user:secret@else.example/',
    'https://else.example:6379/',
    'file:///etc/passwd',
  ])('a redirect to %s is not followed', async (to) => {
    const id = await polled({ status: 302, headers: { Location: to } });
    expect(await failureOf(id)).toMatchObject({ kind: 'refused-address' });
    expect(new Set(stand.seen.map(({ host }) => host))).toEqual(new Set([HOST]));
  });
});
