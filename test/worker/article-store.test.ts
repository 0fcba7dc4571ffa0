import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Article, IdentifiedArticle } from '../../src/article.ts';
import type { FeedScope } from '../../src/sources/feed-scope.ts';
import { sourceId } from '../../src/sources/source.ts';
import type { SourceEntry } from '../../src/sources/source-list.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { PictureStore } from '../../src/store/picture-store.ts';
import { SourceStore } from '../../src/store/source-store.ts';

const ENTRY: SourceEntry = { url: 'https://news.example/feed', categories: ['新媒体', '趣头条', '分类'] };
const SOURCE = { ...ENTRY, id: sourceId(ENTRY.url) };

const ARTICLE: Article = {
  id: '0123456789abcdef0123456789abcdef',
  sourceId: SOURCE.id,
  title: 'A ferry turns back',
  link: 'https://news.example/ferry',
  categories: SOURCE.categories,
  tags: ['harbour'],
  author: '趣头条',
  authors: ['Ada'],
  published: 1_700_000_000_000,
  publishedInferred: false,
  enclosures: [],
  contentHtml: '<p>In thick fog.</p>',
};

function identified(change: Partial<Article> = {}, contentHash = 'one'): IdentifiedArticle {
  return {
    article: { ...ARTICLE, ...change },
    place: 0,
    fingerprint: contentHash,
    contentHash,
    guid: 'ferry',
    pictures: ['https://img.example/a.jpg'],
  };
}

async function versionOf(articles: ArticleStore, scope: FeedScope): Promise<number | undefined> {
  const state = await articles.state(scope);
  return state.kind === 'live' ? state.version : undefined;
}

async function stores() {
  const articles = new ArticleStore(env.DB);
  const sources = new SourceStore(env.DB);
  await sources.import({ rsshub: [], sources: [ENTRY] }, { now: 1 });
  return { articles, sources };
}

describe('the article store', () => {
  it('gives an article back as it was saved', async () => {
    const { articles } = await stores();
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    expect(await articles.find(ARTICLE.id)).toEqual(ARTICLE);
  });

  it('writes nothing and keeps the version when an article comes again with the same content', async () => {
    const { articles } = await stores();
    expect(await articles.save(SOURCE, { articles: [identified()] }, 1000)).toBe(1);
    expect(await articles.save(SOURCE, { articles: [identified({ published: 5 })] }, 2000)).toBe(0);
    expect(await versionOf(articles, { kind: 'all' })).toBe(1000);
    expect((await articles.find(ARTICLE.id))?.published).toBe(ARTICLE.published);
  });

  it('knows the articles of a tag, also when an article’s tags change or its source is removed', async () => {
    const { articles, sources } = await stores();
    const idsOf = async (tag: string) =>
      (await articles.latest({ kind: 'tag', tag }, 10)).map(({ title }) => title);
    await articles.save(SOURCE, { articles: [identified({ tags: ['harbour', 'fog', 'fog'] })] }, 1000);
    expect(await idsOf('fog')).toEqual([ARTICLE.title]);
    await articles.save(SOURCE, { articles: [identified({ tags: ['harbour', 'sun'] }, 'two')] }, 2000);
    expect([await idsOf('fog'), await idsOf('harbour'), await idsOf('sun')]).toEqual([
      [],
      [ARTICLE.title],
      [ARTICLE.title],
    ]);
    for (const tag of ['fog', 'harbour', 'sun']) {
      expect(await versionOf(articles, { kind: 'tag', tag }), tag).toBeGreaterThanOrEqual(2000);
    }
    await sources.remove(SOURCE.id, 3000);
    expect(await idsOf('sun')).toEqual([]);
    expect(await versionOf(articles, { kind: 'tag', tag: 'sun' })).toBeGreaterThan(2001);
    expect(await versionOf(articles, { kind: 'tag', tag: 'none' })).toBeUndefined();
  });

  it('keeps the date of publication when the content changes', async () => {
    const { articles } = await stores();
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    expect(
      await articles.save(
        SOURCE,
        { articles: [identified({ title: 'The ferry arrives', published: 5 }, 'two')] },
        2000,
      ),
    ).toBe(1);
    expect(await articles.find(ARTICLE.id)).toEqual({ ...ARTICLE, title: 'The ferry arrives' });
  });

  it('raises the version of every feed that shows the article and of no other, even within one millisecond', async () => {
    const { articles } = await stores();
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    await articles.save(SOURCE, { articles: [identified({ title: 'Again' }, 'two')] }, 1000);
    const versions: [FeedScope, number | undefined][] = [
      [{ kind: 'all' }, 1001],
      [{ kind: 'category', path: ['新媒体'] }, 1001],
      [{ kind: 'category', path: ['新媒体', '趣头条'] }, 1001],
      [{ kind: 'category', path: ['趣头条'] }, undefined],
      [{ kind: 'source', id: SOURCE.id }, 1001],
      [{ kind: 'source', id: 'another' }, undefined],
    ];
    for (const [scope, version] of versions) expect(await versionOf(articles, scope)).toBe(version);
  });

  it('finds articles by any level of the category path, but not by a name that only begins alike', async () => {
    const { articles, sources } = await stores();
    const other: SourceEntry = { url: 'https://other.example/', categories: ['新媒体', '趣头'] };
    await sources.import({ rsshub: [], sources: [other] }, { now: 1 });
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    await articles.save(
      { ...other, id: sourceId(other.url) },
      { articles: [identified({ id: 'f'.repeat(32), sourceId: sourceId(other.url) })] },
      1000,
    );
    const ids = async (path: string[]) =>
      (await articles.latest({ kind: 'category', path }, 10)).map(({ id }) => id);
    expect(await ids(['新媒体'])).toHaveLength(2);
    expect(await ids(['新媒体', '趣头'])).toEqual(['f'.repeat(32)]);
    expect(await ids(['新媒体', '趣头条'])).toEqual([ARTICLE.id]);
    expect(await ids(['分类'])).toEqual([]);
  });

  it('takes a feed of 200 long articles in pieces that D1 accepts', async () => {
    const { articles } = await stores();
    const many = Array.from({ length: 200 }, (_, i) =>
      identified({ id: i.toString(16).padStart(32, '0'), contentHtml: '雾'.repeat(30_000) }),
    );
    expect(await articles.save(SOURCE, { articles: many }, 1000)).toBe(200);
    expect(await articles.latest({ kind: 'all' }, 300)).toHaveLength(200);
  });

  it('knows the items that a feed shows, also those that a part of it brought, and none that it shows no longer', async () => {
    const { articles } = await stores();
    const item = (name: string) => identified({ id: name.repeat(32), published: name.charCodeAt(0) }, name);
    const known = async () => [...(await articles.savedItems(SOURCE.id))].sort();
    const entry = (name: string) => [name, { id: name.repeat(32), published: name.charCodeAt(0) }];
    await articles.save(SOURCE, { articles: [item('a')] }, 1000);
    await articles.save(SOURCE, { articles: [item('b')] }, 2000, { partial: true });
    expect(await known()).toEqual([entry('a'), entry('b')]);
    const unchanged = [{ id: 'b'.repeat(32), published: 1, place: 0, fingerprint: 'b' }];
    expect(await articles.save(SOURCE, { articles: [], unchanged }, 3000)).toBe(0);
    expect(await known()).toEqual([entry('b')]);
    expect(await articles.savedItems('another')).toEqual(new Map());
  });

  it('knows the hosts of the pictures it shows and the page next to a picture', async () => {
    const { articles } = await stores();
    const shown = ['https://shared.example/one/a.jpg', 'https://img.example/a.jpg'];
    await articles.save(
      SOURCE,
      { articles: [{ ...identified({ link: 'https://shared.example/one/1' }), pictures: shown }] },
      1,
    );
    const other = { ...SOURCE, id: sourceId('https://other.example/'), url: 'https://other.example/' };
    await new SourceStore(env.DB).import({ rsshub: [], sources: [other] }, { now: 1 });
    const two = identified({ id: 'f'.repeat(32), sourceId: other.id, link: 'https://shared.example/two/1' });
    await articles.save(other, { articles: [{ ...two, pictures: ['https://shared.example/two/a.jpg'] }] }, 1);
    const pictures = new PictureStore(env.DB);
    const pageOf = async (url: string) => (await pictures.host(new URL(url)))?.page;
    expect(await pageOf('https://shared.example/two/b.jpg')).toBe('https://shared.example/two/1');
    expect(await pageOf('https://shared.example/one/b.jpg')).toBe('https://shared.example/one/1');
    expect(await pageOf('https://img.example/b.jpg')).toBe('https://shared.example/one/1');
    expect(await pictures.host(new URL('https://example/a.jpg'))).toBeUndefined();
    await pictures.rememberReferer('img.example', 'none');
    await pictures.rememberReferer('img.example', 'origin');
    expect(await pictures.host(new URL('https://img.example/'))).toMatchObject({ referer: 'origin' });
  });
});

describe('the source store', () => {
  it('imports the same list again without a change', async () => {
    const { sources } = await stores();
    const list = { rsshub: ['https://rsshub.example'], sources: [ENTRY] };
    expect(await sources.import(list, { now: 2 })).toEqual({
      added: 0,
      updated: 0,
      removed: 0,
      unchanged: 1,
    });
    expect(await sources.rsshubInstances()).toEqual(['https://rsshub.example']);
  });

  it('lets articles follow the category path their owner changes', async () => {
    const { sources, articles } = await stores();
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    await sources.import(
      { rsshub: [], sources: [{ ...ENTRY, categories: ['News', 'Ferry'] }] },
      { now: 2000 },
    );
    expect(await articles.find(ARTICLE.id)).toMatchObject({ categories: ['News', 'Ferry'], author: 'Ferry' });
    expect(await articles.latest({ kind: 'category', path: ['News'] }, 10)).toHaveLength(1);
    expect(await versionOf(articles, { kind: 'all' })).toBe(2000);
  });

  it('updates what its owner changed without losing what polling learned', async () => {
    const { sources } = await stores();
    const before = await sources.find(SOURCE.id);
    if (before === undefined) throw new Error('the source is there');
    await sources.savePoll(SOURCE.id, { ...before.state, etag: '"kept"' });
    const counts = await sources.import({ rsshub: [], sources: [{ ...ENTRY, poll: 30 }] }, { now: 2 });
    expect(counts).toEqual({ added: 0, updated: 1, removed: 0, unchanged: 0 });
    expect(await sources.find(SOURCE.id)).toMatchObject({ source: { poll: 30 }, state: { etag: '"kept"' } });
  });

  it('removes what a pruning import does not list, with its articles', async () => {
    const { sources, articles } = await stores();
    await articles.save(SOURCE, { articles: [identified()] }, 1000);
    const counts = await sources.import({ rsshub: [], sources: [] }, { now: 2000, prune: true });
    expect(counts.removed).toBe(1);
    expect(await sources.all()).toEqual([]);
    expect(await articles.find(ARTICLE.id)).toBeUndefined();
    expect(await versionOf(articles, { kind: 'all' })).toBe(2000);
  });

  it('gives a saved polling state back as it was, and tells since when the source is broken', async () => {
    const { sources } = await stores();
    const state = {
      etag: 'W/"odd, but theirs"',
      lastModified: 'Thu, 1 Jan 2026 00:00:00 +0000',
      bodyHash: 'ab',
      stableHash: 'cd',
      hints: { minutesBetweenPolls: 60, skipHours: [1, 2], expired: true },
      rhythm: { gapMinutes: 90, newestAt: 3 },
      redirect: { to: 'https://new.example/', since: 1, sightings: 2, wasRead: true },
      instances: { 'https://rsshub.example': { success: 0.7, milliseconds: 900, at: 4 } },
      lastCheckedAt: 5,
      lastSuccessAt: 4,
      nextCheckAt: 9,
      consecutiveFailures: 2,
      failure: { kind: 'status', detail: 'news.example answered 500', at: 5, since: 1 },
      identityMode: 'link' as const,
      repairs: ['declared utf-8, was gb18030'],
      feedTitle: 'News',
      siteLink: 'https://news.example/',
    };
    await sources.savePoll(SOURCE.id, state);
    expect((await sources.find(SOURCE.id))?.state).toEqual({ ...state, brokenSince: 5 });
  });
});
