/**
 * How fast feeds are read, against other readers and the bare parsers under them. All take turns on every feed, so
 * that what else the machine does falls on all alike. The feeds are the real ones of `../shared/data`, or where
 * CONFORMANCE_DATA says; without them, made ones.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { parseFeed as parseWithFeedsmith } from 'feedsmith';
import { Parser as HtmlParser } from 'htmlparser2';
import RssParser from 'rss-parser';
import { bytesToText } from '../src/parse/bytes-to-text.ts';
import { parseFeed } from '../src/parse/feed.ts';
import { median } from './median.ts';
import { makeFeed } from './samples.ts';

type Read = (text: string) => unknown;

const ROUNDS = 15;
const WARM_UP_ROUNDS = 2;
const CHARACTERS_PER_TURN = 300_000;

const rssParser = new RssParser();
const xmlParser = new XMLParser({ ignoreAttributes: false, processEntities: false });

/** Ours and the others; the last two parse and make nothing of it. */
const READERS = new Map<string, Read>([
  ['tributary', (text) => parseFeed(text)],
  ['feedsmith', (text) => parseWithFeedsmith(text)],
  ['rss-parser', (text) => rssParser.parseString(text)],
  ['fast-xml-parser', (text) => xmlParser.parse(text)],
  ['htmlparser2', (text) => new HtmlParser({}, { xmlMode: true, decodeEntities: true }).end(text)],
]);

export async function run(): Promise<void> {
  const feeds = sampleFeeds();
  const speeds = new Map([...READERS.keys()].map((name) => [name, feeds.map(() => [] as number[])]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [index, text] of feeds.entries()) {
      for (const [name, read] of READERS) {
        const measured = await speed(read, text);
        if (round >= 0 && measured !== undefined) speeds.get(name)?.[index]?.push(measured);
      }
    }
  }
  console.log(`${feeds.length} feeds, ${ROUNDS} rounds; median over the feeds of each one's median`);
  const own = speeds.get('tributary') ?? [];
  for (const [name, perFeed] of speeds) printReader(name, perFeed, own);
}

function sampleFeeds(): string[] {
  const data = resolve(process.env.CONFORMANCE_DATA ?? resolve(import.meta.dirname, '../../shared/data'));
  const folder = join(data, 'real-feeds');
  if (!existsSync(folder)) {
    console.log(`There are no real feeds at ${folder}: made ones are read.`);
    return (['escaped', 'cdata'] as const).flatMap((carriage) =>
      [20_000, 107_000, 400_000].map((bytes) => makeFeed(carriage, { items: 20, bytes })),
    );
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => bytesToText(readFileSync(join(folder, name))).text);
}

/** Characters per microsecond, which is megabytes of ASCII per second; undefined when the reader refuses the feed. */
async function speed(read: Read, text: string): Promise<number | undefined> {
  const times = Math.max(1, Math.round(CHARACTERS_PER_TURN / text.length));
  const start = performance.now();
  try {
    for (let time = 0; time < times; time++) await read(text);
  } catch {
    return undefined;
  }
  return (text.length * times) / (performance.now() - start) / 1000;
}

function printReader(name: string, perFeed: readonly number[][], own: readonly number[][]): void {
  const refused = perFeed.filter((values) => values.length === 0).length;
  const read = perFeed.flatMap((values) => (values.length > 0 ? [median(values)] : []));
  const ratios = perFeed.flatMap((values, index) =>
    values.length > 0 ? [median(values) / median(own[index] ?? [])] : [],
  );
  console.log(
    `${name.padEnd(16)} ${median(read).toFixed(0).padStart(5)} MB/s  ${median(ratios).toFixed(2)} of ours${refused > 0 ? `  refuses ${refused}` : ''}`,
  );
}
