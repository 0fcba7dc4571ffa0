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
import type { ParsedEnclosure, ParsedFeed, ParsedItem, Person } from './parsed-feed.ts';
import { parsePerson } from './person.ts';

/** The channel of RSS 2.0 written as JSON (scripting/Scripting-News, rss-in-json); undefined in any other document. */
export function rssInJsonChannel(document: JsonObject): JsonObject | undefined {
  const rss = document.rss;
  return isObject(rss) && isObject(rss.channel) ? rss.channel : undefined;
}

export function channelItems(channel: JsonObject): JsonObject[] {
  const items = channel.item ?? channel.items;
  return Array.isArray(items) ? items.filter(isObject) : [];
}

export function channelToFeed(channel: JsonObject, url: string | undefined): ParsedFeed {
  return {
    kind: 'feed',
    format: 'json',
    ...defined({
      title: textOf(channel.title, 'unknown'),
      description: textOf(channel.description, 'unknown'),
      link: addressOf(channel.link, url),
      language: stringOf(channel.language),
      image: isObject(channel.image) ? addressOf(channel.image.url, url) : undefined,
      minutesBetweenPolls: positiveNumber(channel.ttl),
    }),
    authors: people(channel.managingEditor),
    skipHours: [],
    skipDays: [],
    expired: false,
    items: [],
    repairs: [],
  };
}

export function channelItemToItem(source: JsonObject): ParsedItem {
  const { id, link } = guidOf(source.guid);
  return {
    ...defined({
      id,
      title: textOf(source.title, 'unknown'),
      link: addressOf(source.link) ?? link,
      summary: textOf(source.description, 'unknown'),
      content: textOf(source['content:encoded'], 'html'),
      published: stringOf(source.pubDate),
      comments: addressOf(source.comments),
    }),
    authors: people(source.author),
    categories: listOf(source.category).flatMap((category) => stringOf(textInside(category)) ?? []),
    enclosures: listOf(source.enclosure).flatMap((enclosure) => enclosureOf(enclosure) ?? []),
  };
}

/** An element with attributes is an object with its text in `#value`. */
function textInside(element: unknown): unknown {
  return isObject(element) ? element['#value'] : element;
}

function guidOf(guid: unknown): { id: string | undefined; link: string | undefined } {
  const id = stringOf(textInside(guid));
  const isPermaLink = !isObject(guid) || (guid.isPermaLink !== false && guid.isPermaLink !== 'false');
  return { id, link: isPermaLink ? addressOf(id) : undefined };
}

function people(value: unknown): Person[] {
  const person = parsePerson(stringOf(value) ?? '');
  return person === undefined ? [] : [person];
}

function enclosureOf(value: unknown): ParsedEnclosure | undefined {
  const address = isObject(value) ? addressOf(value.url) : undefined;
  if (!isObject(value) || address === undefined) return undefined;
  return { url: address, ...defined({ type: stringOf(value.type), length: positiveNumber(value.length) }) };
}
