import type { SavedItem } from '../src/article.ts';
import { articlesFromFeed, type FeedReading } from '../src/normalise/articles-from-feed.ts';
import { parseFeed } from '../src/parse/feed.ts';

/** The items of a feed by fingerprint, as they are known at a poll to which its first `newItems` are new. */
export function knownItems(
  text: string,
  reading: Omit<FeedReading, 'now'>,
  { newItems }: { newItems: number },
): Map<string, SavedItem> {
  const feed = parseFeed(text, { url: reading.feedUrl });
  if (feed.kind !== 'feed') throw new Error('The sample is no feed');
  const { articles } = articlesFromFeed(feed, { ...reading, now: Date.now() });
  return new Map(
    articles
      .slice(newItems)
      .map(({ fingerprint, article: { id, published } }) => [fingerprint, { id, published }]),
  );
}
