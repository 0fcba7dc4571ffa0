import { describe, expect, it } from 'vitest';
import { toUri } from '../../src/feeds/uri.ts';

describe('toUri', () => {
  it.each([
    ['https://news.example/a?b=1&c=%20#d', 'https://news.example/a?b=1&c=%20#d'],
    ['https://news.example/[a]|{b}', 'https://news.example/%5Ba%5D%7C%7Bb%7D'],
    ['https://news.example/100%', 'https://news.example/100%25'],
    ['https://news.example/a#b#c', 'https://news.example/a#b%23c'],
    ['https://news.example/港?q=字"<', 'https://news.example/%E6%B8%AF?q=%E5%AD%97%22%3C'],
    ['http://[::1]:80/[x]', 'http://[::1]:80/%5Bx%5D'],
    ['https://t.example/?http://news.example/a|b.jpg', 'https://t.example/?http://news.example/a%7Cb.jpg'],
    ['\uD800', '%EF%BF%BD'],
  ])('%s', (url, uri) => {
    expect(toUri(url)).toBe(uri);
  });
});
