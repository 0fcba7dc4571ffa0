import type { ArticleIdentity, IdentifiedArticle } from '../article.ts';
import { articlesFromFeed, type FeedArticles, type FeedReading } from '../normalise/articles-from-feed.ts';
import { findRenamed, hasFreshGuid, idOfReusedGuid, modeAfterFreshGuids } from '../normalise/identity.ts';
import type { ParsedFeed } from '../parse/parsed-feed.ts';
import type { ArticleStore, KnownArticle } from '../store/article-store.ts';

/** What has to be known of the articles of before. */
export type KnownArticles = Pick<ArticleStore, 'savedItems' | 'known' | 'sameTitle'>;

/**
 * What of a document is to be saved: articles of the items that say something else than when they were last saved,
 * under the ids they are to be saved by, and the items that are as they were.
 */
export async function articlesToSave(
  feed: ParsedFeed,
  reading: Omit<FeedReading, 'saved'>,
  store: KnownArticles,
): Promise<FeedArticles> {
  const saved = await store.savedItems(reading.source.id);
  const { articles, unchanged, identityMode } = articlesFromFeed(feed, { ...reading, saved });
  if (articles.length === 0) return { articles, unchanged, identityMode };
  const kept = await keepIds(
    articles,
    unchanged.map(({ id }) => id),
    reading.source.id,
    store,
  );
  const items = articles.length + unchanged.length;
  return {
    articles: kept.articles,
    unchanged,
    identityMode: modeAfterFreshGuids(identityMode, kept.freshGuids, items),
  };
}

interface KeptIds {
  articles: IdentifiedArticle[];
  /** Articles whose page came back with a guid that tells nothing of the one before. */
  freshGuids: number;
}

/**
 * The articles under the ids they are to be saved by. What was removed stays away; an item whose guid belonged to
 * another article gets an id of its own; and one that the publisher renamed keeps the id it had before. One without a
 * date has the time it was first seen. `others` are the ids of the rest of the document.
 */
async function keepIds(
  articles: readonly IdentifiedArticle[],
  others: readonly string[],
  sourceId: string,
  store: KnownArticles,
): Promise<KeptIds> {
  const known = await store.known(idsOf(articles));
  const renewed = articles.map((item) => {
    const before = known.get(item.article.id);
    return withId(item, before && idOfReusedGuid(item.article, before));
  });
  const own = renewed.filter((item, index) => item !== articles[index]);
  if (own.length > 0) for (const [id, article] of await store.known(idsOf(own))) known.set(id, article);
  const wanted = renewed
    .filter(({ article }) => known.get(article.id)?.isRemoved !== true)
    .map((item) => withFirstSeen(item, known.get(item.article.id)));
  const settled = new Set([...known.keys(), ...idsOf(own)]);
  const unknown = wanted.filter(({ article }) => !settled.has(article.id));
  if (unknown.length === 0) return { articles: wanted, freshGuids: 0 };
  const titles = unknown.map(({ article }) => article.title);
  const sameTitle = await store.sameTitle(sourceId, titles);
  return keepRenamed(wanted, new Set(idsOf(unknown)), sameTitle, new Set([...idsOf(wanted), ...others]));
}

/**
 * Gives an item that the publisher renamed the id it had before, unless that id is `taken` in the document too: then
 * they are two items.
 */
function keepRenamed(
  articles: readonly IdentifiedArticle[],
  unknown: ReadonlySet<string>,
  stored: readonly ArticleIdentity[],
  taken: Set<string>,
): KeptIds {
  let freshGuids = 0;
  const kept = articles.map((item) => {
    if (!unknown.has(item.article.id)) return item;
    const candidates = stored.filter(({ id, title }) => title === item.article.title && !taken.has(id));
    const before = findRenamed({ ...item, ...item.article }, candidates);
    if (before === undefined) return item;
    taken.add(before.id);
    if (hasFreshGuid({ ...item, ...item.article }, before)) freshGuids++;
    return withId(item, before.id);
  });
  return { articles: kept, freshGuids };
}

function withFirstSeen(item: IdentifiedArticle, known: KnownArticle | undefined): IdentifiedArticle {
  if (known === undefined || !item.article.publishedInferred) return item;
  return { ...item, article: { ...item.article, published: known.published } };
}

function idsOf(articles: readonly IdentifiedArticle[]): string[] {
  return articles.map(({ article }) => article.id);
}

function withId(item: IdentifiedArticle, id: string | undefined): IdentifiedArticle {
  return id === undefined ? item : { ...item, article: { ...item.article, id } };
}
