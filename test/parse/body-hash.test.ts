import { describe, expect, it } from 'vitest';
import { bodyHash, stableHash } from '../../src/parse/body-hash.ts';
import { expectLinearTime } from '../support/linear-time.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const feed = (inChannel: string, inItem: string) =>
  bytes(
    `<rss><channel><title>新闻</title>${inChannel}<item><title>One</title>${inItem}</item></channel></rss>`,
  );

/** Whether two feeds count as the same, which differ in what stands in the channel and in an item. */
const isSame = (a: [string, string?], b: [string, string?]) =>
  stableHash(feed(a[0], a[1] ?? '')) === stableHash(feed(b[0], b[1] ?? ''));

describe('the stable hash of a feed', () => {
  it.each([
    'lastBuildDate',
    'pubDate',
    'updated',
    'feedDate',
    'dc:date',
    'slash:comments',
    'media:starRating',
    'media:statistics',
  ])('E7: does not see %s in the channel change', (name) => {
    expect(isSame([`<${name}>1</${name}>`], [`<${name}>2</${name}>`])).toBe(true);
    expect(isSame([`<${name} views="1"/>`], [`<${name} views="2"/>`])).toBe(true);
  });

  it('E7: does not see counts of an item and comments of XML change', () => {
    expect(
      isSame(['', '<slash:comments>1</slash:comments>'], ['', '<slash:comments>2</slash:comments>']),
    ).toBe(true);
    expect(isSame(['<!-- 10 ms -->'], ['<!-- 12 ms -->'])).toBe(true);
  });

  it.each<[string, [string, string?], [string, string?]]>([
    ['a title', ['<title>a</title>'], ['<title>b</title>']],
    ['the date of an item', ['', '<pubDate>1</pubDate>'], ['', '<pubDate>2</pubDate>']],
    ['an element whose name only begins alike', ['<updatedBy>a</updatedBy>'], ['<updatedBy>b</updatedBy>']],
    [
      'a whole text inside what should be a date',
      [`<updated>${'a'.repeat(300)}</updated>`],
      [`<updated>${'b'.repeat(300)}</updated>`],
    ],
    ['what stands behind a comment without an end', ['<!-- a'], ['<!-- b']],
  ])('sees %s change', (_, a, b) => {
    expect(isSame(a, b)).toBe(false);
  });

  it('is not the hash of the bytes', () => {
    expect(bodyHash(feed('', ''))).not.toBe(bodyHash(feed(' ', '')));
    expect(bodyHash(feed('', ''))).toBe(bodyHash(feed('', '')));
  });

  it.each(['<!--', '<updated>', '<updated ', '<', '<!----', '</updated>'])(
    'takes linear time over a body of %s',
    (piece) => {
      expectLinearTime((size) => {
        const body = bytes(piece.repeat(size));
        const began = performance.now();
        stableHash(body);
        return performance.now() - began;
      }, 20_000);
    },
  );
});
