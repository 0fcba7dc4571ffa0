import { describe, expect, it } from 'vitest';
import { matchPosts } from '../../scripts/match-posts.ts';
import type { OldPost } from '../../scripts/old-post.ts';
import type { IndexEntry } from '../../scripts/posts-index.ts';

const NOON = Date.UTC(2021, 9, 18, 12);
const HOUR = 3_600_000;

const POST: OldPost = {
  file: 'a/b/c/Title.md',
  title: 'A “title” of 49.2％',
  categories: ['a', 'b', 'c'],
  author: 'b',
  date: { kind: 'instant', time: NOON },
  originals: [],
  kept: {},
  body: '<p>What both of them say in many words</p>',
};

const ENTRY: IndexEntry = {
  id: '0123456789abcdef0123456789abcdef',
  title: POST.title,
  firstTitle: POST.title,
  categories: ['a', 'b', 'c'],
  source: 'The source',
  link: 'https://news.example/1',
  guid: 'tag:news.example,1',
  published: new Date(NOON).toISOString(),
  dateInferred: false,
  hash: 'h',
  contentHash: 'c',
  path: 'x.md',
  url: 'https://tributary.example/posts/x.md',
};

async function matchAll(
  posts: Partial<OldPost>[],
  entries: Partial<IndexEntry>[],
  { body = POST.body, files = new Map<string, string>() } = {},
): Promise<string[]> {
  const all = entries.map((entry, i) => ({ ...ENTRY, id: String(i), ...entry }));
  const matches = await matchPosts(
    posts.map((post) => ({ ...POST, ...post })),
    all,
    { files, bodyOf: async () => body },
  );
  return [...matches.values()].map((match) => (match.kind === 'matched' ? match.entry.id : match.reason));
}

const at = (time: number) => new Date(time).toISOString();

describe('an old post is matched', () => {
  it.each<[string, Partial<OldPost>, Partial<IndexEntry>]>([
    ['that is the same in title, source and date', {}, {}],
    ['whose title lost characters', { title: 'A _title_ of 492％' }, {}],
    ['whose file alone has the title', { title: 'Another', file: 'a/b/c/A _title_ of 492％.md' }, {}],
    ['whose article has a new title', {}, { title: 'New' }],
    ['with one level of categories less', { categories: ['a', 'b'] }, {}],
    ['whose author is its source', { categories: ['old'] }, {}],
    ['whose zone was misread', {}, { published: at(NOON + 8 * HOUR) }],
    ['whose source stands elsewhere now, by the second', {}, { categories: ['x'] }],
    ['whose source stands elsewhere now, by its text', { date: { kind: 'none' } }, { categories: ['x'] }],
    ['that names the page', { title: 'x', originals: ['http://www.news.example/1?utm_source=a'] }, {}],
    ['that names the id', { title: 'x', originals: ['tag:news.example,1'] }, {}],
    ['without a date, by its text', { date: { kind: 'none' } }, {}],
    ['whose article has no date, by its text', {}, { dateInferred: true, published: at(NOON + 9999 * HOUR) }],
    ['with the time of a run, by its text', { date: { kind: 'wall-clock', time: NOON + 99 * HOUR } }, {}],
  ])('to the article %s', async (_, post, entry) => {
    expect(await matchAll([post], [entry])).toEqual(['0']);
  });

  it('to the nearest of a column that has one title every day, each to its own', async () => {
    const days = [0, 24, 48].map((hours) => NOON + hours * HOUR);
    expect(
      await matchAll(
        [days[2], days[0], days[1]].map((time = 0) => ({ date: { kind: 'instant', time } })),
        days.map((time) => ({ published: at(time) })),
      ),
    ).toEqual(['2', '0', '1']);
  });
});

describe('an old post is left', () => {
  it.each<[string, Partial<OldPost>, Partial<IndexEntry>]>([
    ['no article has its title', { title: 'x' }, {}],
    [
      'the article of its title is of another source: The source',
      {},
      { categories: ['x'], published: at(0) },
    ],
    ['the article of its title is of another day', {}, { published: at(NOON + 24 * HOUR) }],
    [
      'the article of its title is of another day',
      { date: { kind: 'wall-clock', time: NOON - 20 * HOUR } },
      {},
    ],
    ['has another text', { date: { kind: 'none' }, body: 'Of other things altogether it tells us' }, {}],
  ])('because %s', async (reason, post, entry) => {
    expect((await matchAll([post], [entry]))[0]).toContain(reason);
  });

  it('where its article has a file already, of ours or of another old post', async () => {
    expect(await matchAll([{}], [{}], { files: new Map([['0', 'ours.md']]) })).toEqual([
      'its article has another file: ours.md',
    ]);
    expect(await matchAll([{}, { file: 'again.md' }], [{}])).toEqual([
      '0',
      'its article has another file: a/b/c/Title.md',
    ]);
  });

  it('where the source is another and neither has a text', async () => {
    const post = { date: { kind: 'none' } as const, body: '<img src="a">' };
    expect(await matchAll([post], [{}], { body: '<img src="b">' })).toEqual(['0']);
    expect((await matchAll([post], [{ categories: ['x'] }], { body: '' }))[0]).toContain('another text');
  });

  it('where several articles might be it', async () => {
    expect((await matchAll([{ date: { kind: 'none' } }], [{}, {}]))[0]).toContain(
      '2 articles have its title',
    );
  });
});
