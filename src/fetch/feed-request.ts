import {
  discard,
  type Fetch,
  type FetchFailure,
  type GuardedResponse,
  guardedFetch,
} from './guarded-fetch.ts';
import { inflate } from './inflate.ts';
import type { AddressPolicy } from './public-address.ts';
import { type ReadResult, readLimited } from './read-limited.ts';
import { findMaxAge, findRetryAfter, hasDirective } from './response-timing.ts';

/** A feed's address and what its server said last time, kept to the byte. */
export interface FeedSource {
  url: string;
  etag?: string | undefined;
  lastModified?: string | undefined;
}

export interface FeedRequestOptions {
  fetch: Fetch;
  policy: AddressPolicy;
  /** Milliseconds since 1970. */
  now: number;
  userAgent: string;
  /** How long a server may think; an RSSHub route that is asked for the first time needs 35 seconds. */
  headerTimeoutMs?: number;
}

export type FeedResponse =
  | {
      kind: 'modified';
      bytes: Uint8Array<ArrayBuffer>;
      /** Where the bytes came from, after redirects. */
      url: string;
      /** The `Content-Type` header, unread. */
      contentType?: string;
      /** The `Link` header, in which a hub may be named. */
      link?: string;
      /** The answer holds only what is new (RFC 3229), so items that are absent are not gone. */
      isDelta: boolean;
      /** Set when the feed was redirected and every redirect said that it is for good. */
      permanentUrl?: string;
      maxAgeSeconds?: number;
      etag?: string;
      lastModified?: string;
    }
  | {
      kind: 'not-modified';
      url: string;
      permanentUrl?: string;
      maxAgeSeconds?: number;
      etag?: string;
      lastModified?: string;
    }
  | FeedFailure;

export interface FeedFailure {
  kind: 'failed';
  /** `bot-challenge`: a page that wants a browser to prove itself stands before the feed. */
  reason: FetchFailure | 'status' | 'bot-challenge' | 'too-large' | 'broken';
  url: string;
  status?: number;
  retryAfterSeconds?: number;
  /** A sentence for the log and the health page. */
  detail: string;
}

const LIMIT_BYTES = 10_000_000;
const HEADER_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 10_000;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1';
/** 203 is a 200 that some proxy has changed; 226 is a delta. */
const FEED_STATUSES: ReadonlySet<number> = new Set([200, 203, 226]);

/**
 * Asks for a feed with the validators of the last time. `modified` and `not-modified` carry the validators to keep
 * from now on (on `modified` an absent one is gone, on `not-modified` the old one stays unless the server sent
 * another); keep them only once the items are stored, or a crash in between loses those items.
 *
 * Validators are opaque and travel back byte for byte; a server that answers `Expires: 0` has said that they mean
 * nothing. A body is at most 10 MB after decompression.
 */
export async function requestFeed(source: FeedSource, options: FeedRequestOptions): Promise<FeedResponse> {
  if (!URL.canParse(source.url))
    return {
      kind: 'failed',
      reason: 'refused-address',
      url: source.url,
      detail: `${source.url} is not an address`,
    };
  const url = new URL(source.url);
  url.hash = '';
  const headers = feedHeaders(source, options.userAgent);
  const headerTimeoutMs = options.headerTimeoutMs ?? HEADER_TIMEOUT_MS;
  const signal = AbortSignal.timeout(headerTimeoutMs + BODY_TIMEOUT_MS);
  const fetched = await guardedFetch({ url, headersFor: () => headers, headerTimeoutMs, signal }, options);
  if (fetched.kind === 'failed') return { ...fetched, url: fetched.url.href };
  const meta = readMeta(fetched, options.now);
  if (isUnchanged(fetched.response, source)) {
    discard(fetched.response);
    return {
      kind: 'not-modified',
      ...(fetched.response.status === 304 ? keptValidators(source) : {}),
      ...meta,
    };
  }
  if (!FEED_STATUSES.has(fetched.response.status)) {
    discard(fetched.response);
    return toStatusFailure(fetched.response, fetched.url, options.now);
  }
  const body = await readBody(fetched.response, signal);
  if (body.kind !== 'bytes') return toBodyFailure(body, fetched.url);
  return {
    kind: 'modified',
    bytes: body.bytes,
    isDelta: fetched.response.status === 226,
    ...readDescription(fetched.response),
    ...meta,
  };
}

function feedHeaders(source: FeedSource, userAgent: string): Headers {
  const headers = new Headers({
    'User-Agent': userAgent,
    Accept: ACCEPT,
    'Accept-Encoding': 'br, gzip',
    'A-IM': 'feed',
  });
  if (canBeSent(source.etag)) headers.set('If-None-Match', source.etag);
  if (canBeSent(source.lastModified)) headers.set('If-Modified-Since', source.lastModified);
  return headers;
}

/** A validator is whatever a server once sent; setting one that no header can hold would throw. */
function canBeSent(validator: string | undefined): validator is string {
  return validator !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(validator);
}

/** A 200 that repeats the validator we sent is a server that does not know 304. */
function isUnchanged(response: Response, source: FeedSource): boolean {
  const isConditional = source.etag !== undefined || source.lastModified !== undefined;
  if (response.status === 304) return isConditional;
  return (
    response.status === 200 && source.etag !== undefined && findValidators(response).etag === source.etag
  );
}

interface Validators {
  etag?: string;
  lastModified?: string;
}

function findValidators({ headers }: Response): Validators {
  if (headers.get('expires')?.trim() === '0') return {};
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) };
}

function keptValidators({ etag, lastModified }: FeedSource): Validators {
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}

/** With one of these a `max-age` beside it does not mean that coming later is welcome. */
const UNCACHEABLE = ['no-cache', 'no-store'];

type Fetched = Extract<GuardedResponse, { kind: 'response' }>;

function readMeta({ response, url, permanent }: Fetched, now: number) {
  const isUncacheable = UNCACHEABLE.some((directive) => hasDirective(response.headers, directive));
  const maxAgeSeconds = isUncacheable ? undefined : findMaxAge(response.headers, now);
  return {
    url: url.href,
    ...(permanent ? { permanentUrl: url.href } : {}),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...findValidators(response),
  };
}

function readDescription({ headers }: Response): { contentType?: string; link?: string } {
  const contentType = headers.get('content-type');
  const link = headers.get('link');
  return { ...(contentType === null ? {} : { contentType }), ...(link === null ? {} : { link }) };
}

function toStatusFailure({ status, headers }: Response, url: URL, now: number): FeedFailure {
  const retryAfterSeconds = findRetryAfter(headers, now);
  const isChallenge = headers.get('cf-mitigated')?.trim().toLowerCase() === 'challenge';
  return {
    kind: 'failed',
    reason: isChallenge ? 'bot-challenge' : 'status',
    url: url.href,
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    detail: isChallenge
      ? `${url.host} asks visitors to prove that they are people`
      : `${url.host} answered ${status}`,
  };
}

/** The signal ends a transfer that keeps dripping; to the reader that looks like a break. */
async function readBody(response: Response, signal: AbortSignal): Promise<ReadResult> {
  const bounds = { limit: LIMIT_BYTES, idleMs: IDLE_TIMEOUT_MS };
  const body = await readLimited(response.body, bounds);
  if (body.kind === 'bytes') return inflate(body.bytes, response.headers.get('content-encoding'), bounds);
  return body.kind === 'broken' && signal.aborted ? { kind: 'timeout' } : body;
}

function toBodyFailure(body: Exclude<ReadResult, { kind: 'bytes' }>, url: URL): FeedFailure {
  const detail = {
    'too-large': `${url.host} sent more than ${LIMIT_BYTES / 1_000_000} MB`,
    timeout: `${url.host} stopped sending`,
    broken: `the transfer from ${url.host} broke off or could not be decompressed`,
  } satisfies Record<typeof body.kind, string>;
  return { kind: 'failed', reason: body.kind, url: url.href, detail: detail[body.kind] };
}
