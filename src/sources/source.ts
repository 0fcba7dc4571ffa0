import { createHash } from 'node:crypto';
import type { PublisherHints } from './publisher-hints.ts';
import type { Redirect } from './redirect.ts';
import type { Rhythm } from './rhythm.ts';
import type { InstanceHealth } from './rsshub-pool.ts';
import type { SourceEntry } from './source-list.ts';

/** A source we follow: what its owner wrote down, and the id it has for ever. */
export interface Source extends SourceEntry {
  /** 12 hex digits of the address it was first added with. */
  id: string;
}

/** What polling has learned about a source. Times are milliseconds since 1970. */
export interface PollState {
  /** Validators exactly as the publisher sent them. */
  etag?: string;
  lastModified?: string;
  /** Hashes of the last body, whole and without what changes by itself (`parse/body-hash.ts`). */
  bodyHash?: string;
  stableHash?: string;
  hints: PublisherHints;
  rhythm?: Rhythm;
  /** Where the source is redirected to for good, while that is being observed. */
  redirect?: Redirect;
  /** How RSSHub instances did with this route, by instance. */
  instances: Readonly<Record<string, InstanceHealth>>;
  lastCheckedAt?: number;
  lastSuccessAt?: number;
  /** Absent where the source is not asked any more, because its publisher said that it is gone or complete. */
  nextCheckAt?: number;
  consecutiveFailures: number;
  /** What is wrong now; absent when the last poll went well. */
  failure?: SourceFailure;
  /** Since when the source counts as broken (`sources/health.ts`); told by the store, which keeps it. */
  brokenSince?: number;
  /** `link` once the publisher's ids have shown that they cannot be trusted (`normalise/identity.ts`). */
  identityMode: 'guid' | 'link';
  /** What had to be mended to read the feed, in words. */
  repairs: readonly string[];
  /** What the feed says of itself. */
  feedTitle?: string;
  siteLink?: string;
}

/** Why a poll gave no articles. */
export interface SourceFailure {
  /** `status`, `timeout`, `not-a-feed` and the like: a word to count and filter by. */
  kind: string;
  /** A sentence for the owner. */
  detail: string;
  /** Where the source's feed was found instead; the owner says whether to follow it there. */
  proposedUrl?: string;
  /** There once the feed was looked for elsewhere in vain: until when it is not looked for again. */
  lookAgainAt?: number;
  /** Proposals that the owner did not want. */
  refusedUrls?: readonly string[];
  /** What the server answered, where it answered. */
  status?: number;
  at: number;
  /** When the first of the failures in a row was. */
  since?: number;
}

/** A source with its polling state, as the store gives it. */
export interface FollowedSource {
  source: Source;
  state: PollState;
  /** A hub that was named before, and what is subscribed to (`websub/`). */
  hub?: { hub: string; topic: string };
  /** The hub brings what is new, and has done so within the last day. */
  isPushed?: boolean;
}

/** The id of a source: 12 hex digits, the same for the same address wherever it is computed. */
export function sourceId(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 12);
}

/** What a source is called: its owner's name for it, what its feed calls itself, its host. */
export function sourceTitle(source: SourceEntry, feedTitle?: string): string {
  return source.title ?? feedTitle ?? hostOf(source.url);
}

/**
 * Whom a post names as author: the source, by level two of the category path (新媒体 / 趣头条 / 分类 is 趣头条), or the
 * first of the item's own authors where the source is set so.
 */
export function postAuthor(source: SourceEntry, authors: readonly string[], feedTitle?: string): string {
  const name = source.categories[1] ?? sourceTitle(source, feedTitle);
  return source.author === 'item' ? (authors[0] ?? name) : name;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url : url;
}
