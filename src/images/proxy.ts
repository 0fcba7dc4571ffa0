import { discard } from '../fetch/guarded-fetch.ts';
import { type Admitted, admit, type ProxyDeps } from './admission.ts';
import { methodNotAllowed, preflight, rangeNotSatisfiable, tooManyRequests } from './answer.ts';
import { fromArchive } from './archive.ts';
import { fetchPicture, type PictureRequest } from './fetch-picture.ts';
import { findCopy } from './find-copy.ts';
import { fromRenewed, fromStored } from './from-cache.ts';
import { fromFailure, fromFetched, fromNotModified } from './from-origin.ts';
import { withOwnHop } from './loop.ts';
import type { StoredPicture } from './picture-cache.ts';
import { placeholderFor } from './placeholder.ts';
import { isWithinLimit } from './rate-limit.ts';
import { findRendition } from './rendition.ts';
import { wantsPlaceholder } from './target.ts';

export type { ProxyDeps } from './admission.ts';

/**
 * Answers a request for a picture of another host. Every expected failure is an answer with a plain sentence; the
 * headers of all answers are our own. Who may ask is settled before the cache and the origin are.
 */
export async function proxyImage(request: Request, deps: ProxyDeps): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed();
  const found = await answerRequest(request, deps);
  const answer = canBeReplaced(found) && wantsPlaceholder(request.url) ? await placeholderFor(found) : found;
  return request.method === 'HEAD' ? withoutBody(answer) : answer;
}

/** A range that lies outside is no error of the picture. */
function canBeReplaced({ status }: Response): boolean {
  return status >= 400 && status !== 416;
}

async function answerRequest(request: Request, deps: ProxyDeps): Promise<Response> {
  const admitted = await admit(request, deps);
  if (admitted instanceof Response) return admitted;
  const { rendition } = admitted;
  return rendition ? findRendition(admitted, rendition, findAnswer) : findAnswer(admitted);
}

/** The fresh copy or failure; else what the origin says; and when that is a failure, the stale copy. */
async function findAnswer(admitted: Admitted): Promise<Response> {
  const { deps } = admitted;
  const { counts } = deps.memory;
  const entry = await findCopy(admitted);
  if (entry?.kind === 'failure') {
    counts.add(`failed ${entry.answer.status}`);
    return entry.answer;
  }
  if (entry && entry.freshUntil > deps.now) {
    counts.add(entry.place);
    return fromStored(entry, admitted);
  }
  if (!(await isWithinLimit(admitted.request.headers, deps.limiter))) {
    counts.add(entry ? 'stale' : 'refused rate');
    return entry ? fromStored(entry, admitted) : tooManyRequests();
  }
  return askOrigin(admitted, entry);
}

async function askOrigin(admitted: Admitted, stale: StoredPicture | undefined): Promise<Response> {
  const { deps } = admitted;
  const { counts } = deps.memory;
  const fetched = await fetchPicture(toPictureRequest(admitted, stale), deps);
  if (fetched.kind === 'failed' && stale && !fetched.isWithdrawn) {
    counts.add('stale');
    return fromRenewed(stale, fetched.keepSeconds, admitted);
  }
  const archived = fetched.kind === 'failed' && (await fromArchive(fetched, admitted));
  if (archived) {
    counts.add('archive');
    return archived;
  }
  counts.add(fetched.kind === 'failed' ? `failed ${fetched.status}` : 'origin');
  if (fetched.kind === 'not-modified' && stale)
    return fromRenewed(stale, fetched.freshness.seconds, admitted);
  if (stale) discard(stale);
  if (fetched.kind === 'failed') return fromFailure(fetched, admitted);
  if (fetched.kind === 'not-modified') return fromNotModified(fetched, admitted);
  if (fetched.kind === 'not-satisfiable') return rangeNotSatisfiable(fetched.contentRange);
  return fromFetched(fetched, admitted);
}

function toPictureRequest(
  { request, url, own, known, accept, range, deps }: Admitted,
  stored: StoredPicture | undefined,
): PictureRequest {
  const headers = new Headers({
    'User-Agent': deps.userAgent,
    Accept: accept,
    // A compressed picture gains nothing and loses its length.
    'Accept-Encoding': 'identity',
    Via: withOwnHop(request.headers, own),
  });
  const copy = (name: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined && value.trim() !== '*') headers.set(name, value);
  };
  // With a stale copy the question is whether that is still good, whatever part or state the client is after.
  copy('If-None-Match', stored ? stored.facts.etag : request.headers.get('if-none-match'));
  copy('If-Modified-Since', stored ? stored.facts.lastModified : request.headers.get('if-modified-since'));
  if (!stored && range !== undefined) {
    copy('Range', range);
    copy('If-Range', request.headers.get('if-range'));
  }
  return { url, headers, hints: { page: known?.page, remembered: known?.referer } };
}

function withoutBody(answer: Response): Response {
  discard(answer);
  return new Response(null, { status: answer.status, headers: answer.headers });
}
