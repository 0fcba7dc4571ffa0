import { type Article, proxiedBody } from '../article.ts';
import { escapeAttribute, escapeText } from '../markup/escape.ts';
import { toUri } from './uri.ts';

/** How long readers and caches keep a feed before they ask again, in minutes. */
export const FRESH_MINUTES = 5;

/** A feed to be written, in whatever format: what it is called, where it is served, and what it shows. */
export interface FeedDocument {
  /** A URI that stays the same when the host changes. */
  id: string;
  title: string;
  /** Where people read the same, absolute. */
  pageUrl: string;
  /** The address this very representation is served at, absolute. */
  selfUrl: string;
  /** Milliseconds since 1970 of the last change of the content. */
  updated: number;
  /** Newest first. */
  articles: readonly Article[];
  /** What the articles' sources are called, by source id. */
  sources: ReadonlyMap<string, FeedSource>;
  /** Where else an article was found that is shown once, by its id. */
  copies: ReadonlyMap<string, readonly ArticleCopy[]>;
  /** Origin under which pictures are proxied. */
  proxyOrigin: string;
  /** Where the articles are that this document does not show. */
  paging: FeedPaging;
  /** Where one can subscribe to its changes (WebSub). */
  hub?: string;
}

/** The other documents of a feed (RFC 5005), by absolute addresses in the same format. */
export interface FeedPaging {
  /** The page behind this one in the feed's order; absent at the end. */
  next?: string;
  /** The feed itself, on documents that are not the feed itself. */
  current?: string;
  /** The archive document before this one. */
  previousArchive?: string;
  /** Whether this is an archive document, which never changes. */
  isArchive?: boolean;
}

/** An article of another source that is the same as one shown. */
export interface ArticleCopy {
  /** What that source is called. */
  title: string;
  url?: string;
}

export interface FeedSource {
  title: string;
  /** Address of the source's own feed; absent for a route that has none of its own. */
  url?: string;
  /** The source's page for people. */
  pageUrl?: string;
}

/** The people an article names, or who stands for them. */
export function authorsOf(article: Article): readonly string[] {
  return article.authors.length > 0 ? article.authors : [article.author];
}

/**
 * The body as feeds show it: pictures come from the proxy, links into the article lead to its page, and at its end stand
 * the other sources that have the article.
 */
export function bodyOf({ id, contentHtml, link }: Article, { copies, proxyOrigin }: FeedDocument): string {
  const body = proxiedBody(contentHtml, proxyOrigin);
  const others = body === '' ? undefined : copies.get(id);
  const footer = others === undefined ? '' : `\n<p>Also: ${others.map(linkTo).join(', ')}</p>`;
  // most have no `#` at all, which is found out much faster
  if (link === undefined || !body.includes('#') || !body.includes('href="#')) return body + footer;
  const page = escapeAttribute(toUri(link.replace(/#.*/s, '')));
  return body.replace(/(<a (?:[^>"]|"[^"]*")*?href=")#/g, (_, before) => `${before}${page}#`) + footer;
}

function linkTo({ title, url }: ArticleCopy): string {
  const name = escapeText(title);
  return url === undefined ? name : `<a href="${escapeAttribute(toUri(url))}">${name}</a>`;
}

/** The language of all articles, where they are of one. */
export function languageOf({ articles }: FeedDocument): string | undefined {
  const language = articles[0]?.language;
  return articles.every((article) => article.language === language) ? language : undefined;
}

/**
 * The attributes of what an XML feed links to besides itself and its page: its hub (WebSub, 4), and its other documents,
 * of this MIME type (RFC 5005, RFC 4287).
 */
export function linksOf({ hub, paging }: FeedDocument, type: string): Record<string, string>[] {
  const { current, next, previousArchive, isArchive } = paging;
  const documents: [rel: string, href: string | undefined][] = [
    // of a page, the feed itself is the first one; of an archive, the current one
    [isArchive ? 'current' : 'first', current],
    ['next', isArchive ? undefined : next],
    ['prev-archive', previousArchive],
  ];
  return [
    ...(hub === undefined ? [] : [{ '@rel': 'hub', '@href': toUri(hub) }]),
    ...documents.flatMap(([rel, href]) =>
      href === undefined ? [] : [{ '@rel': rel, '@type': type, '@href': href }],
    ),
  ];
}
