import { describe, expect, it } from 'vitest';
import { ShortMemory } from '../../src/images/short-memory.ts';

describe('a short memory', () => {
  it('believes what it was told for its time', () => {
    const memory = new ShortMemory<number>({ ms: 10, size: 2 });
    memory.set('a', 1, 0);
    expect([memory.get('a', 9), memory.get('a', 10), memory.get('b', 0)]).toEqual([1, undefined, undefined]);
    memory.delete('a');
    expect(memory.get('a', 0)).toBeUndefined();
  });

  it('begins anew when it is full', () => {
    const memory = new ShortMemory<number>({ ms: 10, size: 2 });
    for (const [i, key] of ['a', 'b', 'c'].entries()) memory.set(key, i, 0);
    expect(['a', 'b', 'c'].map((key) => memory.get(key, 0))).toEqual([undefined, undefined, 2]);
  });
});
