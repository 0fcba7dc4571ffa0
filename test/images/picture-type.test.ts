import { describe, expect, it } from 'vitest';
import { findPictureType } from '../../src/images/picture-type.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const type = (text: string) => findPictureType(bytes(text));

describe('findPictureType', () => {
  it.each([
    ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
    ['image/gif', 'GIF89a\x01\0'],
    ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['image/avif', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
    ['image/avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
    ['image/bmp', 'BM\x36\0\0\0\0\0\0\0\x36'],
    ['image/x-icon', '\0\0\x01\0\x01\0'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    [
      'image/svg+xml',
      '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <html> -->\n<!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY x "y">]>\n<svg>',
    ],
    ['image/svg+xml', '<svg:svg xmlns:svg="http://www.w3.org/2000/svg">'],
  ])('sees %s', (expected, text) => expect(type(text)).toBe(expected));

  it.each([
    ['HTML', '<!DOCTYPE html><svg>'],
    ['HTML behind a comment', '<!-- x --><html><svg>'],
    ['an element that begins like svg', '<svgx>'],
    ['another XML', '<?xml version="1.0"?><rss>'],
    ['a comment without an end', '<!-- <svg>'],
    ['JSON', '{"error":"no"}'],
    ['nothing', ''],
    ['a HEIC picture', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['film', '\0\0\0\x18ftypisom\0\0\0\0isommp41'],
    ['sound', 'ID3\x04\0\0'],
  ])('does not take %s for a picture', (_, text) => expect(type(text)).toBeUndefined());

  it('stays fast on a preamble without end', () => {
    const hostile = `${'<!---->'.repeat(580)}${' '.repeat(2000)}`;
    const start = performance.now();
    expect(type(hostile)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(50);
  });
});
