import { discard, type Fetch, type FetchFailure, guardedFetch } from '../fetch/guarded-fetch.ts';
import { Patience } from '../fetch/patience.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import { findMaxAge, hasDirective } from '../fetch/response-timing.ts';
import { type ContentRange, parseContentRange } from './byte-range.ts';
import { openPicture, type PictureBody } from './picture-body.ts';
import { findPictureType, isPictureType } from './picture-type.ts';
import {
  isRefererRefusal,
  type RefererHints,
  type RefererRung,
  refererForHop,
  refererLadder,
} from './referer.ts';

export interface PictureRequest {
  url: URL;
  /** Headers that go to every hop; the Referer is added. */
  headers: Headers;
  hints: RefererHints;
}

export interface FetchPictureOptions {
  fetch: Fetch;
  policy: AddressPolicy;
  /** Milliseconds since 1970. */
  now: number;
  limitBytes: number;
  headerTimeoutMs: number;
  idleTimeoutMs: number;
}

export type FetchedPicture =
  | {
      kind: 'picture';
      body: PictureBody;
      type: string;
      /** Present for a part of a picture (206). */
      range?: ContentRange;
      /** Bytes, when known. */
      length?: number;
      etag?: string | undefined;
      lastModified?: string | undefined;
      freshness: Freshness;
      /** The rung of the Referer ladder that worked, and whether it was the first that was tried. */
      rung: RefererRung;
      isFirstRung: boolean;
    }
  | {
      kind: 'not-modified';
      etag?: string | undefined;
      lastModified?: string | undefined;
      freshness: Freshness;
    }
  | { kind: 'not-satisfiable'; contentRange: string | null }
  | PictureFailure;

export interface PictureFailure {
  kind: 'failed';
  /** For the client. */
  status: number;
  sentence: string;
  /** How long nobody needs to ask again. */
  keepSeconds: number;
  /** Whether the origin wants the picture gone, so that an old copy is no answer either. */
  isWithdrawn: boolean;
}

/** How long a picture stays good, in seconds, and who may keep it. */
export interface Freshness {
  seconds: number;
  store: 'anyone' | 'client' | 'nobody';
}

/** For pictures whose origin does not say. */
const DEFAULT_FRESH_SECONDS = 86_400;
const MAX_FRESH_SECONDS = 30 * 86_400;

/**
 * Asks the origin for a picture, with one Referer after another while it answers 401, 403 or 418, and looks at the
 * first bytes of what comes. The body is read no further than that.
 */
export async function fetchPicture(
  request: PictureRequest,
  options: FetchPictureOptions,
): Promise<FetchedPicture> {
  const patience = new Patience();
  const fetched = await climb(request, patience, options);
  if (fetched.kind !== 'picture') patience.end();
  return fetched;
}

async function climb(
  request: PictureRequest,
  patience: Patience,
  options: FetchPictureOptions,
): Promise<FetchedPicture> {
  const ladder = refererLadder(request.url, request.hints);
  for (const [i, rung] of ladder.entries()) {
    const fetched = await askOn(rung, request, patience, options);
    if (fetched.kind === 'failed') return toFetchFailure(fetched.reason, fetched.url.host, fetched.detail);
    if (isRefererRefusal(fetched.response.status) && i + 1 < ladder.length) discard(fetched.response);
    else {
      const source = { rung, isFirstRung: i === 0, host: fetched.url.host, patience };
      return readAnswer(fetched.response, source, options);
    }
  }
  throw new Error('the ladder has at least one rung');
}

function askOn(
  rung: RefererRung,
  { url, headers, hints }: PictureRequest,
  patience: Patience,
  options: FetchPictureOptions,
) {
  const headersFor = (hop: URL) => {
    const referer = refererForHop(rung, hop, url, hints.page);
    if (referer === undefined) return headers;
    const all = new Headers(headers);
    all.set('Referer', referer);
    return all;
  };
  const { headerTimeoutMs } = options;
  return guardedFetch({ url, headersFor, headerTimeoutMs, patience }, options);
}

interface AnswerSource {
  rung: RefererRung;
  isFirstRung: boolean;
  host: string;
  patience: Patience;
}

async function readAnswer(
  response: Response,
  source: AnswerSource,
  options: FetchPictureOptions,
): Promise<FetchedPicture> {
  const { status, headers } = response;
  const facts = {
    etag: headers.get('etag') ?? undefined,
    lastModified: headers.get('last-modified') ?? undefined,
    freshness: findFreshness(headers, options.now),
  };
  if (status === 304) return { kind: 'not-modified', ...facts };
  if ((status === 200 || status === 206) && response.body !== null) {
    const picture = await readPicture(response, response.body, source, options);
    return picture.kind === 'failed' ? picture : { ...picture, ...facts };
  }
  discard(response);
  if (status === 416) return { kind: 'not-satisfiable', contentRange: headers.get('content-range') };
  return toStatusFailure(status, source.host);
}

type ReadPicture = Omit<Extract<FetchedPicture, { kind: 'picture' }>, 'etag' | 'lastModified' | 'freshness'>;

async function readPicture(
  response: Response,
  stream: ReadableStream<Uint8Array>,
  { rung, isFirstRung, host, patience }: AnswerSource,
  options: FetchPictureOptions,
): Promise<ReadPicture | PictureFailure> {
  const range =
    response.status === 206 ? parseContentRange(response.headers.get('content-range')) : undefined;
  const length = range?.length ?? findLength(response.headers);
  if (length !== undefined && length > options.limitBytes) {
    discard(response);
    return tooLarge(host, options);
  }
  const typeOf = (head: Uint8Array) => findType(head, range, response.headers);
  const opened = await openPicture(stream, {
    idleMs: options.idleTimeoutMs,
    patience,
    length,
    isKnown: (head) => typeOf(head) !== undefined,
  });
  if (opened.kind === 'timeout') return failure(504, `${host} stopped sending the picture.`, 60);
  if (opened.kind === 'broken') return failure(502, `${host} broke off the picture.`, 60);
  const { body } = opened;
  if (body.isWhole && body.head.length > options.limitBytes) return tooLarge(host, options);
  const type = typeOf(body.head);
  if (type === undefined || (response.status === 206 && range === undefined)) {
    body.rest.cancel();
    return failure(502, `What ${host} sent is not a picture.`, 900);
  }
  return {
    kind: 'picture',
    body,
    type,
    rung,
    isFirstRung,
    ...(range && { range }),
    ...(length !== undefined && { length }),
  };
}

function tooLarge(host: string, { limitBytes }: FetchPictureOptions): PictureFailure {
  return failure(502, `The picture at ${host} is larger than ${limitBytes / 1_000_000} MB.`, 900);
}

/** A part from the middle cannot be looked at, nor a few bytes from the start; there the claim has to do. */
function findType(head: Uint8Array, range: ContentRange | undefined, headers: Headers): string | undefined {
  if (range === undefined || (range.first === 0 && head.length >= 16)) return findPictureType(head);
  const declared = (headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  return isPictureType(declared) ? declared : undefined;
}

/** A length counts only for a body that was not compressed on the way: otherwise it is not that of the picture. */
function findLength(headers: Headers): number | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  const length = headers.get('content-length')?.trim() ?? '';
  return encoding === 'identity' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

function findFreshness(headers: Headers, now: number): Freshness {
  const isRevalidated = hasDirective(headers, 'no-cache');
  const seconds = isRevalidated
    ? 0
    : Math.min(findMaxAge(headers, now) ?? DEFAULT_FRESH_SECONDS, MAX_FRESH_SECONDS);
  if (hasDirective(headers, 'no-store')) return { seconds, store: 'nobody' };
  return { seconds, store: hasDirective(headers, 'private') ? 'client' : 'anyone' };
}

/** A redirect to a private address is refused like a request for one; the rest is the origin's failure. */
function toFetchFailure(reason: FetchFailure, host: string, detail: string): PictureFailure {
  const failures = {
    'refused-address': () =>
      failure(403, `The picture's address leads to one that is not asked: ${detail}.`, 900),
    'too-many-redirects': () => failure(502, `${host} redirects too many times.`, 900),
    'bad-redirect': () => failure(502, `${host} redirects to nowhere.`, 900),
    timeout: () => failure(504, `${host} did not answer in time.`, 60),
    unreachable: () => failure(502, `${host} could not be reached.`, 60),
  } satisfies Record<FetchFailure, () => PictureFailure>;
  return failures[reason]();
}

function toStatusFailure(status: number, host: string): PictureFailure {
  const sentence = `${host} answered ${status} to the request for the picture.`;
  if (status === 410 || status === 451) return { ...failure(status, sentence, 86_400), isWithdrawn: true };
  if (status === 404) return failure(404, sentence, 900);
  // An origin that is busy or broken may be well again in a minute.
  return failure(502, sentence, status === 429 || status >= 500 ? 60 : 300);
}

function failure(status: number, sentence: string, keepSeconds: number): PictureFailure {
  return { kind: 'failed', status, sentence, keepSeconds, isWithdrawn: false };
}
