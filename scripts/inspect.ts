import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseDate } from '../src/normalise/dates.ts';
import { bytesToText } from '../src/parse/bytes-to-text.ts';
import { parseFeed } from '../src/parse/feed.ts';
import { gunzip, isGzip } from '../src/parse/gunzip.ts';
import type { NotAFeed, ParsedFeed, ParsedItem, Person } from '../src/parse/parsed-feed.ts';

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

async function read({ bytes, contentType, url }: Loaded): Promise<ParsedFeed | NotAFeed> {
  const unpacked = isGzip(bytes) ? await gunzip(bytes, MAX_BYTES) : undefined;
  const { text, repairs } = bytesToText(unpacked?.kind === 'unpacked' ? unpacked.bytes : bytes, contentType);
  const feed = parseFeed(text, {
    maxItems: Number.POSITIVE_INFINITY,
    ...(url === undefined ? {} : { url }),
  });
  return feed.kind === 'feed' ? { ...feed, repairs: [...repairs, ...feed.repairs] } : feed;
}

function rawLine(file: string, feed: ParsedFeed, now: number): object {
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

async function inspect(name: string, contentType: string | undefined): Promise<object> {
  try {
    const feed = await read(await load(name, contentType));
    if (feed.kind === 'not-a-feed')
      return { file: name, ok: false, error: feed.detail, looksLike: feed.looksLike };
    return rawLine(name, feed, Date.now());
  } catch (error) {
    return { file: name, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { raw: { type: 'boolean' }, text: { type: 'boolean' }, list: { type: 'boolean' } },
});
const [name] = positionals;
if (name === undefined) {
  console.error(USAGE);
  process.exit(2);
}
const lines = values.list ? readFileSync(name, 'utf8').split(/\r?\n/).filter(Boolean) : [name];
for (const line of lines) {
  const [file = '', contentType] = line.split('\t');
  process.stdout.write(`${JSON.stringify(await inspect(file, contentType))}\n`);
}
