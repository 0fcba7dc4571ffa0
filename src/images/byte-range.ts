/**
 * A `Range` header for one range of at most `limit` bytes. A longer or open range is cut, which a server may do (RFC
 * 9110, 15.3.7). `undefined` when the header is absent or asks for several ranges, a long tail, or nonsense: then the
 * whole picture is the answer.
 */
export function boundRange(header: string | null, limit: number): string | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '') return last !== '' && Number(last) <= limit ? `bytes=-${last}` : undefined;
  const end = Math.min(last === '' ? Number.POSITIVE_INFINITY : Number(last), Number(first) + limit - 1);
  return end < Number(first) ? undefined : `bytes=${first}-${end}`;
}

export interface ContentRange {
  /** The header, written afresh. */
  header: string;
  first: number;
  /** Bytes in the part. */
  length: number;
}

/** Reads the `Content-Range` of a part; `undefined` when it makes no sense. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, first, last, total = '*'] = match;
  const length = Number(last) - Number(first) + 1;
  if (length < 1 || (total !== '*' && Number(last) >= Number(total))) return undefined;
  return { header: `bytes ${first}-${last}/${total}`, first: Number(first), length };
}
