import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import type { Article } from '../article.ts';
import { withBriefBody } from '../feeds/brief.ts';
import { withChinese } from '../feeds/chinese.ts';
import type { ArticlePrint } from '../feeds/duplicates.ts';
import type { ArticleCopy } from '../feeds/feed-document.ts';
import { type FeedQuery, isInSourceOrder } from '../feeds/feed-query.ts';
import { inSourceOrder } from '../feeds/source-order.ts';
import type { FeedScope } from '../sources/feed-scope.ts';
import { chineseConverter } from './chinese-converter.ts';
import { type PickedArticles, pickArticles, type ReadArticles } from './pick-articles.ts';
import { withoutCopies } from './without-copies.ts';

/** Articles as a feed shows them, and where else those were found that it shows once, by their ids. */
export interface ShownArticles extends PickedArticles {
  copies: ReadonlyMap<string, readonly ArticleCopy[]>;
}

/** Where articles are taken from. Times are milliseconds since 1970. */
export interface ShownFrom {
  read: ReadArticles;
  /** What sources are called, by id. */
  sources: ReadonlyMap<string, { title: string }>;
  now: number;
  /** Copies that came in later do not count. */
  seenBy: number;
}

/**
 * What a query asks for of the articles of a scope, for feeds and pages alike: each once as far as it wants that, in its
 * order, and in its way of writing.
 * @throws FilterTooCostly
 */
export async function shownArticles(
  c: Context<AppEnv>,
  { scope, query }: { scope: FeedScope; query: FeedQuery },
  from: ShownFrom,
): Promise<ShownArticles> {
  const picked = await pickDistinct(c, scope, query, from);
  const ordered = await inOrder(c, picked, query);
  return { ...ordered, articles: await asWanted(ordered.articles, query.filters) };
}

async function pickDistinct(
  c: Context<AppEnv>,
  scope: FeedScope,
  query: FeedQuery,
  { read, sources, now, seenBy }: ShownFrom,
): Promise<ShownArticles> {
  const { dedup: level } = query.filters;
  if (level === undefined) return { ...(await pickArticles(read, query, now)), copies: new Map() };
  const names = { titles: [...sources.values()].map(({ title }) => title), order: [...sources.keys()] };
  let found: ReadonlyMap<string, readonly ArticlePrint[]> = new Map();
  const picked = await pickArticles(read, query, now, async (articles, sieve) => {
    const distinct = await withoutCopies(c, articles, sieve, { scope, level, sources: names, seenBy });
    found = distinct.copies;
    return distinct.articles;
  });
  const toCopy = ({ sourceId, link }: ArticlePrint): ArticleCopy => ({
    title: sources.get(sourceId)?.title ?? sourceId,
    ...(link !== undefined && { url: link }),
  });
  return { ...picked, copies: new Map([...found].map(([id, prints]) => [id, prints.map(toCopy)])) };
}

/**
 * The articles in their order. Where it is that of sources' feeds, a limit counts in it; pages go by date, so that none
 * is behind what it leaves out.
 */
async function inOrder(c: Context<AppEnv>, picked: ShownArticles, query: FeedQuery): Promise<ShownArticles> {
  if (!isInSourceOrder(query)) return picked;
  const { articles, copies } = picked;
  const places = await c.var.articles.placesInFeeds(articles.map(({ sourceId }) => sourceId));
  const ordered = inSourceOrder(articles, places);
  const { limit = ordered.length } = query.filters;
  return ordered.length > limit
    ? { articles: ordered.slice(0, limit), copies }
    : { ...picked, articles: ordered };
}

/** In RSSHub's order: what is cut short is cut last. */
async function asWanted(
  articles: readonly Article[],
  { conversion, brief }: FeedQuery['filters'],
): Promise<readonly Article[]> {
  const converter = conversion && (await chineseConverter(conversion));
  const written = converter ? articles.map((article) => withChinese(article, converter)) : articles;
  return brief === undefined ? written : written.map((article) => withBriefBody(article, brief));
}
