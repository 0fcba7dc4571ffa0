import { describe, expect, it } from 'vitest';
import { boundRange, parseContentRange } from '../../src/images/byte-range.ts';

describe('boundRange', () => {
  it.each([
    ['bytes=0-1', 'bytes=0-1'],
    ['bytes=10-', 'bytes=10-109'],
    ['bytes=0-5000', 'bytes=0-99'],
    ['bytes=-50', 'bytes=-50'],
    ['bytes=-500', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=5-2', undefined],
    ['bytes=-', undefined],
    ['items=0-1', undefined],
    [null, undefined],
  ])('turns %s into %s for at most 100 bytes', (header, expected) =>
    expect(boundRange(header, 100)).toBe(expected),
  );
});

describe('parseContentRange', () => {
  it.each([
    ['bytes 0-9/100', { header: 'bytes 0-9/100', first: 0, length: 10 }],
    ['bytes 5-5/*', { header: 'bytes 5-5/*', first: 5, length: 1 }],
    ['bytes 9-0/100', undefined],
    ['bytes 0-100/100', undefined],
    ['bytes */100', undefined],
    [null, undefined],
  ])('reads %s', (header, expected) => expect(parseContentRange(header)).toEqual(expected));
});
