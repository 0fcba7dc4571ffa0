import { type PictureFacts, refuse } from './answer.ts';
import type { PictureFailure } from './fetch-picture.ts';

/** As much of the Cache API as is used; `caches.default` fits. */
export interface PictureCache {
  match(request: Request | string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<unknown>;
}

export type PictureStream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** A whole picture in the cache, or for it. */
export interface StoredPicture<Body extends BodyInit | null = PictureStream | null> {
  /** Whoever does not read a stream must cancel it. */
  body: Body;
  facts: Omit<PictureFacts, 'cacheControl'>;
  length: number | undefined;
  /** Milliseconds since 1970; afterwards the origin has to be asked again, and the copy is for its failures. */
  freshUntil: number;
}

/** What the cache holds for a picture: the whole of it, or that it could not be had a moment ago. */
export type CacheEntry = ({ kind: 'picture' } & StoredPicture) | { kind: 'failure'; answer: Response };

const FRESH_UNTIL = 'x-fresh-until';
const FAILURE_STATUS = 'x-failure-status';
/** How long a copy outlives its freshness, for the days when the origin is down. */
const KEEP_SECONDS = 30 * 86_400;
/** How long a client may keep a failure. */
const CLIENT_FAILURE_SECONDS = 60;

/**
 * The cache key of a picture. It lies on our own host, out of reach of requests, which the Worker answers first.
 * `variant` keeps apart what an origin answers to different `Accept` headers, since the Cache API ignores `Vary`.
 */
export function cacheKey(own: URL, target: URL, variant: string): string {
  return `${own.origin}/cached-picture/${variant}?${encodeURIComponent(target.href)}`;
}

/** A cache that is not there or does not answer is an empty one. */
export async function findEntry(cache: PictureCache, key: string): Promise<CacheEntry | undefined> {
  const response = await cache.match(key).catch(() => undefined);
  if (!response) return undefined;
  const status = response.headers.get(FAILURE_STATUS);
  if (status === null) return { kind: 'picture', ...toStored(response) };
  return {
    kind: 'failure',
    answer: refuse(Number(status), await response.text(), { maxAgeSeconds: CLIENT_FAILURE_SECONDS }),
  };
}

/** A part of a stored picture: the Cache API cuts it out and answers 206 or 416. */
export function findPart(cache: PictureCache, key: string, range: string): Promise<Response | undefined> {
  return cache.match(new Request(key, { headers: { Range: range } })).catch(() => undefined);
}

/**
 * Stores a whole picture for as long as it may serve at all; how long it is fresh stands in a header of our own,
 * because the Cache API forgets what is stale. Rejects when the body fails, and then nothing is stored.
 */
export async function storePicture(
  cache: PictureCache,
  key: string,
  { body, facts, length, freshUntil }: StoredPicture<BodyInit | null>,
  now: number,
): Promise<void> {
  const maxAge = Math.round(Math.max(0, freshUntil - now) / 1000) + KEEP_SECONDS;
  const headers = new Headers({
    'Content-Type': facts.type,
    'Cache-Control': `public, max-age=${maxAge}`,
    [FRESH_UNTIL]: String(freshUntil),
  });
  if (length !== undefined) headers.set('Content-Length', String(length));
  if (facts.etag !== undefined) headers.set('ETag', facts.etag);
  if (facts.lastModified !== undefined) headers.set('Last-Modified', facts.lastModified);
  try {
    await cache.put(key, new Response(body, { headers }));
  } catch (error) {
    // The simulator of the Cache API keeps the beginning of a body that broke off.
    await cache.delete(key);
    throw error;
  }
}

/** Makes a stored picture fresh again: its origin said that it has not changed, or cannot say anything now. */
export async function renewPicture(
  cache: PictureCache,
  key: string,
  freshUntil: number,
  now: number,
): Promise<void> {
  const stored = await findEntry(cache, key);
  if (stored?.kind !== 'picture') return;
  await storePicture(cache, key, { ...stored, freshUntil }, now);
}

/** Remembers a failure for a short time. It is stored as a 200, for the Cache API keeps hardly any other status. */
export async function storeFailure(cache: PictureCache, key: string, failed: PictureFailure): Promise<void> {
  const headers = {
    'Cache-Control': `public, max-age=${failed.keepSeconds}`,
    [FAILURE_STATUS]: String(failed.status),
  };
  await cache.put(key, new Response(failed.sentence, { headers }));
}

function toStored({ headers, body }: Response): StoredPicture {
  const length = headers.get('content-length');
  return {
    body,
    facts: {
      type: headers.get('content-type') ?? '',
      etag: headers.get('etag') ?? undefined,
      lastModified: headers.get('last-modified') ?? undefined,
    },
    length: length === null ? undefined : Number(length),
    freshUntil: Number(headers.get(FRESH_UNTIL)),
  };
}
