import { afterEach, describe, expect, it } from 'vitest';
import { Newsstand } from '../support/newsstand.ts';

const HOST = 'news.example';

interface Item {
  guid: string;
  title?: string;
  body?: string;
  day?: number;
}

let stand: Newsstand;
afterEach(() => stand.close());

/** Follows a feed of these items; what it gives publishes others and polls again. */
async function following(...first: Item[]) {
  let [items, channel] = [first, ''];
  stand = await Newsstand.open({ [HOST]: () => ({ body: feedOf(items, channel) }) });
  const id = await stand.follow(`https://${HOST}/feed`);
  await stand.poll();
  const publish = async (next: Item[], inChannel = '') => {
    [items, channel] = [next, inChannel];
    await stand.poll(id);
  };
  return { id, publish };
}

function feedOf(items: readonly Item[], inChannel: string): string {
  const list = items.map(
    ({ guid, title = guid, body = `About ${guid}.`, day = 1 }) =>
      `<item><guid isPermaLink="false">${guid}</guid><title>${title}</title><link>/${guid}</link>
       <pubDate>${new Date(Date.UTC(2026, 10, day)).toUTCString()}</pubDate><description>${body}</description></item>`,
  );
  return `<rss version="2.0"><channel><title>News</title>${inChannel}${list.join('')}</channel></rss>`;
}

/** Puts a mark on all articles that making them again would wipe off. */
const markAll = () => stand.db.prepare(`UPDATE articles SET title = 'as it lay', content_hash = ''`).run();

const newest = () => stand.articles.latest({ kind: 'all' }, 10);
const titles = async () => (await newest()).map(({ title }) => title).sort();

describe('an item that says what it said', () => {
  it('is not made an article again when another one joins it', async () => {
    const { publish } = await following({ guid: 'a' });
    await markAll();
    await publish([{ guid: 'b' }, { guid: 'a' }]);
    expect(await titles()).toEqual(['as it lay', 'b']);
  });

  it('is left alone when its date changes', async () => {
    const { publish } = await following({ guid: 'a' });
    await markAll();
    await publish([{ guid: 'a', day: 2 }]);
    expect(await newest()).toMatchObject([{ title: 'as it lay', published: Date.UTC(2026, 10, 1) }]);
  });

  it('keeps its place among the others, and is still shown', async () => {
    const { id, publish } = await following({ guid: 'a' }, { guid: 'b' });
    await publish([{ guid: 'c' }, { guid: 'b' }, { guid: 'd' }, { guid: 'a' }]);
    const places = await stand.articles.placesInFeeds([id]);
    const inOrder = (await newest()).sort(
      (one, other) => (places.get(one.id) ?? 9) - (places.get(other.id) ?? 9),
    );
    expect(inOrder.map(({ title }) => title)).toEqual(['c', 'b', 'd', 'a']);
  });

  it('counts where the rhythm of its feed is learned', async () => {
    const items = [
      { guid: 'a', day: 9 },
      { guid: 'b', day: 6 },
      { guid: 'c', day: 3 },
    ];
    const { id, publish } = await following(...items);
    const rhythm = async () => (await stand.source(id)).state.rhythm;
    const before = await rhythm();
    expect(before).toBeDefined();
    await publish(items, '<description>Built anew</description>');
    expect(await rhythm()).toEqual(before);
  });

  it('is the same article under the id it kept when its publisher renamed it', async () => {
    const { publish } = await following({ guid: 'http://news.example/a', title: 'Ferry' });
    const [before] = await newest();
    const renamed = { guid: 'https://news.example/a', title: 'Ferry' };
    await publish([renamed]);
    await markAll();
    await publish([{ guid: 'b' }, renamed]);
    const after = await newest();
    expect(after.map(({ title }) => title).sort()).toEqual(['as it lay', 'b']);
    expect(after.map(({ id }) => id)).toContain(before?.id);
  });
});

describe('an item that does not', () => {
  it.each<[string, Item]>([
    ['its title', { guid: 'a', title: 'Another' }],
    ['its body', { guid: 'a', body: 'Another.' }],
  ])('changes its article: %s', async (_, edited) => {
    const { publish } = await following({ guid: 'a' });
    await markAll();
    await publish([edited]);
    expect(await titles()).toEqual([edited.title ?? 'a']);
  });

  it('changes its article when its feed leads relative addresses to another site', async () => {
    const { publish } = await following({ guid: 'a' });
    await publish([{ guid: 'a' }], '<link>https://site.example/</link>');
    expect(await newest()).toMatchObject([{ link: 'https://site.example/a' }]);
  });

  it('is one whose article is no longer there', async () => {
    const { publish } = await following({ guid: 'a' });
    await stand.db.prepare('DELETE FROM articles').run();
    await publish([{ guid: 'b' }, { guid: 'a' }]);
    expect(await titles()).toEqual(['a', 'b']);
  });
});
