import type { Article, IdentifiedArticle, SavedItem, UnchangedItem } from '../article.ts';
import type { ParsedFeed, ParsedItem } from '../parse/parsed-feed.ts';
import type { Source } from '../sources/source.ts';
import { articleFromItem, feedContext } from './article-from-item.ts';
import { articleId, contentHash, type IdentityMode, identityMode } from './identity.ts';
import { fingerprintSeed, itemFingerprint } from './item-fingerprint.ts';
import { datesOfItems } from './published.ts';

/** How a document is to be read. */
export interface FeedReading {
  source: Source;
  /** Where the document was found at last. */
  feedUrl: string;
  identityMode: IdentityMode;
  /** Milliseconds since 1970. */
  now: number;
  /** The items of the document before, by fingerprint. */
  saved?: ReadonlyMap<string, SavedItem>;
}

/** What a document holds, each article once. */
export interface FeedArticles {
  articles: IdentifiedArticle[];
  /** Items that no article was made of, because they are as they were. */
  unchanged: UnchangedItem[];
  /** The one the source has from now on. */
  identityMode: IdentityMode;
}

/**
 * The articles of one feed document, in its order: when a document holds an item twice, the first is taken, which
 * publishers put the newest at. An item that says nothing is no article.
 */
export function articlesFromFeed(feed: ParsedFeed, options: FeedReading): FeedArticles {
  const { source, now, saved } = options;
  const context = feedContext(feed, options);
  const items = feed.items.filter(saysSomething);
  const mode = identityMode(items, options.identityMode);
  const dates = datesOfItems(items, {
    now,
    ...(source.timezone !== undefined && { timezone: source.timezone }),
  });
  const seed = fingerprintSeed(context, mode);
  const taken = new Set<string>();
  const articles: IdentifiedArticle[] = [];
  const unchanged: UnchangedItem[] = [];
  items.forEach((item, place) => {
    const fingerprint = itemFingerprint(item, seed);
    const before = saved?.get(fingerprint);
    const id = before?.id ?? articleId(item, { sourceId: source.id, mode });
    const date = dates[place];
    if (taken.has(id) || date === undefined) return;
    taken.add(id);
    if (before !== undefined) {
      unchanged.push({ ...before, place, fingerprint });
      return;
    }
    const { article, pictures, simhash } = articleFromItem(item, { feed: context, id, dates: date });
    articles.push({
      article,
      place,
      fingerprint,
      pictures,
      contentHash: hashOf(article),
      ...(simhash !== undefined && { simhash }),
      ...(item.id !== undefined && { guid: item.id }),
    });
  });
  return { articles, unchanged, identityMode: mode };
}

/** A date or an id alone is nothing to read. */
function saysSomething({ title, link, summary, content, enclosures }: ParsedItem): boolean {
  return (
    [title, summary, content].some((text) => text?.value.trim()) ||
    link !== undefined ||
    enclosures.length > 0
  );
}

/** Everything a reader would notice; dates and the source's own name are not content. */
function hashOf(article: Article): string {
  const { title, link, authors, tags, contentHtml, headImage, summary, enclosures } = article;
  return contentHash([
    title,
    link ?? '',
    authors.join('\n'),
    tags.join('\n'),
    contentHtml,
    headImage ?? '',
    summary ?? '',
    enclosures.map(({ url }) => url).join('\n'),
  ]);
}
