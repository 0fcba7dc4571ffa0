import { describe, expect, it } from 'vitest';
import { bestCandidate, pictureUrl, readSrcset } from '../../../src/normalise/body/srcset.ts';

const read = (srcset: string) =>
  readSrcset(srcset, 'https://e.org/', () => true).map(({ url, descriptor }) =>
    `${url.slice(14)} ${descriptor}`.trim(),
  );

describe('readSrcset', () => {
  it.each([
    ['parts candidates', 'a 1x, b 2x', ['a 1x', 'b 2x']],
    [
      'keeps commas inside addresses',
      'w_1,h_2/a 480w,\n w_3,h_4/b 2.5x',
      ['w_1,h_2/a 480w', 'w_3,h_4/b 2.5x'],
    ],
    ['reads a comma behind an address as its end', 'a, b', ['a', 'b']],
    ['passes commas without addresses', ', ,a 1x,,', ['a 1x']],
    ['keeps the width of a width and height', 'a 480w 320h', ['a 480w']],
    ['does not part inside parentheses', 'a f(x, y), b 1x', ['b 1x']],
    ['leaves out what has no sense', 'a b c d, e -1x, f 1q, g 1x', ['g 1x']],
    ['leaves out other schemes', 'javascript:x 1x, data:image/gif;base64,AA 2x', []],
  ])('%s', (_, srcset, expected) => {
    expect(read(srcset)).toEqual(expected);
  });

  it('stops after 32 candidates', () => {
    expect(read('a 1x, '.repeat(1000))).toHaveLength(32);
  });
});

describe('bestCandidate', () => {
  it.each([
    ['a 480w, b 1200w, c 2400w', 'b'],
    ['a 4000w, b 2400w', 'b'],
    ['a, b 2x, c 4x', 'b'],
    ['a 320w, b 640w', 'b'],
  ])('of %s is %s', (srcset, expected) => {
    expect(bestCandidate(readSrcset(srcset, 'https://e.org/', () => true))?.url).toBe(
      `https://e.org/${expected}`,
    );
  });
});

describe('pictureUrl', () => {
  it('has nothing in it that a proxy or a srcset would misread', () => {
    expect(pictureUrl("https://e.org/it's,#top", undefined)).toBe('https://e.org/it%27s%2C');
  });
});
