import type { IdentifiedArticle } from '../article.ts';
import type { FeedResponse } from '../fetch/feed-request.ts';
import { plainTitle } from '../normalise/plain-text.ts';
import { bodyHash, stableHash } from '../parse/body-hash.ts';
import type { ParsedFeed } from '../parse/parsed-feed.ts';
import { readFeed } from '../parse/read-feed.ts';
import { nextCheckAfterFailure, nextCheckAfterSuccess } from '../sources/due.ts';
import { isRsshubRoute } from '../sources/feed-addresses.ts';
import { isTimeToLook, nextLook } from '../sources/lost-feed.ts';
import { hintsAfterUnchanged, publisherHints } from '../sources/publisher-hints.ts';
import { hasMoved, redirectSeen } from '../sources/redirect.ts';
import { rhythmOf } from '../sources/rhythm.ts';
import type { FollowedSource, PollState, Source, SourceFailure } from '../sources/source.ts';
import type { ArticleStore } from '../store/article-store.ts';
import type { SourceStore } from '../store/source-store.ts';
import type { SubscriptionStore } from '../store/subscription-store.ts';
import { findHub } from '../websub/hub-links.ts';
import { articlesToSave, type KnownArticles } from './articles-to-save.ts';
import { type AskTools, askForFeed } from './ask-for-feed.ts';
import { discoverFeed } from './discover.ts';

/** What a refresh works with. */
export interface RefreshTools extends AskTools {
  articles: KnownArticles & Pick<ArticleStore, 'save'>;
  sources: Pick<SourceStore, 'savePoll' | 'move' | 'followRedirect'>;
  subscriptions: Pick<SubscriptionStore, 'want' | 'end' | 'recordMissed'>;
  /** Whether a hub can call us. */
  canBeCalledBy: (hub: string) => boolean;
  /** From 0 to 1: spreads the next polls. */
  jitter: number;
  /** Whether enough is left of the invocation to look for a feed. */
  mayLook: () => boolean;
}

/** How a refresh ended; the source's record says it already, except where it is put off to another invocation. */
export type RefreshOutcome =
  | { kind: 'updated'; changed: number; bytes: number }
  | { kind: 'unchanged' }
  | { kind: 'failed'; reason: string; detail: string }
  | { kind: 'put-off' };

type Answer = Exclude<FeedResponse, { kind: 'failed' }>;
type Document = Extract<FeedResponse, { kind: 'modified' }>;

/**
 * Polls one source: asks for its feed, reads it, saves its articles. What the next poll is judged by (validators, hash
 * of the body) is saved last: whatever interrupts a refresh, the next one meets the same feed again, and saving an
 * article twice changes nothing.
 */
export async function refresh(before: FollowedSource, tools: RefreshTools): Promise<RefreshOutcome> {
  const { response, instances } = await askForFeed(before, tools);
  const followed = { ...before, state: { ...before.state, instances } };
  if (response.kind === 'failed') return fail(followed, { ...response, kind: response.reason }, tools);
  if (response.kind === 'not-modified') return saveUnchanged(followed, response, {}, tools);

  const hashes = hashesOf(response, before.state);
  if (hashes.isUnchanged) return saveUnchanged(followed, response, { bodyHash: hashes.bodyHash }, tools);

  const feed = await readFeed(response.bytes, response);
  if (feed.kind === 'not-a-feed')
    return fail(followed, feed, tools, feed.looksLike === 'html' ? response : undefined);
  return saveFeed(followed, response, feed, hashes, tools);
}

interface Hashes {
  bodyHash: string;
  stableHash: string;
}

/** The second hash costs more and is worked out only where the first has changed. */
function hashesOf(
  { bytes }: Document,
  state: PollState,
): ({ isUnchanged: true } & Pick<Hashes, 'bodyHash'>) | ({ isUnchanged: false } & Hashes) {
  const body = bodyHash(bytes);
  if (body === state.bodyHash) return { isUnchanged: true, bodyHash: body };
  const stable = stableHash(bytes);
  return stable === state.stableHash
    ? { isUnchanged: true, bodyHash: body }
    : { isUnchanged: false, bodyHash: body, stableHash: stable };
}

async function saveFeed(
  followed: FollowedSource,
  response: Document,
  feed: ParsedFeed,
  { bodyHash, stableHash }: Hashes,
  tools: RefreshTools,
): Promise<RefreshOutcome> {
  const { source, state } = followed;
  const { now } = tools;
  const reading = { source, feedUrl: response.url, identityMode: state.identityMode, now };
  const found = await articlesToSave(feed, reading, tools.articles);
  if (followed.isPushed) await noteWhatHubMissed(source, found.articles, tools);
  const changed = await tools.articles.save(source, found, now, { partial: response.isDelta });

  const dates = [...found.articles.map(({ article }) => article), ...found.unchanged].map(
    ({ published }) => published,
  );
  // a delta shows neither the whole body nor how often something is published
  const rhythm = response.isDelta ? state.rhythm : rhythmOf(dates);
  const newestAt = Math.max(...dates);
  if (!response.isDelta && !isCutOff(feed))
    await noteHub(followed, { ...feed, ...response, newestAt }, tools);
  const feedTitle = feed.title === undefined ? '' : plainTitle(feed.title.value);
  const { rhythm: _, bodyHash: __, stableHash: ___, ...rest } = state;
  await saveSuccess(
    source,
    isCutOff(feed) ? withoutValidators(response) : response,
    {
      ...followed,
      state: {
        ...rest,
        ...(!response.isDelta && { bodyHash, stableHash }),
        ...(rhythm !== undefined && { rhythm }),
        hints: publisherHints({ ...feed, ...response }),
        identityMode: found.identityMode,
        repairs: feed.repairs.map(({ detail }) => detail),
        ...(feedTitle !== '' && { feedTitle }),
        ...(feed.link !== undefined && { siteLink: feed.link }),
      },
    },
    tools,
    { wasRead: true },
  );
  return { kind: 'updated', changed, bytes: response.bytes.length };
}

const MONTH = 30 * 24 * 3_600_000;
/** Hubs take a while; what is newer may be on its way. */
const HUB_DELAY = 3_600_000;

/** A hub is worth its trouble for a feed in which something was published within the last month. */
async function noteHub(
  { source, hub: before }: FollowedSource,
  feed: Parameters<typeof findHub>[0] & { newestAt: number },
  { subscriptions, canBeCalledBy, now }: RefreshTools,
): Promise<void> {
  const links = isRsshubRoute(source.url) ? undefined : findHub(feed);
  if (links === undefined || !canBeCalledBy(links.hub)) {
    if (before !== undefined) await subscriptions.end(source.id);
    return;
  }
  const isKnown = links.hub === before?.hub && links.topic === before.topic;
  if (!isKnown && now - feed.newestAt < MONTH) await subscriptions.want(source.id, links, now);
}

/** A hub that did not bring what a poll finds is not relied upon: the source is polled as if there were none. */
async function noteWhatHubMissed(
  source: Source,
  found: readonly IdentifiedArticle[],
  { articles, subscriptions, now }: RefreshTools,
): Promise<void> {
  const known = await articles.known(found.map(({ article }) => article.id));
  const isMissed = ({ article }: IdentifiedArticle) =>
    !known.has(article.id) && article.published < now - HUB_DELAY;
  if (found.some(isMissed)) await subscriptions.recordMissed(source.id);
}

/**
 * A transfer that broke off unnoticed must not be taken for the whole document: the next poll gets it anew. Where it is the
 * publisher's document that breaks off, the same bytes come again, and from then on their validators count.
 */
function isCutOff({ repairs }: ParsedFeed): boolean {
  return repairs.some(({ kind }) => kind === 'truncated');
}

function withoutValidators({ etag: _, lastModified: __, ...response }: Document): Document {
  return response;
}

/** After this answer nothing is asked any more. */
const GONE = 410;

/**
 * Records what went wrong. Where a feed has died its site is asked for another one, which waits for the owner's yes. But
 * an owner who names a `page` where there never was a feed means that page's feed: it is followed.
 */
async function fail(
  followed: FollowedSource,
  failure: NewFailure,
  tools: RefreshTools,
  page?: Document,
): Promise<RefreshOutcome> {
  const { source, state } = followed;
  const { now } = tools;
  const wasLookedFor = page !== undefined && state.failure?.lookAgainAt !== undefined;
  if (isRsshubRoute(source.url) || !isTimeToLook(failure, state.failure, now))
    return saveFailure(followed, wasLookedFor ? withoutFeed(failure) : failure, tools);
  const isNew = page !== undefined && state.lastSuccessAt === undefined;
  if (!tools.mayLook()) {
    const isLastPoll = failure.status === GONE;
    return isNew || isLastPoll ? { kind: 'put-off' } : saveFailure(followed, failure, tools);
  }
  const found = await discoverFeed(followed, tools, page);
  if (found.kind !== 'found') {
    const inVain = { ...failure, lookAgainAt: nextLook(found.kind, now) };
    return saveFailure(followed, page === undefined ? inVain : withoutFeed(inVain), tools);
  }
  if (isNew && (await tools.sources.move(source.id, found.url))) {
    // one look is enough: an address that was a feed and is a page again would lead us on and on
    const looked = { ...failure, at: now, lookAgainAt: nextLook('none', now) };
    return refresh({ source: { ...source, url: found.url }, state: { ...state, failure: looked } }, tools);
  }
  return saveFailure(followed, { ...failure, proposedUrl: found.url }, tools);
}

/** A page through which no feed was found. */
function withoutFeed(failure: NewFailure): NewFailure {
  return { ...failure, detail: `${failure.detail.replace(/\.$/, '')}, and no feed was found through it.` };
}

async function saveUnchanged(
  followed: FollowedSource,
  response: Answer,
  found: Pick<PollState, 'bodyHash'>,
  tools: RefreshTools,
): Promise<RefreshOutcome> {
  const { source, state } = followed;
  const hints = hintsAfterUnchanged(state.hints, response.maxAgeSeconds);
  const unchanged = { ...followed, state: { ...state, ...found, hints } };
  await saveSuccess(source, response, unchanged, tools, { wasRead: false });
  return { kind: 'unchanged' };
}

/** What is known of a failure when it happens. */
type NewFailure = Pick<SourceFailure, 'kind' | 'detail' | 'status' | 'proposedUrl' | 'lookAgainAt'> & {
  /** What the server asked for. */
  retryAfterSeconds?: number;
};

/** Records what went wrong with a source; everything else that is known of it stays. */
export async function saveFailure(
  { source, state }: FollowedSource,
  { kind, detail, status, retryAfterSeconds, ...found }: NewFailure,
  { sources, now, jitter }: Pick<RefreshTools, 'now' | 'jitter'> & { sources: Pick<SourceStore, 'savePoll'> },
): Promise<RefreshOutcome> {
  const failures = state.consecutiveFailures + 1;
  const { proposedUrl, lookAgainAt, refusedUrls } = { ...state.failure, ...found };
  const failure: SourceFailure = {
    kind,
    detail,
    at: now,
    since: state.failure?.since ?? now,
    ...(status !== undefined && { status }),
    ...(proposedUrl !== undefined && { proposedUrl }),
    ...(lookAgainAt !== undefined && proposedUrl === undefined && { lookAgainAt }),
    ...(refusedUrls !== undefined && { refusedUrls }),
  };
  const basis = { poll: source.poll, hints: state.hints, failure, failures, retryAfterSeconds };
  const { nextCheckAt: _, ...rest } = state;
  const nextCheckAt = nextCheckAfterFailure(basis, { now, jitter });
  await sources.savePoll(source.id, {
    ...rest,
    consecutiveFailures: failures,
    failure,
    lastCheckedAt: now,
    ...(nextCheckAt !== undefined && { nextCheckAt }),
  });
  return { kind: 'failed', reason: kind, detail };
}

/**
 * Records a poll that went well: what was wrong before is over, the answer's validators are the ones to keep. A source
 * that has moved for good is asked at its new address from now on.
 */
async function saveSuccess(
  source: Source,
  answer: Answer,
  { state, isPushed }: FollowedSource,
  { sources, now, jitter }: RefreshTools,
  { wasRead }: { wasRead: boolean },
): Promise<void> {
  const { failure: _, etag: __, lastModified: ___, redirect: known, nextCheckAt: ____, ...rest } = state;
  const { hints, rhythm } = state;
  const redirect = isRsshubRoute(source.url)
    ? undefined
    : redirectSeen(known, { to: answer.permanentUrl, wasRead, now });
  const nextCheckAt = nextCheckAfterSuccess({ poll: source.poll, hints, rhythm, isPushed }, { now, jitter });
  await sources.savePoll(source.id, {
    ...rest,
    ...validatorsOf(answer),
    ...(redirect !== undefined && { redirect }),
    ...(nextCheckAt !== undefined && { nextCheckAt }),
    consecutiveFailures: 0,
    lastCheckedAt: now,
    lastSuccessAt: now,
  });
  if (redirect !== undefined && hasMoved(redirect, source.url, now))
    await sources.followRedirect(source.id, redirect.to);
}

function validatorsOf({ etag, lastModified }: Answer): Pick<PollState, 'etag' | 'lastModified'> {
  return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}
