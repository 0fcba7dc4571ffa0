import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/pattern/pattern.ts';
import { expectLinearTime } from '../support/linear-time.ts';

function matches(source: string, text: string, ignoreCase = false): boolean | undefined {
  const result = compilePattern(source, { ignoreCase });
  if (result.kind === 'wrong') throw new Error(result.message);
  return result.pattern.matches(text, { left: 10_000_000 });
}

describe('a pattern', () => {
  it.each([
    ['小米|雷军', '雷军：小米汽车', '华为'],
    ['^\\p{Han}+$', '新媒体', '新媒体1'],
    ['[^\\P{Han}国]', '中国', '国国'],
    ['[一-龥]{2}', '中国', '中-国'],
    ['a.c', 'a😀c', 'a\nc'],
    ['(?s)a.c', 'a\nc', 'ac'],
    ['(?i)straße|k', 'STRAßE', 'x'],
    ['(?i)[^k]', 'x', '\u212a'],
    ['(?m)^b$', 'a\nb\nc', 'ab'],
    ['^b$', 'b', 'a\nb'],
    ['\\bcat\\b', 'the cat.', 'concatenate'],
    ['\\Bcat', 'concat', 'cat'],
    ['\\Aa\\z', 'a', 'a\n'],
    ['x{2,3}y', 'xxy', 'xy'],
    ['x{,2}', 'x{,2}', 'xx'],
    ['(?:ab)*c(?P<rest>d)?e', 'ababce', 'abcd'],
    ['(?i:a)b', 'Ab', 'AB'],
    ['[[:upper:]][\\d_-]', 'A-', 'a1'],
    ['[]a]', ']', 'b'],
    ['\\Qa.b\\E+', 'a.bb', 'aXb'],
    ['\\x{4e2d}\\x41\\101', '中AA', '中BA'],
    ['C\\+\\+', 'C++', 'CCC'],
  ])('%j matches %j and not %j', (source, yes, no) => {
    expect(matches(source, yes)).toBe(true);
    expect(matches(source, no)).toBe(false);
  });

  it('ignores case when it is told to', () => {
    expect(matches('apple', 'APPLE')).toBe(false);
    expect(matches('apple', 'APPLE', true)).toBe(true);
    expect(matches('(?-i)apple', 'APPLE', true)).toBe(false);
  });

  it.each([
    ['a(?=b)', 'at character 2: look-ahead'],
    ['(?<!a)b', 'at character 1: look-behind'],
    ['(a)\\1', 'at character 4: the back-reference `\\1`'],
    ['a)b', 'at character 2: this `)` closes nothing'],
    ['(ab', 'at character 1: this `(` is never closed'],
    ['[ab', 'at character 1: this `[` is never closed'],
    ['*a', 'at character 1: `*` has nothing to repeat'],
    ['a**', 'at character 3: a repetition of a repetition'],
    ['x{1001}', 'at character 2: a repetition goes to 1000'],
    ['x{3,2}', 'the smaller number of a repetition comes first'],
    ['[z-a]', 'the smaller character of a range comes first'],
    ['\\p{Klingon}', 'names a category'],
    ['\\', 'a `\\` ends the expression'],
    ['((a{100}){100}){100}', 'too large'],
    ['('.repeat(101) + ')'.repeat(101), 'groups nest 100 deep'],
    ['a'.repeat(1001), 'longer than 1000 characters'],
  ])('that is wrong says where and what to write: %j', (source, message) => {
    expect(compilePattern(source)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) });
  });

  it.each([
    ['(x+x+)+y', 'x'],
    ['(a*)*b', 'a'],
    ['(a|a)*b', 'a'],
    ['(a|aa)+$b', 'a'],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'],
    ['(.*)*=(.*)*;', 'a'],
    ['([a-zA-Z0-9])(([-.]|_+)?([a-zA-Z0-9]+))*@', 'a'],
    ['(?:a?){20}a{20}b', 'a'],
    ['\\s+$b', ' '],
  ])('%j takes linear time on what it almost matches', (source, character) => {
    const result = compilePattern(source);
    expectLinearTime((size) => {
      const started = performance.now();
      if (result.kind === 'pattern') result.pattern.matches(character.repeat(size), { left: 1e9 });
      return performance.now() - started;
    }, 50_000);
  });

  it('gives up, rather than guess, when its budget of work is used up', () => {
    const result = compilePattern('[ab]*a[ab]{14}c');
    const budget = { left: 20 };
    expect(result.kind === 'pattern' && result.pattern.matches('abba'.repeat(9), budget)).toBe(undefined);
  });
});
