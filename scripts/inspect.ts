import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Article } from '../src/article.ts';
import { articlesFromFeed } from '../src/normalise/articles-from-feed.ts';
import { parseDate } from '../src/normalise/dates.ts';
import type { ParsedFeed, ParsedItem, Person, Repair } from '../src/parse/parsed-feed.ts';
import { readFeed } from '../src/parse/read-feed.ts';
import { sourceId } from '../src/sources/source.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { fileErrorInWords } from './file-error.ts';

const USAGE = `usage: npm run --silent inspect -- [--raw] [--text] FILE|URL
       npm run --silent inspect -- [--raw] [--text] --list FILE

Prints what Tributary makes of a feed: one line of JSON, or a summary on a terminal and with --text.
--raw    the feed as it was read, before anything is cleaned or completed
--list   reads the names of feeds from FILE, one a line, each with a tab and a Content-Type behind it if it had one`;

const MAX_BYTES = 10_000_000;
const TIMEOUT_MS = 20_000;

interface Loaded {
  bytes: Uint8Array;
  contentType?: string;
  url?: string;
}

async function load(name: string, contentType: string | undefined): Promise<Loaded> {
  if (/^https?:/i.test(name)) return fetchFeed(name);
  const bytes = new Uint8Array(readFileSync(name));
  return contentType === undefined ? { bytes } : { bytes, contentType };
}

async function fetchFeed(url: string): Promise<Loaded> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      accept:
        'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1',
    },
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const bytes = await readLimited(response);
  const contentType = response.headers.get('content-type');
  return { bytes, url: response.url, ...(contentType === null ? {} : { contentType }) };
}

async function readLimited(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`the document is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What the options ask to see of a feed. */
interface Line {
  file: string;
  ok: boolean;
  error?: string;
  feed?: object;
  items?: object[];
  repairs?: Repair[];
}

/** The articles as the store would keep them, of a source nobody has configured. */
function articlesLine(file: string, feed: ParsedFeed, now: number): Line {
  const feedUrl = feed.selfLink ?? feed.link ?? 'https://feed.invalid/';
  const source = { id: sourceId(feedUrl), url: feedUrl, categories: [] };
  const { articles } = articlesFromFeed(feed, { source, feedUrl, identityMode: 'guid', now });
  return { ...rawLine(file, feed, now), items: articles.map(({ article }) => article) };
}

function rawLine(file: string, feed: ParsedFeed, now: number): Line & { format: string } {
  return {
    file,
    ok: true,
    format: feed.format,
    feed: { title: feed.title?.value, link: feed.link },
    items: feed.items.map((item) => rawItem(item, now)),
    repairs: feed.repairs,
  };
}

function rawItem(item: ParsedItem, now: number): object {
  return {
    id: item.id,
    title: item.title?.value,
    link: item.link,
    summary: item.summary?.value,
    content: item.content?.value,
    authors: item.authors.map(nameOf),
    published: isoDate(item.published, now),
    updated: isoDate(item.updated, now),
    tags: item.categories,
    enclosures: item.enclosures,
  };
}

function nameOf({ name, email, url }: Person): string {
  if (name !== undefined && email !== undefined) return `${name} (${email})`;
  return name ?? email ?? url ?? '';
}

function isoDate(text: string | undefined, now: number): string | undefined {
  const instant = text === undefined ? undefined : parseDate(text, { now });
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

async function inspect(
  name: string,
  { contentType, raw }: { contentType: string | undefined; raw: boolean },
): Promise<Line> {
  try {
    // a person who asks for what the document says gets all of it
    const { bytes, ...found } = await load(name, contentType);
    const feed = await readFeed(bytes, { ...found, ...(raw && { maxItems: Number.POSITIVE_INFINITY }) });
    if (feed.kind === 'not-a-feed') return { file: name, ok: false, error: feed.detail };
    return raw ? rawLine(name, feed, Date.now()) : articlesLine(name, feed, Date.now());
  } catch (error) {
    return { file: name, ok: false, error: error instanceof Error ? fileErrorInWords(error) : String(error) };
  }
}

/** The same for a person: what the feed is, what is in it, and what was mended. */
function summary({ file, ok, error, feed, items = [], repairs = [] }: Line): string {
  if (!ok) return `${file}: ${error}`;
  const { title = '(untitled)', link = '' } = feed as { title?: string; link?: string };
  const rows = (items as (ParsedItem & Article)[]).map(({ title, published, link }) => {
    const day = published === undefined ? 'no date   ' : new Date(published).toISOString().slice(0, 10);
    return `  ${day}  ${title ?? '(untitled)'}\n              ${link ?? '(no link)'}`;
  });
  const mended = repairs.map(({ kind, detail }) => `  ${kind}: ${detail}`);
  const parts = [`${title}  ${link}`, `${items.length} items`, ...rows];
  return [...parts, mended.length > 0 ? 'Mended:' : 'Nothing had to be mended.', ...mended].join('\n');
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { raw: { type: 'boolean' }, text: { type: 'boolean' }, list: { type: 'boolean' } },
    });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) throw new Error('It takes one FILE or URL.');
    return { name, ...values };
  } catch (error) {
    throw new CommandFailure(`${(error as Error).message.split('. ')[0]}\n${USAGE}`, 2);
  }
}

function readNames(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${fileErrorInWords(error)}.`);
  }
}

async function main(): Promise<void> {
  const { name, raw = false, text = process.stdout.isTTY, list = false } = readArguments();
  for (const line of list ? readNames(name) : [name]) {
    const [file = '', contentType] = line.split('\t');
    const found = await inspect(file, { contentType, raw });
    process.stdout.write(`${text ? summary(found) : JSON.stringify(found)}\n`);
    if (!found.ok && !list) process.exitCode = 1;
  }
}

await main().catch(exitOver);
