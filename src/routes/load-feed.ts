import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import { type Article, articleUrn } from '../article.ts';
import type { FeedDocument, FeedPaging, FeedSource } from '../feeds/feed-document.ts';
import { type FeedQuery, selectArticles, toCanonicalQuery } from '../feeds/feed-query.ts';
import { type FollowedSource, sourceTitle } from '../sources/source.ts';
import { type FeedScope, scopeKey } from '../store/article-store.ts';
import { lastClosedMonth, monthRange } from './archive-month.ts';
import { feedTitle, scopeFolder } from './feed-scope.ts';

const ARTICLES_IN_A_FEED = 100;
/** Characters of bodies in one document: readers refuse feeds of megabytes. */
const MAX_BODIES = 600_000;

/** A filter that was fast may become slow with new articles: the last copy stands in. */
export class FilterTooCostly extends Error {
  override message = 'The filters need too much work on these articles; write simpler expressions.';
}

/** A feed as its address asks for it. */
export interface FeedRequest {
  scope: FeedScope;
  /** `feed.xml` and the like. */
  file: string;
  query: FeedQuery;
}

/** The one address of a feed, its query in canonical form, absolute. */
export function feedAddress(origin: string, { scope, file, query }: FeedRequest): string {
  return origin + scopeFolder(scope) + file + toCanonicalQuery(query);
}

/**
 * The document of a feed: its articles, as many as fit, and where the others are. Undefined for an archive of a month
 * that has none or is not over yet.
 */
export async function loadFeed(
  c: Context<AppEnv>,
  request: FeedRequest,
  updated: number,
): Promise<FeedDocument | undefined> {
  const { scope, query } = request;
  const [loaded, followed] = await Promise.all([
    query.archive === undefined ? loadCurrent(c, request) : loadArchive(c, request, query.archive),
    c.var.sources.all(),
  ]);
  if (loaded === undefined) return undefined;
  const selected = selectArticles(loaded.articles, query);
  if (selected === undefined) throw new FilterTooCostly();
  const sources = new Map(followed.map((each) => [each.source.id, toFeedSource(each)]));
  const { before: _, archive: __, ...filters } = query;
  return {
    id: feedUrn(scope, toCanonicalQuery(filters)),
    title: feedTitle(scope, sources, c.var.config.siteTitle),
    pageUrl: c.var.origin + scopeFolder(scope),
    selfUrl: feedAddress(c.var.origin, request),
    updated: loaded.updated ?? updated,
    articles: selected,
    sources,
    proxyOrigin: c.var.origin,
    paging: loaded.paging,
  };
}

interface Loaded {
  articles: readonly Article[];
  paging: FeedPaging;
  /** Of a document that does not change any more. */
  updated?: number;
}

/** The feed itself, or a page of what is behind it. */
async function loadCurrent(c: Context<AppEnv>, request: FeedRequest): Promise<Loaded> {
  const { scope, query } = request;
  const { before, ...feed } = query;
  const [rows, previous] = await Promise.all([
    c.var.articles.latest(scope, ARTICLES_IN_A_FEED, before),
    before === undefined
      ? c.var.articles.monthBefore(scope, monthRange(lastClosedMonth(Date.now())).end)
      : undefined,
  ]);
  const articles = asManyAsFit(rows);
  const last =
    rows.length === ARTICLES_IN_A_FEED || articles.length < rows.length ? articles.at(-1) : undefined;
  const address = (other: FeedQuery) => feedAddress(c.var.origin, { ...request, query: other });
  return {
    articles,
    paging: {
      ...(last && { next: address({ ...feed, before: { published: last.published, id: last.id } }) }),
      ...(before !== undefined && { current: address(feed) }),
      ...(previous !== undefined && { previousArchive: address({ ...feed, archive: previous }) }),
    },
  };
}

/** One archive document: the articles of a month, or the part of them behind a place in it. */
async function loadArchive(
  c: Context<AppEnv>,
  request: FeedRequest,
  month: string,
): Promise<Loaded | undefined> {
  const { before, archive: _, ...feed } = request.query;
  const now = Date.now();
  if (month > lastClosedMonth(now)) return undefined;
  const archive = await c.var.articles.archive(request.scope, month, monthRange(month), now);
  if (archive === undefined) return undefined;
  const rows = await c.var.articles.archived(request.scope, archive, ARTICLES_IN_A_FEED, before);
  const articles = asManyAsFit(rows);
  const last =
    rows.length === ARTICLES_IN_A_FEED || articles.length < rows.length ? articles.at(-1) : undefined;
  const address = (other: FeedQuery) => feedAddress(c.var.origin, { ...request, query: other });
  const previous: FeedQuery | undefined = last
    ? { ...feed, archive: month, before: { published: last.published, id: last.id } }
    : archive.previous === undefined
      ? undefined
      : { ...feed, archive: archive.previous };
  const previousArchive = previous && address(previous);
  return {
    articles,
    updated: archive.closedAt,
    paging: {
      isArchive: true,
      current: address(feed),
      ...(previousArchive !== undefined && { previousArchive, next: previousArchive }),
    },
  };
}

function asManyAsFit(articles: readonly Article[]): readonly Article[] {
  let room = MAX_BODIES;
  const end = articles.findIndex(({ contentHtml }, index) => {
    room -= contentHtml.length;
    return room < 0 && index > 0;
  });
  return end < 0 ? articles : articles.slice(0, end);
}

/** The name of a feed in Atom: like those of its articles it holds no host. */
function feedUrn(scope: FeedScope, query: string): string {
  const digest = createHash('sha256')
    .update(`feed\0${scopeKey(scope)}\0${query}`)
    .digest('hex');
  // version and variant of a UUID made of other data (RFC 9562, 5.8)
  return articleUrn(`${digest.slice(0, 12)}8${digest.slice(13, 16)}8${digest.slice(17, 32)}`);
}

function toFeedSource({ source, state }: FollowedSource): FeedSource {
  const pageUrl = state.siteLink;
  return {
    title: sourceTitle(source, state.feedTitle),
    ...(/^https?:/.test(source.url) && { url: source.url }),
    ...(pageUrl !== undefined &&
      /^https?:\/\/[^\s"<>\\^`{|}]+$/.test(pageUrl) &&
      URL.canParse(pageUrl) && { pageUrl: new URL(pageUrl).href }),
  };
}
