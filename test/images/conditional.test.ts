import { describe, expect, it } from 'vitest';
import { isNotModified, isRangeCurrent } from '../../src/images/conditional.ts';

const facts = { etag: '"a,b"', lastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' };

describe('isNotModified', () => {
  it.each([
    [{ 'if-none-match': '"a,b"' }, true],
    [{ 'if-none-match': '"x", W/"a,b"' }, true],
    [{ 'if-none-match': '*' }, true],
    [{ 'if-none-match': '"a"' }, false],
    [{ 'if-none-match': '"x"', 'if-modified-since': 'Mon, 02 Nov 2026 10:00:00 GMT' }, false],
    [{ 'if-modified-since': 'Mon, 02 Nov 2026 10:00:00 GMT' }, true],
    [{ 'if-modified-since': 'Mon, 02 Nov 2026 09:59:59 GMT' }, false],
    [{ 'if-modified-since': 'yesterday' }, false],
    [{}, false],
  ])('answers %o with %s', (headers, expected) => {
    expect(isNotModified(new Headers(headers as Record<string, string>), facts)).toBe(expected);
  });

  it('compares nothing with a picture that has no validators', () => {
    expect(isNotModified(new Headers({ 'if-none-match': '"a"' }), {})).toBe(false);
    expect(isNotModified(new Headers({ 'if-modified-since': 'Mon, 02 Nov 2026 10:00:00 GMT' }), {})).toBe(
      false,
    );
  });
});

describe('isRangeCurrent', () => {
  it.each([
    [undefined, true],
    ['"a,b"', true],
    ['W/"a,b"', false],
    ['"old"', false],
    ['Mon, 02 Nov 2026 10:00:00 GMT', true],
    ['Mon, 02 Nov 2026 09:00:00 GMT', false],
  ])('takes If-Range: %s as %s', (value, expected) => {
    expect(isRangeCurrent(new Headers(value === undefined ? {} : { 'if-range': value }), facts)).toBe(
      expected,
    );
  });
});
