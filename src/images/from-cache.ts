import { discard } from '../fetch/guarded-fetch.ts';
import type { Admitted } from './admission.ts';
import { notModified, type PictureFacts, picture, pictureHeaders, rangeNotSatisfiable } from './answer.ts';
import { isNotModified, isRangeCurrent } from './conditional.ts';
import { findPart, renewPicture, type StoredPicture } from './picture-cache.ts';

/** Answers from a whole copy: 304 when the client has it, a part when it wants one, else all of it. */
export async function fromStored(
  stored: StoredPicture,
  { request, range, key, deps }: Admitted,
): Promise<Response> {
  const left = Math.max(0, Math.round((stored.freshUntil - deps.now) / 1000));
  const facts = { ...stored.facts, cacheControl: `public, max-age=${left}` };
  if (isNotModified(request.headers, facts)) {
    discard(stored);
    return notModified(facts);
  }
  if (range !== undefined && isRangeCurrent(request.headers, facts)) {
    const part = await findPart(deps.cache, key, range);
    if (part?.status === 206 || part?.status === 416) {
      discard(stored);
      return fromPart(part, facts);
    }
  }
  return picture(stored.body, { facts, length: stored.length });
}

/** The copy has not changed, or the origin cannot say; either way nobody asks again for a while. */
export function fromRenewed(stored: StoredPicture, seconds: number, admitted: Admitted): Promise<Response> {
  const { key, deps } = admitted;
  const freshUntil = deps.now + seconds * 1000;
  deps.memory.hotCopies.drop(key);
  if (seconds > 0) deps.waitUntil(renewPicture(deps.cache, key, freshUntil, deps.now).catch(() => {}));
  return fromStored({ ...stored, freshUntil }, admitted);
}

function fromPart(part: Response, facts: PictureFacts): Response {
  const contentRange = part.headers.get('content-range');
  if (part.status === 416) {
    discard(part);
    return rangeNotSatisfiable(contentRange);
  }
  const headers = pictureHeaders(facts);
  const length = part.headers.get('content-length');
  if (contentRange !== null) headers.set('Content-Range', contentRange);
  if (length !== null) headers.set('Content-Length', length);
  return new Response(part.body, { status: 206, headers });
}
