import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Parser from 'rss-parser';
import { articlesFromFeed } from '../src/normalise/articles-from-feed.ts';
import { parseFeed } from '../src/parse/feed.ts';
import { runPython } from './python.ts';

/** An item as a reader has it; `date` is in seconds since 1970. */
export interface ReadItem {
  id: string;
  title: string;
  link: string;
  date: number;
}

/** A feed as it is served. */
export interface ServedFeed {
  url: string;
  text: string;
}

/** What a reader made of each feed, undefined where it cannot tell, or why it was not asked. */
export type Reading =
  | { kind: 'items'; feeds: (ReadItem[] | undefined)[] }
  | { kind: 'absent'; reason: string };

/** A program that reads feeds. */
export interface Reader {
  name: string;
  /** Takes a title or a link in RSS for markup where it looks like some, since RSS does not say what it is. */
  guesses: boolean;
  read(feeds: readonly ServedFeed[]): Promise<Reading>;
}

export const READERS: readonly Reader[] = [
  {
    name: 'tributary',
    guesses: true,
    read: async (feeds) => ({ kind: 'items', feeds: feeds.map(readWithOurs) }),
  },
  { name: 'rss-parser', guesses: false, read: readWithRssParser },
  { name: 'feedparser', guesses: true, read: async (feeds) => readWithFeedparser(feeds) },
  { name: 'newsboat', guesses: false, read: async (feeds) => readWithNewsboat(feeds) },
];

function readWithOurs({ url, text }: ServedFeed): ReadItem[] {
  const feed = parseFeed(text, { url });
  if (feed.kind !== 'feed') return [];
  const source = { id: '0', url, categories: [] };
  const { articles } = articlesFromFeed(feed, {
    source,
    feedUrl: url,
    identityMode: 'guid',
    now: Date.now(),
  });
  return articles.map(({ article, guid = '' }) => ({
    id: guid,
    title: article.title,
    link: article.link ?? '',
    date: Math.floor(article.published / 1000),
  }));
}

async function readWithRssParser(feeds: readonly ServedFeed[]): Promise<Reading> {
  const parser = new Parser();
  const read = feeds.map(async ({ text }) => {
    const { items } = await parser.parseString(text);
    return items.map(({ guid, title, link, isoDate, ...item }) => ({
      id: guid ?? (item as { id?: string }).id ?? '',
      title: title ?? '',
      link: link ?? '',
      date: Math.floor(Date.parse(isoDate ?? '') / 1000),
    }));
  });
  return { kind: 'items', feeds: await Promise.all(read) };
}

const FEEDPARSER = `
import calendar, feedparser, json, sys
def item(e):
    return {'id': e.get('id', ''), 'title': e.get('title', ''), 'link': e.get('link', ''),
            'date': calendar.timegm(e.published_parsed)}
json.dump([[item(e) for e in feedparser.parse(text.encode()).entries] for text in json.load(sys.stdin)], sys.stdout)
`;

function readWithFeedparser(feeds: readonly ServedFeed[]): Reading {
  const texts = feeds.map(({ text }) => text);
  const result = runPython<ReadItem[][]>(FEEDPARSER, texts);
  if (result.kind === 'failed') return { kind: 'absent', reason: result.detail };
  return { kind: 'items', feeds: result.value };
}

/**
 * newsboat fetches by itself, all feeds of a format at once. It takes an item for one wherever it appears, so that of
 * the feeds only those of single sources can be compared.
 */
function readWithNewsboat(feeds: readonly ServedFeed[]): Reading {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-newsboat-'));
  try {
    const items = new Map<string, ReadItem[]>();
    for (const file of ['feed.xml', 'atom.xml']) {
      const urls = feeds.flatMap(({ url }) => (isOfSource(url) && url.endsWith(file) ? [url] : []));
      const reason = fetchWithNewsboat(folder, file, urls);
      if (reason !== undefined) return { kind: 'absent', reason };
      const database = new DatabaseSync(path.join(folder, `${file}.db`));
      const rows = database.prepare(
        'SELECT feedurl, guid AS id, title, url AS link, pubDate AS date FROM rss_item',
      );
      for (const { feedurl, ...item } of rows.all()) {
        const key = String(feedurl);
        items.set(key, [...(items.get(key) ?? []), item as unknown as ReadItem]);
      }
      database.close();
    }
    return {
      kind: 'items',
      feeds: feeds.map(({ url }) => (isOfSource(url) ? (items.get(url) ?? []) : undefined)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fetchWithNewsboat(folder: string, name: string, urls: readonly string[]): string | undefined {
  const [list, config] = [path.join(folder, 'urls'), path.join(folder, 'config')];
  writeFileSync(list, `${urls.join('\n')}\n`);
  writeFileSync(config, 'max-items 0\n');
  const cache = path.join(folder, `${name}.db`);
  return spawnSync('newsboat', ['-u', list, '-c', cache, '-C', config, '-x', 'reload'], {
    env: { ...process.env, HOME: folder },
  }).error?.message;
}

function isOfSource(url: string): boolean {
  return new URL(url).pathname.startsWith('/sources/');
}
