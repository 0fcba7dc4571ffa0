import { Buffer } from 'node:buffer';
import type { Article } from '../article.ts';
import { ArticleSieve } from '../feeds/article-filters.ts';
import { type FeedPosition, type FeedQuery, isInSourceOrder } from '../feeds/feed-query.ts';

const ARTICLES_IN_A_FEED = 100;
/** Bytes of bodies in one document: readers refuse feeds of megabytes. */
const MAX_BODIES = 750_000;
/** What filters look through for one document: articles, and characters of their bodies. */
const LOOKED_THROUGH = { articles: 1000, characters: 3_000_000 };

/** A filter that was fast may become slow with new articles: the last copy stands in. */
export class FilterTooCostly extends Error {
  override message = 'The filters need too much work on these articles; write simpler expressions.';
}

/** Articles in the order of a feed, from the place behind another on. */
export type ReadArticles = (limit: number, behind: FeedPosition | undefined) => Promise<readonly Article[]>;

/** The articles of one document. */
export interface PickedArticles {
  articles: readonly Article[];
  /** Behind this place there may be more. */
  rest?: FeedPosition;
}

/**
 * The articles that a query asks for, newest first, as many as fit one document. Where filters leave few, older ones are
 * looked through, up to a bound; the next document begins there. `withoutCopies` takes out what is not to be shown
 * twice. A limit that counts in another order is left to who brings them into it.
 * @throws FilterTooCostly
 */
export async function pickArticles(
  read: ReadArticles,
  query: FeedQuery,
  now: number,
  withoutCopies?: (articles: readonly Article[], sieve: ArticleSieve) => Promise<readonly Article[]>,
): Promise<PickedArticles> {
  const { before, filters } = query;
  if (filters.limit === 0) return { articles: [] };
  const limit = isInSourceOrder(query) ? undefined : filters.limit;
  const most = Math.min(limit ?? ARTICLES_IN_A_FEED, ARTICLES_IN_A_FEED);
  const wanted = withoutCopies === undefined ? most : ARTICLES_IN_A_FEED;
  const sieve = new ArticleSieve(filters, now);
  const found: Article[] = [];
  let rest = before;
  let looked = 0;
  let characters = 0;
  while (
    found.length < wanted &&
    looked < LOOKED_THROUGH.articles &&
    characters < LOOKED_THROUGH.characters
  ) {
    const rows = await read(ARTICLES_IN_A_FEED, rest);
    const passing = sieve.passing(rows);
    if (passing === undefined && looked === 0) throw new FilterTooCostly();
    // work that older articles would cost is left to the next document
    if (passing === undefined) break;
    found.push(...passing);
    const last = rows.at(-1);
    rest = rows.length < ARTICLES_IN_A_FEED ? undefined : last && placeOf(last);
    if (rest === undefined || rest.published < sieve.oldest) break;
    looked += rows.length;
    characters += rows.reduce((sum, { contentHtml }) => sum + contentHtml.length, 0);
  }
  const distinct = withoutCopies === undefined ? found : await withoutCopies(found, sieve);
  const articles = asManyAsFit(distinct.slice(0, most));
  const last = articles.at(-1);
  const behind = articles.length < distinct.length ? last && placeOf(last) : rest;
  return { articles, ...(behind && { rest: behind }) };
}

function placeOf({ published, id }: Article): FeedPosition {
  return { published, id };
}

function asManyAsFit(articles: readonly Article[]): readonly Article[] {
  let room = MAX_BODIES;
  const end = articles.findIndex(({ contentHtml }, index) => {
    room -= Buffer.byteLength(contentHtml);
    return room < 0 && index > 0;
  });
  return end < 0 ? articles : articles.slice(0, end);
}
