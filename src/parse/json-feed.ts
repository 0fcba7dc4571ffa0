import {
  addressOf,
  defined,
  isObject,
  type JsonObject,
  listOf,
  positiveNumber,
  stringOf,
  textOf,
} from './json-values.ts';
import type { NotAFeed, ParsedEnclosure, ParsedFeed, ParsedItem, Person } from './parsed-feed.ts';
import { person } from './person.ts';
import { readJson } from './read-json.ts';
import { channelItems, channelItemToItem, channelToFeed, rssInJsonChannel } from './rss-in-json.ts';

export interface JsonFeedOptions {
  /** Where the document was found. */
  url: string | undefined;
  maxItems: number;
}

/** Reads JSON Feed 1.0 and 1.1, and RSS in JSON. A document that is cut off gives the items before the cut. */
export function parseJsonFeed(text: string, { url, maxItems }: JsonFeedOptions): ParsedFeed | NotAFeed {
  const { value, repairs } = readJson(text);
  if (!isObject(value)) return notAFeed('The document is JSON, but no object.');
  const channel = rssInJsonChannel(value);
  if (channel === undefined && !Array.isArray(value.items)) {
    return notAFeed('The document is JSON without a list of items.');
  }
  const items = channel === undefined ? jsonItems(value) : channelItems(channel);
  const feed = channel === undefined ? toFeed(value, url) : channelToFeed(channel, url);
  const toParsed = channel === undefined ? toItem : channelItemToItem;
  feed.items = items.slice(0, maxItems).map(toParsed);
  feed.repairs = repairs;
  if (items.length > maxItems) {
    const detail = `${items.length - maxItems} items after the first ${maxItems} were left out`;
    feed.repairs.push({ kind: 'items-dropped', detail });
  }
  return feed;
}

function notAFeed(detail: string): NotAFeed {
  return { kind: 'not-a-feed', looksLike: 'json', detail };
}

function jsonItems(source: JsonObject): JsonObject[] {
  return Array.isArray(source.items) ? source.items.filter(isObject) : [];
}

function toFeed(source: JsonObject, url: string | undefined): ParsedFeed {
  return {
    kind: 'feed',
    format: 'json',
    ...defined({
      title: textOf(source.title, 'text'),
      description: textOf(source.description, 'text'),
      link: addressOf(source.home_page_url, url),
      selfLink: addressOf(source.feed_url, url),
      hub: addressOf(hubOf(source), url),
      language: stringOf(source.language),
      image: addressOf(source.icon, url) ?? addressOf(source.favicon, url),
    }),
    authors: authorsOf(source, url),
    skipHours: [],
    skipDays: [],
    expired: source.expired === true,
    items: [],
    repairs: [],
  };
}

/** WebSub is the one kind of hub that we know. */
function hubOf(source: JsonObject): unknown {
  return listOf(source.hubs)
    .filter(isObject)
    .find(({ type }) => stringOf(type)?.toLowerCase() === 'websub')?.url;
}

/** Addresses stay as they are written: relative ones are meant for the site. */
function toItem(source: JsonObject): ParsedItem {
  const external = addressOf(source.external_url);
  return {
    ...defined({
      id: stringOf(source.id),
      title: textOf(source.title, 'text'),
      link: addressOf(source.url) ?? external,
      originalLink: external,
      summary: textOf(source.summary, 'text'),
      content: textOf(source.content_html, 'html') ?? textOf(source.content_text, 'text'),
      published: stringOf(source.date_published),
      updated: stringOf(source.date_modified),
      image: addressOf(source.image) ?? addressOf(source.banner_image),
      language: stringOf(source.language),
    }),
    authors: authorsOf(source),
    categories: listOf(source.tags).flatMap((tag) => stringOf(tag) ?? []),
    enclosures: listOf(source.attachments).flatMap((attachment) => enclosureOf(attachment) ?? []),
  };
}

/** Version 1.0 has one `author`, 1.1 a list of `authors`; who writes both means the same people. */
function authorsOf(source: JsonObject, url?: string): Person[] {
  const listed = listOf(source.authors).flatMap((author) => personOf(author, url) ?? []);
  const isFirst = (one: Person, index: number): boolean =>
    listed.findIndex(({ name, url }) => name === one.name && (name !== undefined || url === one.url)) ===
    index;
  if (listed.length > 0) return listed.filter(isFirst);
  const single = personOf(source.author, url);
  return single === undefined ? [] : [single];
}

function personOf(value: unknown, url?: string): Person | undefined {
  if (!isObject(value)) return person(stringOf(value));
  return person(stringOf(value.name), stringOf(value.email), addressOf(value.url, url));
}

function enclosureOf(value: unknown): ParsedEnclosure | undefined {
  const address = isObject(value) ? addressOf(value.url) : undefined;
  if (!isObject(value) || address === undefined) return undefined;
  return {
    url: address,
    ...defined({ type: stringOf(value.mime_type), length: positiveNumber(value.size_in_bytes) }),
  };
}
