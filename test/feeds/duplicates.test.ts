import { describe, expect, it } from 'vitest';
import { type ArticlePrint, type DuplicateLevel, findDuplicates } from '../../src/feeds/duplicates.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 24);
const PRINT = {
  id: 'a',
  sourceId: 'A',
  published: NOW,
  firstSeenAt: NOW,
  title: 'Chip maker opens plant in Kyoto',
  page: 'a.example/1',
  simhash: '0123456789abcdef',
  language: 'en',
} satisfies ArticlePrint;
const SOURCES = { titles: ['Morning Paper', '新浪网'], order: ['A', 'B', 'C'] };

/** A copy in another source, but for what is given. */
function other(changes: Partial<ArticlePrint>): ArticlePrint {
  const distinct = {
    title: 'Something else altogether here',
    page: 'b.example/1',
    simhash: 'fedcba9876543210',
  };
  return { ...PRINT, id: 'b', sourceId: 'B', published: NOW + HOUR, ...distinct, ...changes };
}

function groups(prints: ArticlePrint[], level: DuplicateLevel): string[] {
  return findDuplicates(prints, level, SOURCES).map((group) => group.map(({ id }) => id).join(''));
}

describe('copies of an article', () => {
  it.each<[string, DuplicateLevel, Partial<ArticlePrint>, Partial<ArticlePrint>, string[]]>([
    ['one page', 'url', {}, { page: PRINT.page }, ['ab']],
    ['one page, a month apart', 'url', {}, { page: PRINT.page, published: NOW + 720 * HOUR }, ['ab']],
    ['one page in one source', 'url', {}, { page: PRINT.page, sourceId: 'A' }, []],
    ['one page in two languages', 'url', {}, { page: PRINT.page, language: 'de' }, []],
    ['one page, a region more', 'url', {}, { page: PRINT.page, language: 'en-GB' }, ['ab']],
    ['one title, asked by page', 'url', {}, { title: PRINT.title }, []],
    ['one title', 'title', {}, { title: PRINT.title }, ['ab']],
    ['a title in other case and signs', 'title', {}, { title: 'CHIP MAKER opens plant, in Ｋyoto!' }, ['ab']],
    ['one title within 72 hours', 'title', {}, { title: PRINT.title, published: NOW + 72 * HOUR }, ['ab']],
    ['one title after 72 hours', 'title', {}, { title: PRINT.title, published: NOW + 73 * HOUR }, []],
    ['one title in two languages', 'title', {}, { title: PRINT.title, language: 'ja' }, []],
    ['one title, a language unknown', 'title', {}, { title: PRINT.title, language: '' }, ['ab']],
    ['a known site at the end', 'title', {}, { title: `${PRINT.title} - Morning Paper` }, ['ab']],
    ['an unknown site at the end', 'title', {}, { title: `${PRINT.title} | Daily Post` }, ['ab']],
    [
      'two known sites at the ends',
      'title',
      { title: '京都新工厂开工了_新浪网' },
      { title: '京都新工厂开工了 - Morning Paper' },
      ['ab'],
    ],
    [
      'titles that only begin alike',
      'title',
      { title: 'Election results - Ohio' },
      { title: 'Election results - Utah' },
      [],
    ],
    ['a short title', 'title', { title: 'Weekly' }, { title: 'Weekly' }, []],
    ['six Chinese characters', 'title', { title: '京都新工厂开' }, { title: '京都新工厂开' }, ['ab']],
    ['five Chinese characters', 'title', { title: '京都新工厂' }, { title: '京都新工厂' }, []],
    ['one text, asked by title', 'title', {}, { simhash: PRINT.simhash }, []],
    ['one text', 'near', {}, { simhash: PRINT.simhash }, ['ab']],
    ['three bits apart', 'near', {}, { simhash: '0123456789abcde8' }, ['ab']],
    ['four bits apart', 'near', {}, { simhash: '0123456789abcde0' }, []],
    ['one text after 72 hours', 'near', {}, { simhash: PRINT.simhash, published: NOW + 73 * HOUR }, []],
    ['one title, asked by text', 'near', {}, { title: PRINT.title }, ['ab']],
  ])('%s, by %s: %j and %j are %j', (_, level, one, two, expected) => {
    const [a, b] = [{ ...PRINT, ...one }, other(two)];
    if (b.language === '') delete b.language;
    expect(groups([a, b], level)).toEqual(expected);
    expect(groups([b, a], level)).toEqual(expected);
  });

  it('are led by the earliest published of those that were found together', () => {
    const b = other({ page: PRINT.page, published: NOW - HOUR, firstSeenAt: NOW + 60_000 });
    expect(groups([PRINT, b], 'url')).toEqual(['ba']);
  });

  it('never take the place of one that readers have seen', () => {
    const b = other({ page: PRINT.page, published: NOW - HOUR, firstSeenAt: NOW + HOUR });
    expect(groups([PRINT, b], 'url')).toEqual(['ab']);
  });

  it('of one moment are led by the source that is listed first', () => {
    const b = other({ page: PRINT.page, published: NOW });
    expect(groups([{ ...PRINT, sourceId: 'C' }, b], 'url')).toEqual(['ba']);
  });

  it('are one of each source, so that a page with many articles loses none', () => {
    const prints = ['A', 'B'].flatMap((sourceId) =>
      [1, 2, 3].map((n) => ({ ...PRINT, id: sourceId.toLowerCase() + n, sourceId, published: NOW + n })),
    );
    expect(groups(prints, 'near')).toEqual(['a1b1', 'a2b2', 'a3b3']);
  });

  it('are found among thousands that share a title in linear time', () => {
    const prints = Array.from({ length: 20_000 }, (_, i) => ({ ...PRINT, id: String(i), sourceId: 'A' }));
    const start = performance.now();
    expect(groups(prints, 'near')).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
