import { type ReadResult, readLimited } from './read-limited.ts';

/**
 * Undoes a compression that the runtime left in place: Workers does not decode `deflate`, and some servers send a
 * `.gz` file, or compress twice, without saying so. What does not look compressed is given back as it is, since other
 * runtimes decode everything and still keep the header. `limit` and `idleMs` are those of `readLimited`.
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  contentEncoding: string | null,
  bounds: { limit: number; idleMs: number },
): Promise<ReadResult> {
  const format = findCompression(bytes, contentEncoding);
  if (format === undefined) return { kind: 'bytes', bytes };
  const body = new Response(bytes).body?.pipeThrough(new DecompressionStream(format)) ?? null;
  return readLimited(body, bounds);
}

function findCompression(
  bytes: Uint8Array,
  contentEncoding: string | null,
): 'gzip' | 'deflate' | 'deflate-raw' | undefined {
  const [first = 0, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  if (bytes.length < 2 || !/\bdeflate\b/i.test(contentEncoding ?? '')) return undefined;
  // RFC 1950: the two bytes of a zlib header are a multiple of 31, and the first ends in 8.
  if ((first & 0x0f) === 8 && (first * 256 + second) % 31 === 0) return 'deflate';
  return canBeginText(first) ? undefined : 'deflate-raw';
}

/** Whether a byte can begin a feed or a page: white space, a tag, JSON, or a byte order mark. */
function canBeginText(byte: number): boolean {
  return [0x09, 0x0a, 0x0d, 0x20, 0x3c, 0x7b, 0x5b, 0xef, 0xfe, 0xff, 0x00].includes(byte);
}
