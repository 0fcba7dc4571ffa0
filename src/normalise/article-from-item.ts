import { decodeHTML } from 'entities/decode';
import type { Article, Enclosure } from '../article.ts';
import type { FeedText, ParsedFeed, ParsedItem } from '../parse/parsed-feed.ts';
import { postAuthor, type Source } from '../sources/source.ts';
import { cleanBody } from './clean-body.ts';
import { absoluteUrl, hostOf, withoutTracking } from './links.ts';
import { plainTitle, plainToHtml, withoutForbidden } from './plain-text.ts';
import type { Published } from './published.ts';
import { simhash } from './simhash.ts';

/** What the articles of one document have in common. */
export interface FeedContext {
  source: Source;
  /** Plain text. */
  title: string | undefined;
  language: string | undefined;
  /** What addresses in its items are relative to. */
  base: string;
  /** The host of `base`. */
  siteHost: string;
}

/** What an item's article depends on besides the item. */
export interface ItemContext {
  feed: FeedContext;
  /** The article's id, from `articleId` or kept from before. */
  id: string;
  dates: Published;
}

/** How long a title made from the text may be, in characters. */
const TITLE_FROM_TEXT = 100;

/** An article, the picture addresses its body shows, which the image proxy then serves, and what tells its copies. */
export interface NormalisedItem {
  article: Article;
  pictures: readonly string[];
  simhash: string | undefined;
}

/** What a document says for all its items. `feedUrl` is where it was found at last; what it links to is relative to it. */
export function feedContext(
  feed: ParsedFeed,
  { source, feedUrl }: { source: Source; feedUrl: string },
): FeedContext {
  const base = absoluteUrl(feed.link ?? '', feedUrl) ?? feedUrl;
  return {
    source,
    title: feed.title && titleText(feed.title),
    language: languageTag(feed.language),
    base,
    siteHost: hostOf(base),
  };
}

/** Turns a parsed item into an article: one title, link, body, head picture, each by its chain of fall-backs. */
export function articleFromItem(item: ParsedItem, context: ItemContext): NormalisedItem {
  const { feed, id, dates } = context;
  const { source, base } = feed;
  const link = findLink(item, feed);
  const page = item.base ?? findPage(item, link, feed.siteHost);
  const body = cleanBody(bodyMarkup(item), { base: page ?? base, scope: id.slice(0, 8) });
  const enclosures = findEnclosures(item, base);
  const headImage = absoluteUrl(item.image ?? '', base) ?? pictureEnclosure(enclosures) ?? body.headImage;
  const summary = findSummary(item, body.summary);
  const authors = item.authors.flatMap(({ name, email }) => plainTitle(name ?? email ?? '') || []);
  const language = languageTag(item.language) ?? feed.language;
  const article: Article = {
    id,
    sourceId: source.id,
    title: findTitle(item) ?? titleFromText(summary) ?? link ?? `(untitled) ${isoDay(dates.published)}`,
    categories: source.categories,
    tags: findTags(item),
    author: postAuthor(source, authors, feed.title),
    authors,
    published: dates.published,
    publishedInferred: dates.inferred,
    enclosures,
    contentHtml: body.html,
    ...(dates.updated !== undefined && { updated: dates.updated }),
    ...(link !== undefined && { link }),
    ...(headImage !== undefined && { headImage, thumbnail: headImage }),
    ...(summary !== undefined && { summary }),
    ...(language !== undefined && { language }),
  };
  const pictures = headImage === undefined ? body.pictures : [headImage, ...body.pictures];
  return { article, pictures, simhash: simhash(body.start) };
}

function findLink(item: ParsedItem, { base, siteHost }: FeedContext): string | undefined {
  for (const candidate of [item.link, item.originalLink, item.id, item.enclosures[0]?.url]) {
    // an id is a link only when it is a whole address or a path: anything resolves against a base
    const isName = candidate === item.id && !candidate?.startsWith('/');
    const url = absoluteUrl(candidate ?? '', isName ? undefined : base);
    if (url !== undefined) return withoutTracking(url, { siteHost });
  }
  return undefined;
}

/**
 * The page that the text of an item stands on. Its link may lead to what the text is about, or through a service that
 * counts clicks; then another address of the item may be on the feed's own site.
 */
function findPage(item: ParsedItem, link: string | undefined, siteHost: string): string | undefined {
  if (link === undefined || isOn(siteHost, link)) return link;
  const others = [item.originalLink, item.id].map((address) => absoluteUrl(address ?? ''));
  return others.find((url) => url !== undefined && isOn(siteHost, url)) ?? link;
}

function isOn(siteHost: string, url: string): boolean {
  const host = hostOf(url);
  return host === siteHost || host.replace(/^www\./, '') === siteHost.replace(/^www\./, '');
}

function findTitle(item: ParsedItem): string | undefined {
  return (item.title && titleText(item.title)) || undefined;
}

/** One line of plain text. A title that says it is plain keeps its `<` and `&`. */
function titleText(title: FeedText): string {
  return title.type === 'text'
    ? withoutForbidden(title.value).replace(/\s+/g, ' ').trim()
    : plainTitle(title.value);
}

function titleFromText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const characters = [...text];
  return characters.length > TITLE_FROM_TEXT ? `${characters.slice(0, TITLE_FROM_TEXT).join('')}…` : text;
}

function bodyMarkup(item: ParsedItem): string {
  const body = item.content ?? item.summary;
  if (body === undefined) return '';
  return isPlain(body) ? plainToHtml(body.value) : unescapedOnce(body.value);
}

/** Markup that was escaped once too often: a text that is wholly inside escaped tags is no text about tags. */
function unescapedOnce(markup: string): string {
  const isEscaped =
    ESCAPED_START.test(markup) && ESCAPED_END.test(markup.slice(-60)) && !markup.includes('<');
  return isEscaped ? decodeHTML(markup) : markup;
}

const ESCAPED_START = /^\s*&lt;(?:article|blockquote|div|figure|h[1-6]|ol|p|section|table|ul)(?:\s|&gt;)/i;
const ESCAPED_END = /&lt;\/(?:article|blockquote|div|figure|h[1-6]|ol|p|section|table|ul)&gt;\s*$/i;

/** RSS does not say what a description is: one without a tag or a reference is plain text, with its line breaks. */
function isPlain(text: FeedText): boolean {
  return text.type === 'text' || (text.type === 'unknown' && !/<[a-z/!]|&[a-z#]/i.test(text.value));
}

function findSummary(item: ParsedItem, fromBody: string | undefined): string | undefined {
  if (item.summary === undefined || item.content === undefined) return fromBody;
  const { value } = item.summary;
  return cleanBody(isPlain(item.summary) ? plainToHtml(value) : value, { scope: '' }).summary ?? fromBody;
}

function findTags(item: ParsedItem): string[] {
  return [...new Set(item.categories.map((category) => plainTitle(category)).filter((tag) => tag !== ''))];
}

function findEnclosures(item: ParsedItem, base: string): Enclosure[] {
  return item.enclosures.flatMap(({ url, type, length }) => {
    const absolute = absoluteUrl(url, base);
    if (absolute === undefined) return [];
    const mimeType = type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.toLowerCase() : undefined;
    return [
      {
        url: absolute,
        ...(mimeType !== undefined && { type: mimeType }),
        ...(length !== undefined && { length }),
      },
    ];
  });
}

function pictureEnclosure(enclosures: readonly Enclosure[]): string | undefined {
  return enclosures.find(
    ({ type, url }) => type?.startsWith('image/') ?? /\.(?:jpe?g|png|gif|webp|avif)$/i.test(url),
  )?.url;
}

/** A language tag in the form of RFC 5646, or nothing: writers print it into attributes. */
function languageTag(language: string | undefined): string | undefined {
  const tag = language?.trim().replaceAll('_', '-');
  return tag !== undefined && /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(tag) ? tag : undefined;
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
