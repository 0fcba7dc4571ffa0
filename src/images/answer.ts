/**
 * On every answer, errors included: any page may show and measure the picture, and if it is opened by itself no script
 * in it runs. Nothing of what the origin sent is passed on unread.
 */
const COMMON_HEADERS = new Headers({
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'Accept-Ranges, Content-Length, Content-Range, Content-Type, ETag, Last-Modified, Retry-After, X-Picture-Error',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Timing-Allow-Origin': '*',
  'X-Content-Type-Options': 'nosniff',
});

/** What is known of a picture besides its bytes. */
export interface PictureFacts {
  type: string;
  /** Verbatim, as its origin sent it. */
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** The `Cache-Control` for the client. */
  cacheControl: string;
}

const PICTURE_HEADERS = new Headers([...COMMON_HEADERS, ['Accept-Ranges', 'bytes'], ['Vary', 'Accept']]);

export function pictureHeaders({ type, etag, lastModified, cacheControl }: PictureFacts): Headers {
  const headers = new Headers(PICTURE_HEADERS);
  headers.set('Content-Type', type);
  headers.set('Cache-Control', cacheControl);
  if (etag !== undefined) headers.set('ETag', etag);
  if (lastModified !== undefined) headers.set('Last-Modified', lastModified);
  return headers;
}

export interface WholeOrPart {
  facts: PictureFacts;
  length: number | undefined;
  contentRange?: string | undefined;
}

/** A picture, or the part of one that `contentRange` names. */
export function picture(body: BodyInit | null, { facts, length, contentRange }: WholeOrPart): Response {
  const headers = pictureHeaders(facts);
  if (length !== undefined) headers.set('Content-Length', String(length));
  if (contentRange !== undefined) headers.set('Content-Range', contentRange);
  return new Response(body, { status: contentRange === undefined ? 200 : 206, headers });
}

/** RFC 9110, 15.4.5: a 304 repeats the validators and how long the picture may be kept. */
export function notModified(facts: Omit<PictureFacts, 'type'>): Response {
  const headers = pictureHeaders({ ...facts, type: '' });
  headers.delete('Content-Type');
  return new Response(null, { status: 304, headers });
}

/** An answer without a picture: a sentence that a person can act on. `maxAgeSeconds` is how long it holds. */
export function refuse(status: number, sentence: string, { maxAgeSeconds = 0 } = {}): Response {
  const headers = new Headers(COMMON_HEADERS);
  headers.set('Content-Type', 'text/plain; charset=utf-8');
  headers.set('Cache-Control', maxAgeSeconds === 0 ? 'no-store' : `public, max-age=${maxAgeSeconds}`);
  return new Response(`${sentence}\n`, { status, headers });
}

/** RFC 9110, 15.5.17; `contentRange` says how long the picture is. */
export function rangeNotSatisfiable(contentRange: string | null): Response {
  const answer = refuse(416, 'The picture is shorter than the range that was asked for.');
  if (contentRange !== null && /^bytes \*\/\d+$/.test(contentRange))
    answer.headers.set('Content-Range', contentRange);
  return answer;
}

/** RFC 6585, 4. The limit counts a minute, or ten seconds where the owner says so. */
export function tooManyRequests(): Response {
  const answer = refuse(429, 'You have asked for too many new pictures; try again in a minute.');
  answer.headers.set('Retry-After', '60');
  return answer;
}

export function methodNotAllowed(): Response {
  const answer = refuse(405, 'Pictures can be read with GET and HEAD.');
  answer.headers.set('Allow', 'GET, HEAD, OPTIONS');
  return answer;
}

/** The answer to a preflight, which needs nothing from the origin. `*` is written out for browsers that do not know it. */
export function preflight(): Response {
  const headers = new Headers(COMMON_HEADERS);
  headers.set('Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS');
  headers.set(
    'Access-Control-Allow-Headers',
    'Accept, Cache-Control, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range, X-Requested-With, *',
  );
  headers.set('Access-Control-Max-Age', '86400');
  headers.set('Allow', 'GET, HEAD, OPTIONS');
  return new Response(null, { status: 204, headers });
}
