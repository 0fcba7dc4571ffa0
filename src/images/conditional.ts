import { parseHttpDate } from '../fetch/http-date.ts';

export interface Validators {
  etag?: string | undefined;
  lastModified?: string | undefined;
}

/**
 * Whether a client already has the picture: `If-None-Match` by weak comparison, and only without it
 * `If-Modified-Since` (RFC 9110, 13.1).
 */
export function isNotModified(request: Headers, { etag, lastModified }: Validators): boolean {
  const known = request.get('if-none-match');
  if (known !== null) return known.trim() === '*' || (etag !== undefined && listsEtag(known, etag));
  const since = parseHttpDate(request.get('if-modified-since') ?? '');
  const modified = parseHttpDate(lastModified ?? '');
  return since !== undefined && modified !== undefined && modified <= since;
}

/** Whether a range may be served: there is no `If-Range`, or it names this very picture (RFC 9110, 13.1.5). */
export function isRangeCurrent(request: Headers, { etag, lastModified }: Validators): boolean {
  const condition = request.get('if-range')?.trim();
  if (condition === undefined) return true;
  return condition.startsWith('"')
    ? condition === etag
    : lastModified !== undefined && condition === lastModified;
}

function listsEtag(list: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '');
  return list.split(/,(?=\s*(?:W\/)?")/).some((item) => item.trim().replace(/^W\//, '') === opaque);
}
