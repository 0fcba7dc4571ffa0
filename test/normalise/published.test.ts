import { describe, expect, it } from 'vitest';
import { datesOfItems } from '../../src/normalise/published.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

function datesOf(...published: (string | undefined)[]) {
  const items = published.map((date) => ({
    authors: [],
    categories: [],
    enclosures: [],
    ...(date !== undefined && { published: date }),
  }));
  return datesOfItems(items, { now: NOW });
}

describe('the dates of items', () => {
  it('are the publisher’s', () => {
    expect(datesOf('Mon, 18 Oct 2021 06:56:51 GMT')).toEqual([
      { published: Date.UTC(2021, 9, 18, 6, 56, 51), inferred: false },
    ]);
  });

  it.each([
    ['missing', undefined],
    ['unreadable', 'Invalid Date'],
    ['before there were feeds', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['ahead by days', '2026-11-25T12:00:00Z'],
    ['ahead by the hours of a zone', new Date(NOW + 8 * 3_600_000).toISOString()],
  ])('are the time an item was first seen, in the feed’s order, when %s', (_, date) => {
    expect(datesOf(date, date)).toEqual([
      { published: NOW, inferred: true },
      { published: NOW - 1000, inferred: true },
    ]);
  });

  it('are not believed when all items claim the moment of the fetch', () => {
    const now = new Date(NOW - 2000).toUTCString();
    expect(datesOf(now, now, now).map(({ inferred }) => inferred)).toEqual([true, true, true]);
  });

  it('are believed when all items share an older day', () => {
    expect(datesOf('2026-11-20', '2026-11-20').map(({ inferred }) => inferred)).toEqual([false, false]);
  });

  it('tell an update only when it is later than the publication', () => {
    const item = {
      authors: [],
      categories: [],
      enclosures: [],
      published: '2026-11-20',
      updated: '2026-11-21',
    };
    const [later, same] = datesOfItems([item, { ...item, updated: '2026-11-20' }], { now: NOW });
    expect(later?.updated).toBe(Date.UTC(2026, 10, 21));
    expect(same).not.toHaveProperty('updated');
  });
});
