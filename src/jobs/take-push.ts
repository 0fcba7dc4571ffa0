import { readFeed } from '../parse/read-feed.ts';
import type { FollowedSource } from '../sources/source.ts';
import type { ArticleStore } from '../store/article-store.ts';
import type { SourceStore } from '../store/source-store.ts';
import type { SubscriptionStore } from '../store/subscription-store.ts';
import { articlesToSave, type KnownArticles } from './articles-to-save.ts';
import { wasJustAsked } from './manual-refresh.ts';

export interface PushTools {
  articles: KnownArticles & Pick<ArticleStore, 'save'>;
  sources: Pick<SourceStore, 'makeDue'>;
  subscriptions: Pick<SubscriptionStore, 'recordPush'>;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Saves what a hub has pushed. It is a part of the feed: nothing is gone because it is absent, and the next poll is judged
 * by what the feed itself sent. A delivery without a feed only says that there is something new: the feed is polled soon,
 * as often as its owner could have it polled.
 */
export async function takePush(
  { source, state }: FollowedSource,
  push: { bytes: Uint8Array; contentType?: string; topic: string },
  { articles: store, sources, subscriptions, now }: PushTools,
): Promise<void> {
  const { bytes, topic, contentType } = push;
  const feed = await readFeed(bytes, { url: topic, ...(contentType !== undefined && { contentType }) });
  if (feed.kind === 'not-a-feed') {
    if (!wasJustAsked({ source, state }, [], now)) await sources.makeDue([source.id], now);
    return;
  }
  const { identityMode } = state;
  const found = await articlesToSave(feed, { source, feedUrl: topic, identityMode, now }, store);
  await store.save(source, found, now, { partial: true });
  await subscriptions.recordPush(source.id, now);
}
