import { describe, expect, it } from 'vitest';
import { simhash } from '../../src/normalise/simhash.ts';

const ENGLISH = Array.from({ length: 160 }, (_, i) => `word${(i * 7919) % 1009}`).join(' ');
const CHINESE = Array.from({ length: 400 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919) % 3001))).join(
  '',
);

function distance(one: string | undefined, other: string | undefined): number {
  const bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  return bits.toString(2).replaceAll('0', '').length;
}

describe('the simhash of a text', () => {
  it.each([
    ['English', ENGLISH],
    ['Chinese', CHINESE],
  ])('is 16 hex digits, the same for the same %s words however they are spaced or end', (_, text) => {
    expect(simhash(text)).toMatch(/^[0-9a-f]{16}$/);
    expect(simhash(`\n ${text.replaceAll(' ', '\n  ')} `)).toBe(simhash(text));
    expect(simhash(text.toUpperCase())).toBe(simhash(text));
  });

  it.each([
    ['English', ENGLISH, `${ENGLISH.slice(0, 400)}, and${ENGLISH.slice(400)}`],
    ['Chinese', CHINESE, `${CHINESE.slice(0, 200)}甲${CHINESE.slice(201)}`],
  ])('differs in a few bits where a %s text differs in a word', (_, text, edited) => {
    expect(distance(simhash(text), simhash(edited))).toBeLessThanOrEqual(3);
  });

  it('differs in many bits between texts that have little in common', () => {
    const other = ENGLISH.replace(/word(\d+)/g, (_, n) => `other${n}`);
    expect(distance(simhash(ENGLISH), simhash(other))).toBeGreaterThan(15);
    expect(distance(simhash(ENGLISH), simhash(CHINESE))).toBeGreaterThan(15);
  });

  it('is absent where the text is too short to tell', () => {
    expect(simhash('')).toBeUndefined();
    expect(simhash('Photo of the day: a heron by the river.')).toBeUndefined();
  });
});
