import { describe, expect, it } from 'vitest';
import { isAnimated } from '../../src/images/animation.ts';

const bytes = (...parts: (string | number[] | Buffer)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1')));
const chunk = (name: string, length: number) =>
  bytes([0, 0, length >> 8, length & 255], name, Array(length + 4).fill(0));
const PNG = bytes('\x89PNG\r\n\x1a\n', chunk('IHDR', 13));

describe('a picture moves', () => {
  it.each([
    ['a GIF', 'image/gif', bytes('GIF89a')],
    ['a WebP that says so', 'image/webp', bytes('RIFF....WEBPVP8X', [10, 0, 0, 0, 0x12])],
    ['an AVIF sequence', 'image/avif', bytes([0, 0, 0, 28], 'ftypavis')],
    ['a PNG with animation control', 'image/png', bytes(PNG, chunk('acTL', 8), chunk('IDAT', 9))],
    ['one behind a colour profile', 'image/png', bytes(PNG, chunk('iCCP', 3000), chunk('acTL', 8))],
  ])('as %s', (_, type, head) => expect(isAnimated(head, type)).toBe(true));

  it.each([
    ['a JPEG', 'image/jpeg', bytes('\xff\xd8\xff')],
    ['a WebP that says it does not', 'image/webp', bytes('RIFF....WEBPVP8X', [10, 0, 0, 0, 0x10])],
    ['a simple WebP', 'image/webp', bytes('RIFF....WEBPVP8 ', [10, 0, 0, 0, 0x02])],
    ['an AVIF picture', 'image/avif', bytes([0, 0, 0, 28], 'ftypavif')],
    ['a PNG', 'image/png', bytes(PNG, chunk('IDAT', 9), chunk('acTL', 8))],
    ['the beginning of one', 'image/png', PNG.subarray(0, 20)],
    ['a PNG with a length beyond its end', 'image/png', bytes(PNG, [255, 255, 255, 255], 'iCCP')],
  ])('not as %s', (_, type, head) => expect(isAnimated(head, type)).toBe(false));
});
