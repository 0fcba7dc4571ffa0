import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import type { Article } from '../article.ts';
import type { ArticleSieve } from '../feeds/article-filters.ts';
import {
  type ArticlePrint,
  DUPLICATE_WINDOW,
  type DuplicateLevel,
  findDuplicates,
  type SourceNames,
} from '../feeds/duplicates.ts';
import type { FeedScope } from '../sources/feed-scope.ts';

/** Articles among which copies are looked for. */
const MAX_PRINTS = 5000;

/** What copies are looked for by. */
export interface CopySearch {
  scope: FeedScope;
  level: DuplicateLevel;
  sources: SourceNames;
  /** Only articles that were there at that time count: milliseconds since 1970. */
  seenBy: number;
}

/** Articles without those that are copies of a better one in the same feed, and the copies of those that are shown. */
export interface DistinctArticles {
  articles: readonly Article[];
  copies: ReadonlyMap<string, readonly ArticlePrint[]>;
}

/**
 * Takes out the articles of a document that are copies of others, in it or in the feed's other documents. What the
 * feed's filters leave out is nobody's copy.
 */
export async function withoutCopies(
  c: Context<AppEnv>,
  articles: readonly Article[],
  sieve: ArticleSieve,
  { scope, level, sources, seenBy }: CopySearch,
): Promise<DistinctArticles> {
  const [newest] = articles;
  const oldest = articles.at(-1);
  if (newest === undefined || oldest === undefined) return { articles, copies: new Map() };
  const range = {
    start: oldest.published - DUPLICATE_WINDOW,
    end: newest.published + DUPLICATE_WINDOW,
    seenBy,
    links: articles.flatMap(({ link }) => link ?? []),
  };
  const prints = await c.var.articles.prints(scope, range, MAX_PRINTS);
  const shown = new Set(articles.map(({ id }) => id));
  const groupsOf = (from: readonly ArticlePrint[]) =>
    findDuplicates(from, level, sources).filter((group) => group.some(({ id }) => shown.has(id)));
  const groups = groupsOf(prints);
  const elsewhere = groups.flat().filter(({ id }) => !shown.has(id));
  const passing = new Set(await passingIds(c, elsewhere, sieve));
  const isOut = new Set(elsewhere.filter(({ id }) => !passing.has(id)).map(({ id }) => id));
  const left = isOut.size === 0 ? groups : groupsOf(prints.filter(({ id }) => !isOut.has(id)));
  const hidden = new Set(left.flatMap(([, ...copies]) => copies.map(({ id }) => id)));
  return {
    articles: articles.filter(({ id }) => !hidden.has(id)),
    copies: new Map(left.flatMap(([best, ...copies]) => (best === undefined ? [] : [[best.id, copies]]))),
  };
}

async function passingIds(
  c: Context<AppEnv>,
  prints: readonly ArticlePrint[],
  sieve: ArticleSieve,
): Promise<string[]> {
  const ids = prints.map(({ id }) => id);
  if (ids.length === 0 || sieve.passesAll) return ids;
  return (sieve.passing(await c.var.articles.byIds(ids)) ?? []).map(({ id }) => id);
}
