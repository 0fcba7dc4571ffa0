/**
 * Every feed of the sample newsroom, and feeds made of hostile items, with a hub: well-formed, valid by the W3C's
 * validator and by the rules of JSON Feed, and read back by other readers as the same items.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as streamText } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { XMLValidator } from 'fast-xml-parser';
import { startNewsroom } from '../newsroom/newsroom.ts';
import { sampleSources } from '../newsroom/sample-sources.ts';
import type { ListedSource } from '../scripts/worker-api.ts';
import type { ViewEntry } from '../src/sources/view-entry.ts';
import { hostileFeeds } from './hostile-feeds.ts';
import { jsonFeedFaults } from './json-feed-rules.ts';
import { READERS, type ReadItem, type ServedFeed } from './other-readers.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, type RunningTributary, startTributary, temporaryState } from './tributary.ts';
import { validate } from './w3c-validator.ts';

/** Tags whose feeds are looked at, and documents whose further pages and archives are. */
const TAGS = 10;
const PAGES = 5;

/** Views of all kinds, by names that are odd in an address. */
const VIEWS: Record<string, ViewEntry> = {
  '繁體 é.x': { title: ']]> <b>繁體</b> & "more"', parameters: { opencc: 's2twp' } },
  'feed.xml': { parameters: { dedup: 'near', sorted: 'false', limit: '60' } },
  constructor: { tags: ['harbour'], parameters: { brief: '100', filterout_title: 'xss' } },
};
/** Queries of the feed of everything. */
const QUERIES = ['?opencc=s2tw', '?limit=20&opencc=t2s', '?brief=100', '?dedup=title', '?limit=0'];

interface JsonFeed {
  items: { id: string; title: string; url?: string; date_published: string; tags?: string[] }[];
  next_url?: string;
}

/** A feed in its three formats. */
interface FeedOfAllFormats {
  items: JsonFeed['items'];
  rss: ServedFeed;
  atom: ServedFeed;
}

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'feeds', passed: 0, failed: 0, lines: [] };
  const check = (what: string, faults: readonly string[]) => {
    if (faults.length === 0) result.passed++;
    else {
      result.failed++;
      result.lines.push(`${what}: ${[...new Set(faults)].join('; ').slice(0, 600)}`);
    }
  };
  const hostile = hostileFeeds(data);
  const told = new Set<string>();
  const server = createServer(async (request, response) => {
    const { url = '/', method } = request;
    if (method === 'POST') {
      told.add(new URLSearchParams(await streamText(request)).get('hub.url') ?? '');
      response.writeHead(204).end();
      return;
    }
    const text = hostile[Number(url.slice(1))];
    response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/feed+json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const newsroom = await startNewsroom({ port: 0 });
  const { state, remove } = temporaryState();
  const tributary = await startTributary(state, (at) => ({ PUBLIC_URL: at, WEBSUB_HUB: `${origin}/hub` }));
  try {
    const sample = sampleSources(newsroom.origin);
    // one more than there are feeds: what is not there is what the health feed tells of
    const hostileSources = Array.from({ length: hostile.length + 1 }, (_, index) => ({
      url: `${origin}/${index}`,
      categories: ['敌意', `<b> & "${index % 2}" / ]]>`],
    }));
    await tributary.api.import({ ...sample, sources: [...sample.sources, ...hostileSources], views: VIEWS });
    const sources = await pollAll(tributary.api);
    const feeds = await readFeeds(tributary, sources, check);
    // of a feed that never had an article there is nothing to tell
    const advertised = feeds.flatMap(({ rss, items }) =>
      items.length > 0 && rss.text.includes('rel="hub"') ? [rss.url] : [],
    );
    // before the other programs run, for whose end this process waits, hub and all
    check('the hub', advertised.length === 0 ? ['no feed names it'] : await notToldOf(advertised, told));
    checkWithValidator(
      [...feeds.flatMap(({ rss, atom }) => [rss.url, atom.url]), ...others(tributary)],
      check,
      result,
    );
    await checkWithReaders(feeds, check, result);
    result.lines.unshift(`${advertised.length} feeds name a hub`);
    result.lines.unshift(`${feeds.length} feeds in three formats, of ${sources.length} sources`);
  } finally {
    await tributary.stop();
    await newsroom.close();
    server.close();
    remove();
  }
  return result;
}

function others({ origin }: RunningTributary): string[] {
  return [`${origin}/health.xml`, `${origin}/opml.xml`];
}

/** The feeds that name a hub and of which it has not been told, however long it takes. */
async function notToldOf(feeds: readonly string[], told: ReadonlySet<string>): Promise<string[]> {
  const missing = () => feeds.filter((url) => !told.has(url));
  for (let waited = 0; missing().length > 0 && waited < 60_000; waited += 500) await wait(500);
  return missing().map((url) => `it was not told of ${url}`);
}

type Check = (what: string, faults: readonly string[]) => void;

/** Reads all kinds of feeds there are, and the pages and archives they lead to. */
async function readFeeds(
  { origin }: RunningTributary,
  sources: readonly ListedSource[],
  check: Check,
): Promise<FeedOfAllFormats[]> {
  const categories = sources.flatMap(({ categories }) =>
    categories.map((_, i) => categories.slice(0, i + 1)),
  );
  const folders = new Set([
    '/',
    ...sources.map(({ id }) => `/sources/${id}/`),
    ...categories.map((path) => `/categories/${path.map(encodeURIComponent).join('/')}/`),
    ...Object.keys(VIEWS).map((name) => `/views/${encodeURIComponent(name)}/`),
  ]);
  const tags = new Set<string>();
  const feeds: FeedOfAllFormats[] = [];
  const seen = new Set<string>();
  let followed = 0;
  const read = async (folder: string, query: string) => {
    if (seen.has(folder + query)) return;
    seen.add(folder + query);
    const feed = await readFeed(`${origin}${folder}`, query, check);
    feeds.push(feed.formats);
    for (const { tags: own } of feed.formats.items) for (const tag of own ?? []) tags.add(tag);
    if (followed++ < PAGES) for (const next of feed.links) await read(folder, next);
  };
  for (const folder of folders) await read(folder, '');
  for (const query of QUERIES) await read('/', query);
  // long tags and those of one item have no feed to speak of
  for (const tag of [...tags].filter((tag) => tag.length <= 100).slice(-TAGS))
    await read(`/tags/${encodeURIComponent(tag)}/`, '');
  return feeds;
}

async function readFeed(
  folder: string,
  query: string,
  check: Check,
): Promise<{ formats: FeedOfAllFormats; links: string[] }> {
  const [rss, atom, json] = await Promise.all(
    ['feed.xml', 'atom.xml', 'feed.json'].map(async (file) => {
      const url = `${folder}${file}${query}`;
      const response = await fetch(url);
      if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
      return { url, text: await response.text() };
    }),
  );
  if (!rss || !atom || !json) throw new Error('unreachable');
  for (const { url, text } of [rss, atom]) {
    const valid = XMLValidator.validate(text);
    check(url, valid === true ? [] : [valid.err.msg]);
  }
  check(json.url, jsonFeedFaults(json.text));
  const { items, next_url }: JsonFeed = JSON.parse(json.text);
  const archive = /rel="prev-archive"[^>]* href="([^"]*)"/.exec(rss.text)?.[1]?.replaceAll('&amp;', '&');
  const links = [next_url, archive].flatMap((url) => (url === undefined ? [] : [new URL(url).search]));
  return { formats: { items, rss, atom }, links };
}

/** Warnings of the validator about what publishers say, which a feed of ours cannot say otherwise. */
const UNAVOIDABLE: readonly (readonly [RegExp, string])[] = [
  [/^ArchiveIncomplete/, 'the oldest archive has none before it'],
  [/^BadCharacters/, 'the publisher wrote U+FFFD'],
  [/^Contains(?:Undeclared)?HTML/, 'a title, name or tag of the publisher is about markup'],
  [/^DuplicateUpdated/, 'the publisher gave several items one time'],
  [/^NotHtml.*\(math\)$/, 'formulas stay, in MathML'],
  [/^NotHtml: .*Invalid HTML/, 'the name of a source or category is about markup'],
  [
    /^SecurityRisk: .*(?:iframe|bdo) tag/,
    'players of known sites stay, and `bdo`, which turns the direction of a text',
  ],
];

function checkWithValidator(urls: readonly string[], check: Check, result: ConformanceResult): void {
  const answer = validate(urls);
  if (answer.kind === 'absent') {
    result.lines.push(`the W3C validator is skipped: ${answer.reason}`);
    return;
  }
  const accepted = new Map<string, number>();
  urls.forEach((url, index) => {
    const faults = (answer.faults[index] ?? []).filter((fault) => {
      const reason = UNAVOIDABLE.find(([pattern]) => pattern.test(fault))?.[1];
      if (reason !== undefined) accepted.set(reason, (accepted.get(reason) ?? 0) + 1);
      return reason === undefined;
    });
    check(`validator, ${url}`, faults);
  });
  for (const [reason, count] of accepted) result.lines.push(`${count} warnings stay: ${reason}`);
}

/** Compares what readers have of the RSS and of the Atom writing with the items of the JSON one. */
async function checkWithReaders(
  feeds: readonly FeedOfAllFormats[],
  check: Check,
  result: ConformanceResult,
): Promise<void> {
  const served = feeds.flatMap(({ items, rss, atom }) => [
    { ...rss, items },
    { ...atom, items },
  ]);
  for (const { name, guesses, read } of READERS) {
    const reading = await read(served);
    if (reading.kind === 'absent') {
      result.lines.push(`${name} is skipped: ${reading.reason}`);
      continue;
    }
    served.forEach(({ url, items }, index) => {
      const own = reading.feeds[index];
      const mayGuess = guesses && new URL(url).pathname.endsWith('/feed.xml');
      if (own !== undefined) check(`${name}, ${url}`, differences(items, own, { mayGuess }));
    });
  }
}

function differences(
  expected: JsonFeed['items'],
  read: readonly ReadItem[],
  { mayGuess }: { mayGuess: boolean },
): string[] {
  const byId = new Map(read.map((item) => [item.id, item]));
  const faults =
    read.length === expected.length ? [] : [`${read.length} items instead of ${expected.length}`];
  const differ = (a: string, b: string) => plain(a) !== plain(b) && !(mayGuess && looksLikeMarkup(a));
  for (const { id, title, url = '', date_published } of expected) {
    const item = byId.get(id);
    if (item === undefined) faults.push(`no ${id}`);
    else {
      // feedparser has the id for the page of an item that has none
      const link = url === '' && item.link === id ? '' : item.link;
      if (differ(title, item.title))
        faults.push(`title ${JSON.stringify([title, item.title]).slice(0, 150)}`);
      if (differ(url, link)) faults.push(`link ${JSON.stringify([url, link])}`);
      if (item.date !== Math.floor(Date.parse(date_published) / 1000))
        faults.push(`date ${date_published} ${item.date}`);
    }
  }
  return faults;
}

function looksLikeMarkup(text: string): boolean {
  return /<|&[#\w]+;|]]>/.test(text);
}

/** Readers fold spaces each in its own way. */
function plain(title: string): string {
  return title.replace(/\s+/g, ' ').trim();
}
