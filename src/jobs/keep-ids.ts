import type { IdentifiedArticle } from '../article.ts';
import { findRenamed, hasFreshGuid, idOfReusedGuid } from '../normalise/identity.ts';
import type { Source } from '../sources/source.ts';
import type { ArticleStore, KnownArticle } from '../store/article-store.ts';

type KnownArticles = Pick<ArticleStore, 'known' | 'sameTitle'>;

export interface KeptIds {
  articles: readonly IdentifiedArticle[];
  /** Articles whose page came back with a guid that tells nothing of the one before. */
  freshGuids: number;
}

/**
 * The articles of a document under the ids they are to be saved by. What was removed stays away; an item whose guid
 * belonged to another article gets an id of its own; and one that the publisher renamed keeps the id it had before. One
 * without a date has the time it was first seen.
 */
export async function keepIds(
  source: Source,
  articles: readonly IdentifiedArticle[],
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
  return keepRenamed(source, wanted, new Set([...known.keys(), ...idsOf(own)]), store);
}

/**
 * Gives an item that the publisher renamed the id it had before, unless that id is in the document too: then they are
 * two items.
 */
async function keepRenamed(
  source: Source,
  articles: readonly IdentifiedArticle[],
  known: ReadonlySet<string>,
  store: KnownArticles,
): Promise<KeptIds> {
  const unknown = articles.filter(({ article }) => !known.has(article.id));
  if (unknown.length === 0) return { articles, freshGuids: 0 };
  const stored = await store.sameTitle(
    source.id,
    unknown.map(({ article }) => article.title),
  );
  const taken = new Set(idsOf(articles));
  let freshGuids = 0;
  const kept = articles.map((item) => {
    if (known.has(item.article.id)) return item;
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
