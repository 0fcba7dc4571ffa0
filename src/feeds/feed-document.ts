import type { Article } from '../article.ts';

/** A feed to be written, in whatever format: what it is called, where it is served, and what it shows. */
export interface FeedDocument {
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
  /** Origin under which pictures are proxied. */
  proxyOrigin: string;
}

export interface FeedSource {
  title: string;
  /** Address of the source's own feed; absent for a route that has none of its own. */
  url?: string;
}

/** The people an article names, or who stands for them. */
export function authorsOf(article: Article): readonly string[] {
  return article.authors.length > 0 ? article.authors : [article.author];
}
