import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { combineFilters } from '../feeds/article-filters.ts';
import { toAtom } from '../feeds/atom.ts';
import { type FeedDocument, FRESH_MINUTES } from '../feeds/feed-document.ts';
import { changesByItself, readFeedQuery } from '../feeds/feed-query.ts';
import { toJsonFeed } from '../feeds/json-feed.ts';
import { toRss } from '../feeds/rss.ts';
import { FEED_FILES, type FeedScope, parseScopedPath, scopeFolder, scopeKey } from '../sources/feed-scope.ts';
import { toOpml } from '../sources/opml.ts';
import { sourceTitle } from '../sources/source.ts';
import { filtersOfView, type ViewEntry } from '../sources/view-entry.ts';
import type { FeedState } from '../store/article-store.ts';
import { feedStates } from '../store/feed-states.ts';
import { FEED_HEADERS, isUnchanged, validators } from './feed-headers.ts';
import { matchesEtag } from './if-none-match.ts';
import { type FeedRequest, feedAddress, hubOf, loadFeed } from './load-feed.ts';
import { noteReader } from './note-reader.ts';
import { FilterTooCostly } from './pick-articles.ts';
import { type FeedCacheTools, type RenderedFeed, RenderedFeeds } from './rendered-feeds.ts';
import { sourcesInScope } from './sources-in-scope.ts';

interface Format {
  contentType: string;
  write: (feed: FeedDocument) => string;
}

const FORMATS_BY_FILE: Record<(typeof FEED_FILES)[number], Format> = {
  'feed.xml': { contentType: 'application/rss+xml; charset=utf-8', write: toRss },
  'atom.xml': { contentType: 'application/atom+xml; charset=utf-8', write: toAtom },
  'feed.json': { contentType: 'application/feed+json; charset=utf-8', write: toJsonFeed },
};
const FORMATS: ReadonlyMap<string, Format> = new Map(Object.entries(FORMATS_BY_FILE));

/** What RSSHub's parameter `format` calls them. */
const FILE_OF_FORMAT: ReadonlyMap<string, string> = new Map([
  ['rss', 'feed.xml'],
  ['atom', 'atom.xml'],
  ['json', 'feed.json'],
]);

/** Raised when the same articles are written differently, so that no reader keeps the old writing. */
const WRITING = 5;

/** How long caches and readers keep what. A copy may be shown while ours is renewed or out of order. */
const CACHING = {
  feed: {
    'Cache-Control': `public, max-age=${60 * FRESH_MINUTES}, stale-while-revalidate=3600, stale-if-error=86400`,
  },
  archive: { 'Cache-Control': 'public, max-age=604800, stale-while-revalidate=86400, stale-if-error=604800' },
  stale: { 'Cache-Control': 'public, max-age=60' },
  error: { 'Cache-Control': 'public, max-age=60' },
};

/** What shows that an answer is not as new as it should be (RFC 7234, 5.5.1). */
const STALE_HEADERS = { 'X-Feed-Stale': '1', Warning: '110 - "Response is Stale"' };

/** How long a feed that changes by itself is taken for the same: as long as caches keep it. */
const TIMED_FOR = 60_000 * FRESH_MINUTES;

/** Of this isolate, as long as it lives. */
const rendered = new RenderedFeeds();

/** Where feeds lie: everything, a category and what is below it, one source, a tag, a view of the owner's. */
const FOLDERS = ['', '/categories/:path{.+}', '/sources/:id', '/tags/:tag', '/views/:name'];

/** Merged feeds, and the lists of their sources. */
export function feedRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const file of FEED_FILES) {
    for (const folder of FOLDERS) routes.get(`${folder}/${file}`, serveFeed);
  }
  for (const folder of FOLDERS) routes.get(`${folder}/opml.xml`, serveOpml);
  return routes;
}

async function serveFeed(c: Context<AppEnv>): Promise<Response> {
  const { pathname, searchParams } = new URL(c.req.url);
  const path = parseScopedPath(pathname);
  const format = path && FORMATS.get(path.file);
  if (!path || !format) return c.notFound();
  const result = readFeedQuery(searchParams);
  if (result.kind === 'wrong') return refuse(c, 400, result.message);
  const request: FeedRequest = { ...path, query: result.query };
  const asked = searchParams.get('format');
  if (asked) {
    const file = FILE_OF_FORMAT.get(asked);
    if (file === undefined) return refuse(c, 400, '`format` is rss, atom or json.');
    // an address has one representation, so the other format is at the other address
    if (file !== path.file) return leadTo(c, { ...request, file });
  }
  try {
    return await serveCurrent(c, request, format);
  } catch (error) {
    if (!(error instanceof FilterTooCostly)) console.error('a feed cannot be made', error);
    return serveLast(c, request, error);
  }
}

/**
 * Answers 200 or 304 while the feed exists. What the feed is now is one small read; only for a reader who has another
 * version is the feed taken from where it is kept, or rendered.
 */
async function serveCurrent(c: Context<AppEnv>, asked: FeedRequest, format: Format): Promise<Response> {
  const { scope } = asked;
  const tools = cacheTools(c);
  const state = await feedStates.current(scopeKey(scope), () => feedState(c, scope), {
    now: Date.now(),
    waitUntil: tools.waitUntil,
  });
  if (state.kind === 'unknown') return refuse(c, 404, 'There is no such feed.');
  if (state.kind === 'gone') {
    return state.movedTo
      ? leadTo(c, { ...asked, scope: state.movedTo })
      : refuse(c, 410, 'This feed was removed.');
  }
  noteReader(c, scope);
  const address = feedAddress(c.var.origin, asked);
  const request = state.view === undefined ? asked : ofView(asked, state.view);
  const hub = hubOf(c, request);
  const version = toEtag(state.version, [c.var.config.siteTitle, address, hub ?? ''].join('\n'));
  const headersOf = (etag: string) => ({
    ...FEED_HEADERS,
    ...(request.query.archive === undefined ? CACHING.feed : CACHING.archive),
    ...validators(etag, state.changedAt),
    Link: [...(hub === undefined ? [] : [`<${hub}>; rel="hub"`]), `<${address}>; rel="self"`].join(', '),
    ...(state.brokenSince !== undefined && STALE_HEADERS),
  });
  const notModified = (etag: string) => new Response(null, { status: 304, headers: headersOf(etag) });
  const isTimed = changesByItself(request.query);
  if (!isTimed && isUnchanged(c, version, state.changedAt)) return notModified(version);

  const edition = isTimed ? `${version} ${Math.floor(Date.now() / TIMED_FOR)}` : version;
  const feed = await rendered.current(
    address,
    edition,
    () => render(c, request, format, edition, state.changedAt),
    tools,
  );
  if (feed.body.length === 0) return refuse(c, 404, 'There is no archive of this month.');
  if (isTimed && isUnchanged(c, feed.etag, state.changedAt)) return notModified(feed.etag);
  const body = state.brokenSince === undefined ? feed.body : markedStale(feed, state.brokenSince);
  return new Response(body, { headers: { ...headersOf(feed.etag), 'Content-Type': feed.contentType } });
}

/** The same with what the view filters; its address says only what a reader has added. */
function ofView(request: FeedRequest, view: ViewEntry): FeedRequest {
  const filters = combineFilters(filtersOfView(view), request.query.filters);
  return {
    ...request,
    query: { ...request.query, filters },
    ...(view.title !== undefined && { viewTitle: view.title }),
  };
}

/** Of a month without an archive the body is empty. */
async function render(
  c: Context<AppEnv>,
  request: FeedRequest,
  { contentType, write }: Format,
  version: string,
  updated: number,
): Promise<RenderedFeed> {
  const feed = await loadFeed(c, request, updated);
  // the type that the runtime declares names no buffer
  const body = new TextEncoder().encode(feed && write(feed)) as Uint8Array<ArrayBuffer>;
  // time passes for a feed that changes with it, and mostly it stays as it is
  const etag = changesByItself(request.query) ? `"${shortDigest(body)}"` : version;
  return { version, etag, updated, contentType, body };
}

/**
 * Answers when the feed cannot be made: with the last copy this data centre has, marked as stale; to a reader who has
 * a copy, that nothing has changed as far as we know; and only to one who has none, where there is none, with an error.
 */
async function serveLast(c: Context<AppEnv>, request: FeedRequest, error: unknown): Promise<Response> {
  const address = feedAddress(c.var.origin, request);
  const last = await rendered.last(address, cacheTools(c));
  const headers = { ...FEED_HEADERS, ...CACHING.stale, ...STALE_HEADERS };
  if (last !== undefined && last.body.length > 0) {
    const { etag, updated, contentType } = last;
    const withValidators = { ...headers, ...validators(etag, updated) };
    if (isUnchanged(c, etag, updated)) return new Response(null, { status: 304, headers: withValidators });
    return new Response(markedStale(last, updated), {
      headers: { ...withValidators, 'Content-Type': contentType },
    });
  }
  if (error instanceof FilterTooCostly) return refuse(c, 400, error.message);
  const hasCopy = c.req.header('If-None-Match') ?? c.req.header('If-Modified-Since');
  if (hasCopy !== undefined) return new Response(null, { status: 304, headers });
  return c.text('The feed cannot be made just now.\n', 503, {
    ...FEED_HEADERS,
    'Cache-Control': 'no-store',
    'Retry-After': '60',
  });
}

/** JSON says it in the document too. What readers compare stays the same, so the tag may stay. */
function markedStale({ body, contentType }: RenderedFeed, since: number): string | Uint8Array<ArrayBuffer> {
  if (!contentType.includes('json')) return body;
  const stale = JSON.stringify({ since: new Date(since).toISOString() });
  return `{"_stale":${stale},${new TextDecoder().decode(body).slice(1)}`;
}

/** A feed without an article yet exists when a source is to fill it. */
async function feedState(c: Context<AppEnv>, scope: FeedScope): Promise<FeedState> {
  const state = await c.var.articles.state(scope);
  if (state.kind !== 'unknown' || scope.kind === 'tag' || scope.kind === 'view') return state;
  const isFollowed = scope.kind === 'all' || (await sourcesInScope(c, scope))?.length;
  // nothing has changed yet, and readers take 1970 for a mistake
  return isFollowed ? { kind: 'live', version: 0, changedAt: Date.now() } : state;
}

/** Different whenever the document is, and only then. */
function toEtag(version: number, context: string): string {
  return `"${version.toString(36)}-${shortDigest(`${WRITING}\n${context}`).slice(0, 8)}"`;
}

function shortDigest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

function refuse(c: Context<AppEnv>, status: 400 | 404 | 410, sentence: string): Response {
  return c.text(`${sentence}\n`, status, { ...FEED_HEADERS, ...CACHING.error });
}

function leadTo(c: Context<AppEnv>, request: FeedRequest): Response {
  const headers = { ...FEED_HEADERS, ...CACHING.error, Location: feedAddress(c.var.origin, request) };
  return c.body(null, 301, headers);
}

function cacheTools(c: Context<AppEnv>): FeedCacheTools {
  return { cache: caches.default, waitUntil: (work) => c.executionCtx.waitUntil(work) };
}

/** A list of sources moves with its feeds, and goes with them. */
async function answerAbsentList(c: Context<AppEnv>, scope: FeedScope): Promise<Response> {
  const state = await c.var.articles.state(scope);
  if (state.kind !== 'gone') return refuse(c, 404, 'There is no such list of sources.');
  if (state.movedTo === undefined) return refuse(c, 410, 'This list was removed.');
  const headers = { ...FEED_HEADERS, ...CACHING.error };
  return c.body(null, 301, { ...headers, Location: `${c.var.origin}${scopeFolder(state.movedTo)}opml.xml` });
}

/** The sources of a feed as OPML. */
async function serveOpml(c: Context<AppEnv>): Promise<Response> {
  const scope = parseScopedPath(new URL(c.req.url).pathname)?.scope;
  const followed = scope && (await sourcesInScope(c, scope));
  if (!followed || (scope.kind !== 'all' && scope.kind !== 'view' && followed.length === 0))
    return scope === undefined ? c.notFound() : answerAbsentList(c, scope);
  const sources = followed.map(({ source, state }) => ({
    ...source,
    // readers know no routes of RSSHub, but our own feed of one
    url: /^https?:/.test(source.url)
      ? source.url
      : `${c.var.origin}${scopeFolder({ kind: 'source', id: source.id })}feed.xml`,
    title: sourceTitle(source, state.feedTitle),
  }));
  const opml = toOpml({ rsshub: [], sources }, { title: c.var.config.siteTitle });
  const etag = `"${shortDigest(opml)}"`;
  const headers = { ...FEED_HEADERS, ...CACHING.feed, ETag: etag };
  if (matchesEtag(c.req.header('If-None-Match') ?? '', etag))
    return new Response(null, { status: 304, headers });
  return c.body(opml, 200, { ...headers, 'Content-Type': 'text/x-opml; charset=utf-8' });
}
