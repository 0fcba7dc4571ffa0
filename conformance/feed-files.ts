/**
 * Feeds and lists of feeds as they are found on the web, and feeds written in other encodings. Each folder has an index
 * that says what is in its files; everything in it that a program can check is checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bytesToText, type DecodedText } from '../src/parse/bytes-to-text.ts';
import { parseFeed } from '../src/parse/feed.ts';
import type { ParsedFeed, Repair } from '../src/parse/parsed-feed.ts';
import { readSourceList } from '../src/sources/read-source-list.ts';
import { checkSourceUrl } from '../src/sources/source-entry.ts';
import type { SourceEntry } from '../src/sources/source-list.ts';
import type { ConformanceResult } from './result.ts';

/** A line of an index by the names of its columns. */
type Row = Readonly<Record<string, string>>;
/** What is wrong with one file; empty when it is as the index says. */
type Checker = (file: string, row: Row) => string[];

const FOLDERS: readonly (readonly [folder: string, check: Checker])[] = [
  ['real-feeds', checkRealFeed],
  ['jsonfeed', checkJsonFeed],
  ['opml', checkOpml],
  ['feeds/encodings', checkEncoding],
];

export function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'feed files', passed: 0, failed: 0, lines: [] };
  for (const [name, check] of FOLDERS) {
    const folder = path.join(data, name);
    const index = path.join(folder, 'index.tsv');
    if (!existsSync(index)) {
      result.lines.push(`skipped: ${index} is not there`);
      continue;
    }
    const rows = readIndex(index);
    for (const row of rows) {
      const file = path.join(folder, row.file ?? '');
      const problems = existsSync(file) ? check(file, row) : ['is not there'];
      if (problems.length === 0) result.passed++;
      else result.failed++;
      result.lines.push(...problems.map((problem) => `FAILED: ${name}/${row.file}: ${problem}`));
    }
    result.lines.push(`checked ${rows.length} files of ${name}`);
  }
  return Promise.resolve(result);
}

function readIndex(file: string): Row[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at]?.trim() ?? '']));
  });
}

interface Reading extends DecodedText {
  /** Undefined when the file was taken for no feed. */
  feed: ParsedFeed | undefined;
  /** Of the bytes and of the document. */
  repairs: Repair[];
}

function read(file: string): Reading {
  const decoded = bytesToText(new Uint8Array(readFileSync(file)));
  // an index counts all items of a document
  const feed = parseFeed(decoded.text, { maxItems: Number.POSITIVE_INFINITY });
  if (feed.kind === 'not-a-feed') return { ...decoded, feed: undefined };
  return { ...decoded, feed, repairs: [...decoded.repairs, ...feed.repairs] };
}

function checkRealFeed(file: string, row: Row): string[] {
  const { feed, encoding, text, repairs } = read(file);
  if (feed === undefined) return ['is not read'];
  const isWellFormed = row['well-formed (python expat)'] === 'well-formed';
  return [
    ...differs('format', feed.format, formatOf(row.kind ?? '')),
    ...differs('items', feed.items.length, Number(row.items)),
    ...checkDecoding(encoding, text, row),
    ...checkEnclosures(feed, /\benclosure=(\d+)/.exec(row.features ?? '')?.[1]),
    // a sound document has nothing to be mended; its text may have been spoilt before it was written
    ...(isWellFormed
      ? repairs
          .filter(({ kind }) => kind !== 'double-encoding')
          .map(({ kind, detail }) => `mended though well-formed: ${kind}: ${detail}`)
      : []),
  ];
}

function formatOf(kind: string): ParsedFeed['format'] {
  if (kind.startsWith('Atom')) return 'atom';
  return kind.startsWith('RDF') ? 'rdf' : 'rss';
}

/** `actual` tells UTF-8 from the rest; what the rest is, the document declares, or nobody knows. */
function checkDecoding(encoding: string, text: string, row: Row): string[] {
  const declared = row['declared encoding'] ?? '';
  const isDeclared = declared !== '' && !declared.startsWith('none');
  // UTF-8 may hold a replacement character that was written so
  if (row.actual === 'utf-8') return differs('encoding', encoding, 'utf-8');
  const problems = text.includes('\ufffd') ? ['has characters that could not be decoded'] : [];
  if (isDeclared) return [...problems, ...differs('encoding', encoding, canonicalEncoding(declared))];
  return encoding === 'utf-8' ? [...problems, 'was read as utf-8 and is something else'] : problems;
}

/** An encoding by the name it has when it is decoded. Python writes `utf-16-le`; gb18030 holds all of gbk. */
function canonicalEncoding(label: string): string {
  const { encoding } = new TextDecoder(label.replace(/^(utf-16)-/i, '$1'));
  return encoding === 'gbk' ? 'gb18030' : encoding;
}

function checkEnclosures(feed: ParsedFeed, counted: string | undefined): string[] {
  const found = feed.items.reduce((sum, item) => sum + item.enclosures.length, 0);
  // media:content that is no picture counts too, so there may be more
  return found >= Number(counted ?? 0) ? [] : [`${found} enclosures instead of ${counted}`];
}

/** What the notes of the index claim, and where it must be found. */
const JSON_NOTES: readonly (readonly [note: string, isSo: (feed: ParsedFeed) => boolean])[] = [
  ['external_url', (feed) => feed.items.some((item) => item.originalLink !== undefined)],
  ['image', (feed) => feed.items.some((item) => item.image !== undefined)],
  ['attachments', (feed) => feed.items.some((item) => item.enclosures.length > 0)],
  ['author', (feed) => feed.authors.length > 0],
  ['no feed author', (feed) => feed.authors.length === 0],
];

function checkJsonFeed(file: string, row: Row): string[] {
  const { feed, repairs } = read(file);
  if (feed === undefined) return ['is not read'];
  const notes = (row.notes ?? '').split('; ');
  const problems = differs('format', feed.format, 'json');
  if (feed.items.length === 0) problems.push('gives no items');
  if (row.notes?.startsWith('INVALID'))
    return repairs.length > 0 ? problems : [...problems, 'is broken and nothing was mended'];
  if (repairs.length > 0) problems.push(`mended though valid: ${repairs[0]?.detail}`);
  // RSS in JSON: the index counts the items of JSON Feed only
  if (notes.some((note) => note.startsWith('no top-level items'))) return problems;
  const ofType = (type: string) => feed.items.filter(({ content }) => content?.type === type).length;
  const [html, text] = (row['html/text content'] ?? '').split('/').map(Number);
  return [
    ...problems,
    ...differs('items', feed.items.length, Number(row.items)),
    ...differs('items with HTML', ofType('html'), html),
    // an item that has both counts as HTML
    ...(ofType('text') <= (text ?? 0) ? [] : [`${ofType('text')} items with text instead of ${text}`]),
    ...(row.dates === '-' || feed.items.some((item) => item.published === row.dates)
      ? []
      : [`no item is of ${row.dates}`]),
    ...JSON_NOTES.filter(([note, isSo]) => notes.includes(note) && !isSo(feed)).map(
      ([note]) => `the index says "${note}", which is not so`,
    ),
  ];
}

function checkOpml(file: string, row: Row): string[] {
  const { text } = bytesToText(new Uint8Array(readFileSync(file)));
  const result = readSourceList(text, path.basename(file));
  const odd = numberIn(row['non-http(s) or odd feed URLs']) ?? 0;
  if (result.kind === 'invalid') {
    const [first] = result.problems;
    return result.problems.length <= odd ? [] : [`is refused, line ${first?.line}: ${first?.message}`];
  }
  const { sources } = result.list;
  const written = addressesIn(text);
  const distinct = new Set(written);
  const duplicates = numberIn(row['duplicate feed URLs']) ?? written.length - distinct.size;
  // the index compares addresses as they are written; a final slash makes them another
  const respelt = distinct.size - new Set([...distinct].map(canonicalAddress)).size;
  const feeds = Number(row['feeds (outlines with xmlUrl)']) - duplicates - respelt;
  const hosts = new Set(sources.map(({ url }) => new URL(url).host)).size;
  return [
    ...differs('feeds', sources.length, feeds),
    ...(odd > 0 ? [] : differs('hosts', hosts, numberIn(row['distinct feed hosts']) ?? hosts)),
    ...checkFolders(sources, row),
  ];
}

/** Folders are the outlines that are no feeds; a feed stands below all folders of its path. */
function checkFolders(sources: readonly SourceEntry[], row: Row): string[] {
  const folders = numberIn(row['other outlines']);
  const depth = numberIn(row['max depth']);
  if (folders === undefined || depth === undefined || sources.length === 0) return [];
  const longest = Math.max(...sources.map(({ categories }) => categories.length));
  const paths = new Set(sources.map(({ categories }) => JSON.stringify(categories)));
  paths.delete('[]');
  return [
    ...(longest < depth ? [] : [`a category path of ${longest} levels in outlines of ${depth}`]),
    ...(paths.size <= folders ? [] : [`${paths.size} category paths out of ${folders} folders`]),
    ...(paths.size > 0 || folders === 0 || depth === 1 ? [] : ['lost its folders']),
  ];
}

/** The addresses in a list, found without regard to whether it is sound. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/\bxmlUrl\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)]
    .map(([, double, single]) => (double ?? single ?? '').trim())
    .filter((address) => address !== '');
}

function canonicalAddress(written: string): string {
  const checked = checkSourceUrl(written.replaceAll('&amp;', '&'));
  return checked.kind === 'ok' ? checked.value : written;
}

/** Undefined where the index knows no number (`?`). */
function numberIn(cell: string | undefined): number | undefined {
  return /^\d+$/.test(cell ?? '') ? Number(cell) : undefined;
}

/** `name.encoding.xml` is `../name.xml` in other bytes, and must give the same. */
function checkEncoding(file: string, row: Row): string[] {
  const { feed, encoding, text } = read(file);
  if (feed === undefined) return ['is not read'];
  const original = path.join(path.dirname(file), '..', path.basename(file).replace(/\.[^.]+\.xml$/, '.xml'));
  const problems = [
    ...differs('encoding', encoding, canonicalEncoding(row['bytes encoding'] ?? '')),
    ...(text.includes('\ufffd') ? ['has characters that could not be decoded'] : []),
  ];
  if (!existsSync(original)) return feed.items.length > 0 ? problems : [...problems, 'gives no items'];
  const expected = read(original).feed;
  const isSame =
    isDeepStrictEqual(feed.items, expected?.items) && isDeepStrictEqual(feed.title, expected?.title);
  return isSame ? problems : [...problems, `does not give what ${path.basename(original)} gives`];
}

function differs(what: string, ours: unknown, theirs: unknown): string[] {
  return ours === theirs ? [] : [`${what}: ${ours} instead of ${theirs}`];
}
