import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { ArticleStore } from '../../src/store/article-store.ts';
import { feedStates } from '../../src/store/feed-states.ts';
import { answerWith, call, callAsOwner, follow, pollAll, rss } from './follow.ts';

/** The ids of a feed's items, in whatever format. */
function idsIn(feed: string): string[] {
  const pattern = /<guid isPermaLink="false">([^<]*)|<entry[^>]*><id>([^<]*)|[{,]"id":"([^"]*)/g;
  return [...feed.matchAll(pattern)].map(([, rss, atom, json]) => rss ?? atom ?? json ?? '');
}

/** A program that polls a feed with the tag it was given last, and shows each id once. */
class Reader {
  readonly shown: string[] = [];
  #etag: string | undefined;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async poll(): Promise<void> {
    const headers: Record<string, string> = this.#etag === undefined ? {} : { 'If-None-Match': this.#etag };
    const response = await call(this.#path, { headers });
    if (response.status === 304) return;
    expect(response.status).toBe(200);
    this.#etag = response.headers.get('ETag') ?? undefined;
    const ids = idsIn(await response.text());
    expect(new Set(ids).size).toBe(ids.length);
    this.shown.push(...ids.filter((id) => !this.shown.includes(id)));
  }
}

/** A publisher who edits, adds and removes what he has published, the same way in every run. */
class Publisher {
  published = 0;
  readonly #items: { guid: string; title: string; link: string; body: string }[] = [];
  #seed = 7;

  change(): void {
    const item = this.#items[this.#random(this.#items.length)];
    const text = `${this.#random(1e6)}`;
    const kind =
      item === undefined ? 'add' : ['title', 'link', 'body', 'add', 'remove', 'swap'][this.#random(6)];
    if (kind === 'add' || item === undefined) this.#add();
    else if (kind === 'title') item.title = `Title ${text}`;
    else if (kind === 'link') item.link = `https://news.example/${text}`;
    else if (kind === 'body') item.body = `Body ${text}`;
    else {
      this.#items.splice(this.#items.indexOf(item), 1);
      if (kind === 'swap') this.#items.unshift(item);
    }
  }

  toRss(): string {
    const list = this.#items.map(
      ({ guid, title, link, body }) =>
        `<item><title>${title}</title><guid isPermaLink="false">${guid}</guid><link>${link}</link>
         <pubDate>Mon, 18 Oct 2021 06:56:51 GMT</pubDate><description>${body}</description></item>`,
    );
    return `<rss version="2.0"><channel><title>News</title><link>https://news.example/</link>${list.join('')}</channel></rss>`;
  }

  #add(): void {
    const guid = `item-${this.published++}`;
    this.#items.unshift({ guid, title: guid, link: `https://news.example/${guid}`, body: `About ${guid}.` });
  }

  #random(below: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((this.#seed / 2 ** 31) * below);
  }
}

describe('a program that polls', () => {
  it('sees each article once through a hundred changes, and none again after an edit', {
    timeout: 180_000,
  }, async () => {
    const publishers = [new Publisher(), new Publisher()];
    const readers = ['/feed.xml', '/atom.xml', '/feed.json'].map((path) => new Reader(path));
    await answerWith({});
    for (const path of ['/0', '/1']) await follow(path, { categories: ['news'] });
    for (let step = 0; step < 100; step++) {
      publishers[step % 2]?.change();
      await answerWith(Object.fromEntries(publishers.map((each, i) => [`/${i}`, { body: each.toRss() }])));
      await pollAll();
      const published = publishers.reduce((sum, each) => sum + each.published, 0);
      for (const reader of readers) {
        await reader.poll();
        expect(reader.shown.length, `after change ${step}`).toBe(published);
      }
    }
    const [rss, ...others] = readers.map(({ shown }) => [...shown].sort());
    for (const other of others) expect(other).toEqual(rss);
  });

  it('knows the articles again after an import of the same list, a new start at another host, and from a source that was removed and came back', async () => {
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    const sources = [{ url: `${env.ORIGIN}/feed`, categories: ['a'] }];
    await callAsOwner('POST', '/api/sources', { sources });
    await pollAll();
    const idsAt = async (path: string) => idsIn(await (await call(path)).text());
    const [before, atomBefore] = [await idsAt('/feed.xml'), await idsAt('/atom.xml')];
    expect(before).toHaveLength(2);

    await callAsOwner('POST', '/api/sources', {
      sources: [{ ...sources[0], categories: ['b'] }],
      prune: true,
    });
    await pollAll();
    expect(await idsAt('/feed.xml')).toEqual(before);

    const moved = { ...env, PUBLIC_URL: 'https://elsewhere.example' };
    const there = await createApp().fetch(
      new Request('https://elsewhere.example/atom.xml'),
      moved,
      createExecutionContext(),
    );
    const text = await there.text();
    expect(text).toContain('href="https://elsewhere.example/atom.xml"');
    expect(idsIn(text)).toEqual(atomBefore);

    const { sources: listed } = (await (await callAsOwner('GET', '/api/sources')).json()) as {
      sources: { id: string }[];
    };
    await callAsOwner('DELETE', `/api/sources/${listed[0]?.id}`);
    await callAsOwner('POST', '/api/sources', { sources });
    await pollAll();
    expect(await idsAt('/feed.xml')).toEqual(before);
  });
});

describe('feeds under load', () => {
  const FEEDS = ['/feed.xml', '/atom.xml', '/feed.json', '/categories/a/feed.xml', '/feed.json?limit=1'];
  const { latest } = ArticleStore.prototype;
  afterEach(() => {
    ArticleStore.prototype.latest = latest;
    vi.restoreAllMocks();
  });

  /** A Worker whose database can be switched off. */
  function workerWithSwitch() {
    const database = { isOff: false };
    const DB = new Proxy(env.DB, {
      get(target, name) {
        if (database.isOff) throw new Error('D1_ERROR: the database is switched off');
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const app = createApp();
    const bindings: Env = { ...env, DB };
    const ask = async (path: string, init?: RequestInit) =>
      app.fetch(new Request(`https://tributary.example${path}`, init), bindings, createExecutionContext());
    return { database, ask };
  }

  it('go on answering with the last copy while the database is switched off', async () => {
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await follow('/feed', { categories: ['a'] });
    await pollAll();
    const { database, ask } = workerWithSwitch();
    const good = await Promise.all(FEEDS.map(async (path) => (await ask(path)).clone()));
    const texts = await Promise.all(good.map((response) => response.text()));
    const etags = good.map((response) => response.headers.get('ETag') ?? '');

    const load = Array.from({ length: 50 }, (_, i) => ({ feed: i % FEEDS.length, kind: i % 3 }));
    const askAll = () =>
      Promise.all(
        load.map(({ feed, kind }) => {
          const [path = '', etag = ''] = [FEEDS[feed], etags[feed]];
          if (kind === 0) return ask(path);
          return ask(path, kind === 1 ? { method: 'HEAD' } : { headers: { 'If-None-Match': `W/${etag}` } });
        }),
      );
    // each answer says in the log why it is an old one
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const underWay = askAll();
    database.isOff = true;
    const answers = [...(await underWay), ...(await askAll())];
    feedStates.forget();
    const marked = await askAll();
    for (const [index, response] of [...answers, ...marked].entries()) {
      const { feed, kind } = load[index % load.length] ?? { feed: 0, kind: 0 };
      expect(response.status, `${FEEDS[feed]} ${kind}`).toBe(kind === 2 ? 304 : 200);
      expect(response.headers.get('ETag')).toBe(etags[feed]);
      const text = await response.text();
      if (kind === 0) expect(text.replace(/"_stale":\{[^}]*\},/, '')).toBe(texts[feed]);
      else expect(text).toBe('');
    }
    expect(marked.map(({ headers }) => headers.get('X-Feed-Stale'))).toEqual(marked.map(() => '1'));

    database.isOff = false;
    expect((await ask('/feed.xml')).headers.has('X-Feed-Stale')).toBe(false);
  });

  it('are rendered once for each address, however many miss at once', async () => {
    await answerWith({ '/feed': { body: rss('one', 'two') } });
    await follow('/feed', { categories: ['a'] });
    await pollAll();
    let reads = 0;
    ArticleStore.prototype.latest = function (...args) {
      reads++;
      return latest.apply(this, args);
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => call(FEEDS[i % FEEDS.length] ?? '')),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      await answer.text();
    }
    expect(reads).toBe(FEEDS.length);
  });
});
