import type { Context } from 'hono';
import { matchesEtag } from './if-none-match.ts';

/**
 * What every feed answer carries. A browser that is led to a feed must not run what is in it; readers on other sites
 * may fetch it.
 */
export const FEED_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Link, X-Feed-Stale',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
  Vary: 'Accept-Encoding',
};

/** What a reader repeats to ask whether there is news; `updated` is in milliseconds since 1970. */
export function validators(etag: string, updated: number): Record<string, string> {
  return { ETag: etag, 'Last-Modified': new Date(updated).toUTCString() };
}

/** `If-None-Match` decides where it is sent, a date only without it (RFC 9110, 13.2.2). */
export function isUnchanged(c: Context, etag: string, updated: number): boolean {
  const ifNoneMatch = c.req.header('If-None-Match');
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, etag);
  const since = Date.parse(c.req.header('If-Modified-Since') ?? '');
  return since >= Math.floor(updated / 1000) * 1000;
}
