import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { toAtom } from '../feeds/atom.ts';
import type { FeedDocument, FeedSource } from '../feeds/feed-document.ts';
import { type FeedQuery, readFeedQuery, selectArticles, toCanonicalQuery } from '../feeds/feed-query.ts';
import { toJsonFeed } from '../feeds/json-feed.ts';
import { toRss } from '../feeds/rss.ts';
import { toOpml } from '../sources/opml.ts';
import { type FollowedSource, sourceTitle } from '../sources/source.ts';
import type { FeedScope } from '../store/article-store.ts';
import { feedTitle, isInScope, parseScopedPath, scopeFolder } from './feed-scope.ts';
import { matchesEtag } from './if-none-match.ts';
import { noteReader } from './note-reader.ts';

interface Format {
  contentType: string;
  write: (feed: FeedDocument) => string;
}

/** A feed as its address asks for it. */
interface FeedRequest {
  scope: FeedScope;
  format: Format;
  query: FeedQuery;
  /** The one address of this feed, with its query in canonical form. */
  selfUrl: string;
}

const FORMATS: Record<string, Format> = {
  'feed.xml': { contentType: 'application/rss+xml; charset=utf-8', write: toRss },
  'atom.xml': { contentType: 'application/atom+xml; charset=utf-8', write: toAtom },
  'feed.json': { contentType: 'application/feed+json; charset=utf-8', write: toJsonFeed },
};

/** What RSSHub's parameter `format` calls them. */
const FILE_OF_FORMAT: ReadonlyMap<string, string> = new Map([
  ['rss', 'feed.xml'],
  ['atom', 'atom.xml'],
  ['json', 'feed.json'],
]);

const ARTICLES_IN_A_FEED = 100;
/** Raised when the same articles are written differently, so that no reader keeps the old writing. */
const WRITING = 1;

/**
 * What every feed answer carries. A browser that is led to a feed must not run what is in it; readers on other sites
 * may fetch it; a copy may be shown while ours is renewed or out of order.
 */
const FEED_HEADERS = {
  'Cache-Control': 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400',
  'Access-Control-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
};

/** Merged feeds of everything, of a category and what is below it, of one source, of a tag; and the list of sources. */
export function feedRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const file of Object.keys(FORMATS)) {
    routes.get(`/${file}`, serveFeed);
    routes.get(`/categories/:path{.+}/${file}`, serveFeed);
    routes.get(`/sources/:id/${file}`, serveFeed);
    routes.get(`/tags/:tag/${file}`, serveFeed);
  }
  routes.get('/opml.xml', async (c) => {
    const sources = (await c.var.sources.all()).map(({ source, state }) => ({
      ...source,
      title: sourceTitle(source, state.feedTitle),
    }));
    const opml = toOpml({ rsshub: [], sources }, { title: c.var.config.siteTitle });
    return c.body(opml, 200, { ...FEED_HEADERS, 'Content-Type': 'text/x-opml; charset=utf-8' });
  });
  return routes;
}

/**
 * Answers 200 or 304. The version of the content is one row; only when a reader has another one is the feed taken from
 * the cache or rendered. When the database fails, the last copy this data centre has is served, marked as stale.
 */
async function serveFeed(c: Context<AppEnv>): Promise<Response> {
  const { pathname, searchParams } = new URL(c.req.url);
  const path = parseScopedPath(pathname);
  const format = path && FORMATS[path.file];
  if (!path || !format) return c.notFound();
  const result = readFeedQuery(searchParams);
  if (result.kind === 'wrong') return c.text(`${result.message}\n`, 400, FEED_HEADERS);
  const { query } = result;
  const addressOf = (file: string) => c.var.origin + scopeFolder(path.scope) + file + toCanonicalQuery(query);
  const asked = searchParams.get('format') || undefined;
  if (asked !== undefined) {
    const file = FILE_OF_FORMAT.get(asked);
    if (file === undefined) return c.text('`format` is rss, atom or json.\n', 400, FEED_HEADERS);
    // an address has one representation, so the other format is at the other address
    if (file !== path.file) return c.body(null, 301, { ...FEED_HEADERS, Location: addressOf(file) });
  }
  const selfUrl = addressOf(path.file);
  try {
    return await serveCurrent(c, { scope: path.scope, format, query, selfUrl });
  } catch (error) {
    const stale = await caches.default.match(selfUrl);
    if (stale === undefined && error instanceof FilterTooCostly)
      return c.text(error.message, 400, FEED_HEADERS);
    if (stale === undefined) throw error;
    console.error('the feed cannot be made; serving the last copy', error);
    const headers = new Headers(stale.headers);
    headers.set('Cache-Control', 'public, max-age=60');
    headers.set('X-Feed-Stale', '1');
    return new Response(stale.body, { headers });
  }
}

async function serveCurrent(c: Context<AppEnv>, request: FeedRequest): Promise<Response> {
  const { scope, format, selfUrl } = request;
  const version = await c.var.articles.version(scope);
  if (version === undefined && !(await isFollowed(c, scope))) return c.notFound();
  noteReader(c, scope);
  const changed = version ?? 0;
  const etag = `"${changed.toString(36)}-${WRITING}"`;
  const validators = { ETag: etag, 'Last-Modified': new Date(changed).toUTCString() };
  if (isUnchanged(c, etag, changed)) return c.body(null, 304, { ...FEED_HEADERS, ...validators });

  const cacheKey = `${selfUrl}${selfUrl.includes('?') ? '&' : '?'}version=${encodeURIComponent(etag)}`;
  const cached = await caches.default.match(cacheKey);
  const text = cached === undefined ? format.write(await readFeed(c, request, changed)) : await cached.text();
  const headers = { ...FEED_HEADERS, ...validators, 'Content-Type': format.contentType };
  if (cached === undefined) {
    const kept = { ...headers, 'Cache-Control': 'public, max-age=604800' };
    c.executionCtx.waitUntil(
      Promise.all(
        [cacheKey, selfUrl].map((key) => caches.default.put(key, new Response(text, { headers: kept }))),
      ),
    );
  }
  return c.body(text, 200, headers);
}

/** A filter that was fast may become slow with new articles: the last copy stands in. */
class FilterTooCostly extends Error {
  override message = 'The filters need too much work on these articles; write simpler expressions.\n';
}

/** `If-None-Match` decides where it is sent, a date only without it (RFC 9110, 13.2.2). */
function isUnchanged(c: Context<AppEnv>, etag: string, changed: number): boolean {
  const ifNoneMatch = c.req.header('If-None-Match');
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, etag);
  const since = Date.parse(c.req.header('If-Modified-Since') ?? '');
  return since >= Math.floor(changed / 1000) * 1000;
}

/** A feed without an article yet exists when a source is to fill it. */
async function isFollowed(c: Context<AppEnv>, scope: FeedScope): Promise<boolean> {
  if (scope.kind === 'all') return true;
  if (scope.kind === 'tag') return false;
  if (scope.kind === 'source') return (await c.var.sources.find(scope.id)) !== undefined;
  return (await c.var.sources.all()).some(({ source }) => isInScope(source, scope));
}

async function readFeed(
  c: Context<AppEnv>,
  { scope, query, selfUrl }: FeedRequest,
  updated: number,
): Promise<FeedDocument> {
  const [articles, followed] = await Promise.all([
    c.var.articles.latest(scope, ARTICLES_IN_A_FEED, query.before),
    c.var.sources.all(),
  ]);
  const selected = selectArticles(articles, query);
  if (selected === undefined) throw new FilterTooCostly();
  const sources = new Map(followed.map((each) => [each.source.id, toFeedSource(each)]));
  return {
    title: feedTitle(scope, sources, c.var.config.siteTitle),
    pageUrl: c.var.origin + scopeFolder(scope),
    selfUrl,
    updated,
    articles: selected,
    sources,
    proxyOrigin: c.var.origin,
  };
}

function toFeedSource({ source, state }: FollowedSource): FeedSource {
  const title = sourceTitle(source, state.feedTitle);
  return /^https?:/.test(source.url) ? { title, url: source.url } : { title };
}
