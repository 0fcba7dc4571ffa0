import { describe, expect, it } from 'vitest';
import { readerOf, subscribersOf } from '../../src/sources/subscribers.ts';

describe('the number of subscribers', () => {
  const at = (scope: string, reader: number, subscribers = 1) => ({ scope, reader, subscribers });

  it('2.5: takes a service at its word, up to a bound, and counts it as one program', () => {
    const service = (text: string) => readerOf(`Service/1.0 (+https://service.example; ${text})`);
    expect(service('16 subscribers').subscribers).toBe(16);
    expect(service('1 subscriber').subscribers).toBe(1);
    expect(service('9999999 subscribers').subscribers).toBe(10_000);
    expect(service('16 subscribers').reader).toBe(service('17 subscribers').reader);
    expect(readerOf('Another/2').subscribers).toBe(1);
  });

  it('2.5: counts every program once that reads a feed with the source in it', () => {
    const readers = [at('all', 1), at('all', 2, 16), at('source:a', 1), at('source:b', 3), at('source:a', 4)];
    expect(subscribersOf(['all', 'source:a'], readers)).toBe(18);
    expect(subscribersOf(['source:c'], readers)).toBe(1);
  });
});
