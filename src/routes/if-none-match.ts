/**
 * Whether an `If-None-Match` list names this entity tag. Compared weakly (RFC 9110, 13.1.2), because what compresses
 * an answer on its way makes its tag a weak one.
 */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = opaqueTag(etag);
  return ifNoneMatch.split(',').some((candidate) => opaqueTag(candidate) === wanted);
}

function opaqueTag(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}
