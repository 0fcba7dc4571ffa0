import type { Article } from '../article.ts';

/**
 * The articles with those of each source in the order of its own feed, which may have a pinned one first. Sources take
 * turns as before. `places` has each article's place in its source's feed; one that is no longer there comes last.
 */
export function inSourceOrder(
  articles: readonly Article[],
  places: ReadonlyMap<string, number>,
): readonly Article[] {
  const placeOf = ({ id }: Article) => places.get(id) ?? Number.MAX_SAFE_INTEGER;
  const bySource = Map.groupBy(articles, ({ sourceId }) => sourceId);
  for (const own of bySource.values()) own.sort((a, b) => placeOf(a) - placeOf(b)).reverse();
  return articles.map((article) => bySource.get(article.sourceId)?.pop() ?? article);
}
