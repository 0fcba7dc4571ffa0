import { articlesFromFeed } from '../normalise/articles-from-feed.ts';
import { readFeed } from '../parse/read-feed.ts';
import type { FollowedSource } from '../sources/source.ts';
import type { ArticleStore } from '../store/article-store.ts';
import type { SubscriptionStore } from '../store/subscription-store.ts';
import { keepIds } from './keep-ids.ts';

export interface PushTools {
  articles: Pick<ArticleStore, 'known' | 'sameTitle' | 'save'>;
  subscriptions: Pick<SubscriptionStore, 'recordPush'>;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Saves what a hub has pushed. It is a part of the feed: nothing is gone because it is absent, and the next poll is judged
 * by what the feed itself sent. Tells whether it was a feed.
 */
export async function takePush(
  { source, state }: FollowedSource,
  push: { bytes: Uint8Array; contentType?: string; topic: string },
  { articles: store, subscriptions, now }: PushTools,
): Promise<boolean> {
  const { bytes, topic, contentType } = push;
  const feed = await readFeed(bytes, { url: topic, ...(contentType !== undefined && { contentType }) });
  if (feed.kind === 'not-a-feed') return false;
  const { identityMode } = state;
  const { articles } = articlesFromFeed(feed, { source, feedUrl: topic, identityMode, now });
  const kept = await keepIds(source, articles, store);
  await store.save(source, kept.articles, now, { partial: true });
  await subscriptions.recordPush(source.id, now);
  return true;
}
