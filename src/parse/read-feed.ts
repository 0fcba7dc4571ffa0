import { bytesToText } from './bytes-to-text.ts';
import { type ParseOptions, parseFeed } from './feed.ts';
import { gunzip, isGzip } from './gunzip.ts';
import type { NotAFeed, ParsedFeed } from './parsed-feed.ts';

/** What a packed feed may unpack to. */
const MAX_BYTES = 10_000_000;

/**
 * Reads a feed from the bytes a server sent: unpacked where it is gzip that nobody declared, decoded, parsed. Everything
 * that was mended on the way is in `repairs`.
 */
export async function readFeed(
  bytes: Uint8Array,
  { contentType, ...options }: ParseOptions & { contentType?: string },
): Promise<ParsedFeed | NotAFeed> {
  const unpacked = isGzip(bytes) ? await gunzip(bytes, MAX_BYTES) : { kind: 'unpacked' as const, bytes };
  if (unpacked.kind !== 'unpacked') {
    return {
      kind: 'not-a-feed',
      looksLike: 'other',
      detail: 'The document is packed and cannot be unpacked.',
    };
  }
  const { text, repairs } = bytesToText(unpacked.bytes, contentType);
  const feed = parseFeed(text, options);
  return feed.kind === 'feed' ? { ...feed, repairs: [...repairs, ...feed.repairs] } : feed;
}
