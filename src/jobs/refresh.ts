import { createHash } from 'node:crypto';
import type { IdentifiedArticle } from '../article.ts';
import { type FeedResponse, requestFeed } from '../fetch/feed-request.ts';
import type { Fetch } from '../fetch/guarded-fetch.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import { articlesFromFeed } from '../normalise/articles-from-feed.ts';
import { findRenamed } from '../normalise/identity.ts';
import { plainTitle } from '../normalise/plain-text.ts';
import type { NotAFeed } from '../parse/parsed-feed.ts';
import { readFeed } from '../parse/read-feed.ts';
import { nextCheckAfterFailure, nextCheckAfterSuccess, type PollHints } from '../sources/due.ts';
import { feedAddresses, isRsshubRoute } from '../sources/feed-addresses.ts';
import type { FollowedSource, PollState, Source, SourceFailure } from '../sources/source.ts';
import type { ArticleStore } from '../store/article-store.ts';
import type { SourceStore } from '../store/source-store.ts';
import { discoverFeed } from './discover.ts';

/** What a refresh works with. */
export interface RefreshTools {
  fetch: Fetch;
  policy: AddressPolicy;
  userAgent: string;
  /** RSSHub instances in order of preference. */
  instances: readonly string[];
  articles: Pick<ArticleStore, 'known' | 'sameTitle' | 'save'>;
  sources: Pick<SourceStore, 'savePoll' | 'move'>;
  /** Milliseconds since 1970. */
  now: number;
  /** From 0 to 1: spreads the next polls. */
  jitter: number;
}

/** How a refresh ended; the source's record says it already. */
export type RefreshOutcome =
  | { kind: 'updated'; changed: number }
  | { kind: 'unchanged' }
  | { kind: 'failed'; reason: string; detail: string };

/** An RSSHub route that nobody asked for lately is fetched while we wait. */
const RSSHUB_HEADER_TIMEOUT_MS = 35_000;

/**
 * Polls one source: asks for its feed, reads it, saves its articles. What the next poll is judged by (validators, hash
 * of the body) is saved last: whatever interrupts a refresh, the next one meets the same feed again, and saving an
 * article twice changes nothing.
 */
export async function refresh(followed: FollowedSource, tools: RefreshTools): Promise<RefreshOutcome> {
  const { source, state } = followed;
  const response = await askForFeed(followed, tools);
  if (response.kind === 'failed')
    return saveFailure(followed, { ...response, kind: response.reason }, response, tools);
  if (response.kind === 'not-modified') return saveUnchanged(followed, response, tools);

  const bodyHash = createHash('sha256').update(response.bytes).digest('hex');
  if (bodyHash === state.bodyHash) return saveUnchanged(followed, response, tools);

  const feed = await readFeed(response.bytes, response);
  if (feed.kind === 'not-a-feed') return findFeedOfPage(followed, response, feed, tools);

  const { articles, identityMode } = articlesFromFeed(feed, {
    source,
    feedUrl: response.url,
    identityMode: state.identityMode,
    now: tools.now,
  });
  const changed = await tools.articles.save(source, await keepIds(source, articles, tools), tools.now);

  const feedTitle = feed.title === undefined ? '' : plainTitle(feed.title.value);
  await tools.sources.savePoll(source.id, {
    ...succeeded(followed, response, { ...response, ...feed }, tools),
    bodyHash,
    identityMode,
    repairs: feed.repairs.map(({ detail }) => detail),
    ...(feedTitle !== '' && { feedTitle }),
    ...(feed.link !== undefined && { siteLink: feed.link }),
  });
  return { kind: 'updated', changed };
}

/**
 * A web page instead of a feed. Its owner named the page where there never was a feed: then the page's feed is what he
 * meant, and it is followed. Where a feed has become a page, what the page leads to waits for his yes.
 */
async function findFeedOfPage(
  followed: FollowedSource,
  page: Extract<FeedResponse, { kind: 'modified' }>,
  notAFeed: NotAFeed,
  tools: RefreshTools,
): Promise<RefreshOutcome> {
  const { source, state } = followed;
  if (notAFeed.looksLike !== 'html' || isRsshubRoute(source.url))
    return saveFailure(followed, notAFeed, {}, tools);
  const proposedUrl =
    state.failure?.proposedUrl ??
    (await discoverFeed(page, { ...tools, policy: allowing(new URL(source.url).origin, tools.policy) }));
  if (proposedUrl === undefined) return saveFailure(followed, notAFeed, {}, tools);
  const isNew = state.lastSuccessAt === undefined;
  if (isNew && (await tools.sources.move(source.id, proposedUrl, tools.now)))
    return refresh({ source: { ...source, url: proposedUrl }, state }, tools);
  return saveFailure(followed, { ...notAFeed, proposedUrl }, {}, tools);
}

/** The answer of the source's address; for an RSSHub route, of the first instance that gives one. */
async function askForFeed({ source, state }: FollowedSource, tools: RefreshTools): Promise<FeedResponse> {
  const options = isRsshubRoute(source.url) ? { ...tools, headerTimeoutMs: RSSHUB_HEADER_TIMEOUT_MS } : tools;
  let response: FeedResponse = {
    kind: 'failed',
    reason: 'refused-address',
    url: source.url,
    detail: 'no RSSHub instance is configured: name one under `rsshub:` in the sources file',
  };
  for (const url of feedAddresses(source.url, tools.instances)) {
    const policy = allowing(new URL(url).origin, tools.policy);
    response = await requestFeed({ url, ...validatorsOf(state) }, { ...options, policy });
    if (response.kind !== 'failed') break;
  }
  return response;
}

/** An owner who names a source on a private network has said that its origin may be asked. */
function allowing(origin: string, policy: AddressPolicy): AddressPolicy {
  return { ...policy, allowedOrigins: new Set([...policy.allowedOrigins, origin]) };
}

/**
 * Gives an item that the publisher renamed the id it had before, unless that id is in the document too: then they are
 * two items.
 */
async function keepIds(
  source: Source,
  articles: readonly IdentifiedArticle[],
  { articles: store }: RefreshTools,
): Promise<readonly IdentifiedArticle[]> {
  const ids = articles.map(({ article }) => article.id);
  const known = await store.known(ids);
  const unknown = articles.filter(({ article }) => !known.has(article.id));
  if (unknown.length === 0) return articles;
  const stored = await store.sameTitle(
    source.id,
    unknown.map(({ article }) => article.title),
  );
  const taken = new Set(ids);
  return articles.map((item) => {
    if (known.has(item.article.id)) return item;
    const candidates = stored.filter(({ id, title }) => title === item.article.title && !taken.has(id));
    const before = findRenamed({ ...item, ...item.article }, candidates);
    if (before === undefined) return item;
    taken.add(before.id);
    return { ...item, article: { ...item.article, id: before.id } };
  });
}

async function saveUnchanged(
  followed: FollowedSource,
  response: Exclude<FeedResponse, { kind: 'failed' }>,
  tools: RefreshTools,
): Promise<RefreshOutcome> {
  await tools.sources.savePoll(followed.source.id, succeeded(followed, response, response, tools));
  return { kind: 'unchanged' };
}

/** Records what went wrong with a source; everything else that is known of it stays. */
export async function saveFailure(
  { source, state }: FollowedSource,
  { kind, detail, status, proposedUrl }: Omit<SourceFailure, 'at'>,
  hints: PollHints,
  tools: RefreshTools,
): Promise<RefreshOutcome> {
  const { now, jitter } = tools;
  const consecutiveFailures = state.consecutiveFailures + 1;
  await tools.sources.savePoll(source.id, {
    ...state,
    consecutiveFailures,
    failure: {
      kind,
      detail,
      at: now,
      ...(status !== undefined && { status }),
      ...(proposedUrl !== undefined && { proposedUrl }),
    },
    lastCheckedAt: now,
    nextCheckAt: nextCheckAfterFailure(source, consecutiveFailures, hints, now, jitter),
  });
  return { kind: 'failed', reason: kind, detail };
}

/** The state after a poll that went well: what was wrong before is over, the answer's validators are the ones to keep. */
function succeeded(
  { source, state }: FollowedSource,
  answer: Validators,
  hints: PollHints,
  tools: RefreshTools,
): PollState {
  const { failure: _, etag: __, lastModified: ___, ...rest } = state;
  return {
    ...rest,
    ...validatorsOf(answer),
    consecutiveFailures: 0,
    lastCheckedAt: tools.now,
    lastSuccessAt: tools.now,
    nextCheckAt: nextCheckAfterSuccess(source, hints, tools.now, tools.jitter),
  };
}

interface Validators {
  etag?: string;
  lastModified?: string;
}

function validatorsOf({ etag, lastModified }: Validators): Validators {
  return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}
