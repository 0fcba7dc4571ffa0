import { DAY, HOUR, MINUTE, type Publisher } from './publishers.ts';
import type { Answers } from './results.ts';

const NO_ANSWERS: Answers = { requests: 0, notModified: 0, unchanged: 0, changed: 0, failed: 0, bytes: 0 };

/** One request for a feed that had an outage. */
export interface LoggedRequest {
  at: number;
  isAnswered: boolean;
}

interface FeedRecord {
  publisher: Publisher;
  answers: Answers;
  /** Items there were when the document was last sent. */
  sentItems: number;
  log: LoggedRequest[];
}

/** What is known of an address that was asked before. */
interface Asked {
  at: number;
  /** How long it is to be left alone after that. */
  restMs: number;
  skipHours: readonly number[];
}

const ITEMS_SHOWN = 20;
const FLOOR_MINUTES = 60;
const LOWEST_FLOOR_MINUTES = 30;
const SECOND = 1000;
/** Chances of a host to be overloaded when it is asked: platforms often, others hardly ever. */
const OVERLOAD = { platform: 1 / 300, other: 1 / 3000, restMs: [undefined, 10 * MINUTE, 2 * HOUR] };
/** RSSHub answers 503 where a site does not let it have what it wants. */
const ROUTE_FAILS = 1 / 50;

/** Public instances of RSSHub; the second one cannot be reached for some days. */
export const INSTANCES = [1, 2, 3].map((number) => `https://rsshub-${number}.example`);
const INSTANCE_OUTAGE = { host: 'rsshub-2.example', fromDay: 4, toDay: 7 };

/** The hosts of all publishers: they answer as their servers do, and take note of everyone who comes too often. */
export class Origin {
  readonly records: readonly FeedRecord[];
  /** What was asked against the publisher's wishes, in words. */
  readonly offences: string[] = [];
  readonly #asked = new Map<string, Asked>();
  readonly #hosts = new Map<string, { askedAt: number; restsUntil: number }>();
  readonly #begin: number;
  readonly #random: () => number;

  constructor(publishers: readonly Publisher[], begin: number, random: () => number) {
    this.records = publishers.map((publisher) => ({
      publisher,
      answers: { ...NO_ANSWERS },
      sentItems: -1,
      log: [],
    }));
    this.#begin = begin;
    this.#random = random;
  }

  /** Answers a request that arrives at a time. Throws, as `fetch` does, where nobody answers. */
  answer(address: string, headers: Headers, now: number): Response {
    const { host, pathname } = new URL(address);
    const record = this.#find(host, pathname);
    if (record === undefined) return new Response(null, { status: 404 });
    this.#observe(address, host, now);
    const response = this.#respond(record, host, headers, now);
    record.answers.requests++;
    const isAnswered = response !== undefined && response.status < 400;
    if (!isAnswered) record.answers.failed++;
    if (record.publisher.outage !== undefined) record.log.push({ at: now, isAnswered });
    this.#remember(address, host, { response, publisher: record.publisher, now });
    if (response === undefined) throw new TypeError('connection refused');
    return response;
  }

  forgetCounts(): void {
    for (const { answers } of this.records) Object.assign(answers, NO_ANSWERS);
  }

  /** There is nothing at an address that is not a feed's. */
  #find(host: string, path: string): FeedRecord | undefined {
    const isFeed = path.endsWith('/feed') || host.startsWith('rsshub-');
    const [number] = /\d+/.exec(host.startsWith('site-') ? host : path) ?? [];
    return isFeed ? this.records[Number(number)] : undefined;
  }

  #respond(record: FeedRecord, host: string, headers: Headers, now: number): Response | undefined {
    const { outage } = record.publisher;
    if (outage !== undefined && now >= outage.from && now < outage.to)
      return outage.status === 0 ? undefined : new Response('', { status: outage.status });
    if (host.startsWith('rsshub-')) {
      const day = (now - this.#begin) / DAY;
      if (host === INSTANCE_OUTAGE.host && day > INSTANCE_OUTAGE.fromDay && day < INSTANCE_OUTAGE.toDay)
        return undefined;
      if (this.#random() < ROUTE_FAILS) return new Response('', { status: 503 });
    } else if (this.#random() < OVERLOAD[host.startsWith('platform-') ? 'platform' : 'other']) {
      const rest = OVERLOAD.restMs[Math.floor(3 * this.#random())];
      return new Response('', {
        status: this.#random() < 0.5 ? 429 : 503,
        headers: rest === undefined ? {} : { 'Retry-After': String(rest / SECOND) },
      });
    }
    return sendFeed(record, headers, now);
  }

  /** Whether whoever asks may ask now. */
  #observe(address: string, host: string, now: number): void {
    const offend = (what: string) => {
      if (this.offences.length < 50) this.offences.push(`${new Date(now).toISOString()} ${address}: ${what}`);
    };
    const known = this.#hosts.get(host);
    const gap = host.startsWith('rsshub-') ? MINUTE : SECOND;
    if (known !== undefined && now - known.askedAt < gap)
      offend(`the host was asked ${now - known.askedAt} ms ago`);
    if (known !== undefined && now < known.restsUntil)
      offend(`the host rests until ${new Date(known.restsUntil).toISOString()}`);
    const before = this.#asked.get(address);
    if (before === undefined) return;
    if (now - before.at < before.restMs)
      offend(`asked after ${minutes(now - before.at)}, wants to be left alone for ${minutes(before.restMs)}`);
    if (before.skipHours.includes(new Date(now).getUTCHours())) offend('asked in an hour to be skipped');
  }

  #remember(
    address: string,
    host: string,
    { response, publisher, now }: { response: Response | undefined; publisher: Publisher; now: number },
  ): void {
    const before = this.#asked.get(address);
    const isAnswered = response !== undefined && response.status < 400;
    this.#asked.set(address, {
      at: now,
      restMs: isAnswered ? restOf(publisher) : (before?.restMs ?? FLOOR_MINUTES * MINUTE),
      skipHours: (isAnswered ? publisher.skipHours : before?.skipHours) ?? [],
    });
    const retryAfter = Number(response?.headers.get('retry-after') ?? 0) * SECOND;
    this.#hosts.set(host, { askedAt: now, restsUntil: now + retryAfter });
  }
}

/** How long a publisher wants to be left alone after he was asked: an hour, unless he says otherwise. */
export function restOf({ ttlMinutes = 0, maxAgeSeconds = 0 }: Publisher): number {
  const invited = maxAgeSeconds > 0 ? Math.max(maxAgeSeconds / 60, LOWEST_FLOOR_MINUTES) : FLOOR_MINUTES;
  const floor = Math.min(invited, FLOOR_MINUTES);
  return Math.min(Math.max(floor, ttlMinutes, maxAgeSeconds / 60) * MINUTE, DAY);
}

function sendFeed(record: FeedRecord, request: Headers, now: number): Response {
  const { publisher, answers } = record;
  const items = countUntil(publisher.times, now);
  const lastModified = new Date(publisher.times[items - 1] ?? 0).toUTCString();
  const etag = `"${items}"`;
  const headers = new Headers({ 'Content-Type': 'application/rss+xml' });
  if (publisher.validators.includes('etag')) headers.set('ETag', etag);
  if (publisher.validators.includes('last-modified')) headers.set('Last-Modified', lastModified);
  if (publisher.maxAgeSeconds !== undefined)
    headers.set('Cache-Control', `public, max-age=${publisher.maxAgeSeconds}`);
  if (isMatch(request, publisher, { etag, lastModified })) {
    answers.notModified++;
    return new Response(null, { status: 304, headers });
  }
  const body = writeFeed(publisher, items, now);
  answers.bytes += body.length;
  if (record.sentItems === items) answers.unchanged++;
  else answers.changed++;
  record.sentItems = items;
  return new Response(body, { headers });
}

/** As RFC 9110 has it: a date counts only where no tag is sent. */
function isMatch(
  request: Headers,
  { validators }: Publisher,
  { etag, lastModified }: { etag: string; lastModified: string },
): boolean {
  const asked = request.get('if-none-match');
  if (asked !== null && validators.includes('etag')) return asked === etag;
  return validators.includes('last-modified') && request.get('if-modified-since') === lastModified;
}

/** How many of the times have come. */
export function countUntil(times: readonly number[], now: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}

const FILLER =
  'Nothing is so firmly believed as that which we least know, said one who had read it all. '.repeat(60);

function writeFeed(publisher: Publisher, count: number, now: number): string {
  const { index, times, isDated, isRebuilt, bodyLength, tags, ttlMinutes, skipHours } = publisher;
  const items: string[] = [];
  for (let n = count - 1; n >= Math.max(0, count - ITEMS_SHOWN); n--) {
    const date = isDated ? `<pubDate>${new Date(times[n] ?? 0).toUTCString()}</pubDate>` : '';
    const categories = Array.from(
      { length: tags },
      (_, i) => `<category>Topic ${(n + 7 * i) % 40}</category>`,
    );
    items.push(`<item><title>${itemTitle(index, n)}</title><guid isPermaLink="false">${index}-${n}</guid>
<link>https://site-${index}.example/${n}</link>${date}${categories.join('')}<description>${FILLER.slice(n % 80, (n % 80) + bodyLength)}</description></item>`);
  }
  const built = isRebuilt ? `<lastBuildDate>${new Date(now).toUTCString()}</lastBuildDate>` : '';
  const ttl = ttlMinutes === undefined ? '' : `<ttl>${ttlMinutes}</ttl>`;
  const hours = skipHours?.map((hour) => `<hour>${hour}</hour>`).join('');
  const skipped = hours === undefined ? '' : `<skipHours>${hours}</skipHours>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Publisher ${index}</title><link>https://site-${index}.example/</link>
<description>Simulated</description>${built}${ttl}${skipped}${items.join('\n')}</channel></rss>`;
}

/** The title of a publisher's item tells which one it is. */
function itemTitle(publisher: number, item: number): string {
  return `Item ${publisher}/${item}`;
}

function minutes(milliseconds: number): string {
  return `${(milliseconds / MINUTE).toFixed(1)} min`;
}
