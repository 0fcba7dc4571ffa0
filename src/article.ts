/** The one shape every stage behind `normalise/` shares: an item of any source, with a front-matter model. */
export interface Article {
  /** 32 hex digits (a UUID of version 8), derived once from the item's identity; never changes (`normalise/identity.ts`). */
  id: string;
  sourceId: string;
  /** Plain text, never empty. */
  title: string;
  /** The item's page, tracking parameters removed. */
  link?: string;
  /** The source's path, e.g. 新媒体 / 趣头条 / 分类. */
  categories: readonly string[];
  /** The item's own categories. */
  tags: readonly string[];
  /** Who a post names: the source's name, or the item's own author where the source is set so. */
  author: string;
  /** The people the item itself names. */
  authors: readonly string[];
  /** Milliseconds since 1970. */
  published: number;
  /** Whether `published` is when we first saw the item, because the source gave no usable date. */
  publishedInferred: boolean;
  /** Milliseconds since 1970, when the source says the item was changed later. */
  updated?: number;
  /** Absolute, unproxied. */
  headImage?: string;
  thumbnail?: string;
  language?: string;
  /** Plain text, about 200 characters. */
  summary?: string;
  enclosures: readonly Enclosure[];
  /** Clean markup in which every picture's address stands behind an `IMAGE_MARK`. */
  contentHtml: string;
}

export interface Enclosure {
  url: string;
  /** MIME type. */
  type?: string;
  /** Bytes. */
  length?: number;
}

/** An item of a feed document, on its way into the store. */
interface DocumentItem {
  /** Its place in the document, from 0. */
  place: number;
  /** Differs when the item says something else than before (`normalise/item-fingerprint.ts`). */
  fingerprint: string;
}

/** An item that says what it said when its article was saved. */
export interface UnchangedItem extends DocumentItem, SavedItem {}

/** What is kept of an item beside its article, as long as its feed shows it. */
export interface SavedItem {
  /** Of the article. */
  id: string;
  /** Of the article: milliseconds since 1970. */
  published: number;
}

/** An article on its way into the store, with what tells its identity and its changes. */
export interface IdentifiedArticle extends DocumentItem {
  article: Article;
  /** The publisher's id of the item. */
  guid?: string;
  /** What copies of it in other sources have nearly alike (`normalise/simhash.ts`). */
  simhash?: string;
  /** Differs when a reader would notice a difference; dates are not content. */
  contentHash: string;
  /** Absolute addresses of the pictures it shows. */
  pictures: readonly string[];
}

/** What is kept of an article's identity, to recognise its item when the publisher changes the item's id. */
export interface ArticleIdentity {
  id: string;
  title: string;
  guid?: string;
  link?: string;
}

/**
 * Stands before every picture address in a stored body, so that serving it through the proxy is one replacement. A
 * noncharacter: Unicode keeps it for use inside a program, and the cleaner drops it from everything that comes in.
 */
export const IMAGE_MARK = '\uFDD0';

/** The address under which the proxy at `proxyOrigin` serves a picture. */
export function proxiedPicture(url: string, proxyOrigin: string): string {
  return `${proxyOrigin}/?${url}`;
}

/** A stored body with its pictures pointed at the proxy at `proxyOrigin`. */
export function proxiedBody(contentHtml: string, proxyOrigin: string): string {
  return contentHtml.replaceAll(IMAGE_MARK, `${proxyOrigin}/?`);
}

/**
 * The name of an article in every feed: its id as a UUID URN (RFC 9562). It holds no host, so that it stays the same
 * when ours changes.
 */
export function articleUrn(id: string): string {
  return `urn:uuid:${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}
