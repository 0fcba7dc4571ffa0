import type { SavedItem } from '../src/article.ts';
import { articlesFromFeed, type FeedReading } from '../src/normalise/articles-from-feed.ts';
import { parseFeed } from '../src/parse/feed.ts';

/** All items of a feed but the first, by fingerprint, as they are known at a poll that brings one new item. */
export function allButFirst(text: string, reading: Omit<FeedReading, 'now'>): Map<string, SavedItem> {
  const feed = parseFeed(text, { url: reading.feedUrl });
  if (feed.kind !== 'feed') throw new Error('The sample is no feed');
  const { articles } = articlesFromFeed(feed, { ...reading, now: Date.now() });
  return new Map(
    articles.slice(1).map(({ fingerprint, article: { id, published } }) => [fingerprint, { id, published }]),
  );
}
