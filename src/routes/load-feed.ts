import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import { articleUrn } from '../article.ts';
import type { FeedDocument, FeedPaging, FeedSource } from '../feeds/feed-document.ts';
import { type FeedQuery, toCanonicalQuery } from '../feeds/feed-query.ts';
import { type FeedScope, feedTitle, scopeFolder, scopeKey } from '../sources/feed-scope.ts';
import { sourceTitle } from '../sources/source.ts';
import type { SourceEdition } from '../store/archive-store.ts';
import { lastClosedMonth, monthRange } from './archive-month.ts';
import { type ShownArticles, shownArticles } from './shown-articles.ts';

/** A feed as its address asks for it. */
export interface FeedRequest {
  scope: FeedScope;
  /** `feed.xml` and the like. */
  file: string;
  query: FeedQuery;
  /** What the owner calls the view that it is. */
  viewTitle?: string;
}

/** The one address of a feed, its query in canonical form, absolute. */
export function feedAddress(origin: string, { scope, file, query }: FeedRequest): string {
  return origin + scopeFolder(scope) + file + toCanonicalQuery(query);
}

/** The hub that is told when a feed changes. It knows feeds as they are, not what a reader has filtered. */
export function hubOf(c: Context<AppEnv>, { scope, query }: FeedRequest): string | undefined {
  const isAdvertised = scope.kind !== 'tag' && toCanonicalQuery(query) === '';
  return isAdvertised ? c.var.config.hub?.hub : undefined;
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
  const sources = feedSources(await c.var.sources.all());
  const loaded =
    query.archive === undefined
      ? await loadCurrent(c, request, sources)
      : await loadArchive(c, request, query.archive, sources);
  if (loaded === undefined) return undefined;
  const { before: _, archive: __, ...filters } = query;
  const hub = hubOf(c, request);
  return {
    id: feedUrn(scope, toCanonicalQuery(filters)),
    title: feedTitle(scope, loaded.sources, c.var.config.siteTitle, request.viewTitle),
    pageUrl: c.var.origin + scopeFolder(scope),
    selfUrl: feedAddress(c.var.origin, request),
    updated: loaded.updated ?? updated,
    articles: loaded.articles,
    sources: loaded.sources,
    copies: loaded.copies,
    proxyOrigin: c.var.origin,
    paging: loaded.paging,
    ...(hub !== undefined && { hub }),
  };
}

type Sources = ReadonlyMap<string, FeedSource>;

interface Loaded extends Pick<ShownArticles, 'articles' | 'copies'> {
  sources: Sources;
  paging: FeedPaging;
  /** Of a document that does not change any more. */
  updated?: number;
}

/** The feed itself, or a page of what is behind it. */
async function loadCurrent(c: Context<AppEnv>, request: FeedRequest, sources: Sources): Promise<Loaded> {
  const { scope, query } = request;
  const { before, ...feed } = query;
  const now = Date.now();
  const hasArchive = before === undefined && query.filters.maxAge === undefined;
  const [{ articles, copies, rest }, previous] = await Promise.all([
    shownArticles(c, request, {
      read: (limit, behind) => c.var.articles.latest(scope, limit, behind),
      sources,
      now,
      seenBy: now,
    }),
    hasArchive ? c.var.archives.monthBefore(scope, monthRange(lastClosedMonth(now)).end) : undefined,
  ]);
  const address = (other: FeedQuery) => feedAddress(c.var.origin, { ...request, query: other });
  return {
    articles,
    copies,
    sources,
    paging: {
      ...(rest && { next: address({ ...feed, before: rest }) }),
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
  present: Sources,
): Promise<Loaded | undefined> {
  const { before: _, archive: __, ...feed } = request.query;
  const now = Date.now();
  if (month > lastClosedMonth(now)) return undefined;
  const archive = await c.var.archives.closed(request.scope, month, monthRange(month), now);
  if (archive === undefined) return undefined;
  const sources = new Map([...present, ...feedSources(await c.var.archives.sourceEditions(archive))]);
  const { articles, copies, rest } = await shownArticles(c, request, {
    read: (limit, behind) => c.var.archives.articles(archive, limit, behind),
    sources,
    now,
    seenBy: archive.closedAt,
  });
  const address = (other: FeedQuery) => feedAddress(c.var.origin, { ...request, query: other });
  const previous: FeedQuery | undefined = rest
    ? { ...feed, archive: month, before: rest }
    : archive.previous === undefined
      ? undefined
      : { ...feed, archive: archive.previous };
  const previousArchive = previous && address(previous);
  return {
    articles,
    copies,
    sources,
    updated: archive.closedAt,
    paging: {
      isArchive: true,
      current: address(feed),
      ...(previousArchive !== undefined && { previousArchive, next: previousArchive }),
    },
  };
}

/** The name of a feed in Atom: like those of its articles it holds no host. */
function feedUrn(scope: FeedScope, query: string): string {
  const digest = createHash('sha256')
    .update(`feed\0${scopeKey(scope)}\0${query}`)
    .digest('hex');
  // version and variant of a UUID made of other data (RFC 9562, 5.8)
  return articleUrn(`${digest.slice(0, 12)}8${digest.slice(13, 16)}8${digest.slice(17, 32)}`);
}

function feedSources(sources: readonly SourceEdition[]): Map<string, FeedSource> {
  return new Map(sources.map((each) => [each.source.id, toFeedSource(each)]));
}

function toFeedSource({ source, state }: SourceEdition): FeedSource {
  const pageUrl = state.siteLink;
  return {
    title: sourceTitle(source, state.feedTitle),
    ...(/^https?:/.test(source.url) && { url: source.url }),
    ...(pageUrl !== undefined &&
      /^https?:\/\/[^\s"<>\\^`{|}]+$/.test(pageUrl) &&
      URL.canParse(pageUrl) && { pageUrl: new URL(pageUrl).href }),
  };
}
