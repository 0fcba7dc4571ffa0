import { createHash } from 'node:crypto';
import { READING } from '../parse/body-hash.ts';
import type { ParsedItem } from '../parse/parsed-feed.ts';
import type { FeedContext } from './article-from-item.ts';
import type { IdentityMode } from './identity.ts';

/** What all fingerprints of a document depend on besides its items. */
export function fingerprintSeed({ base, language }: FeedContext, mode: IdentityMode): string {
  return [READING, mode, base, language].join('\0');
}

/**
 * 16 hex digits that are the same as long as an item says the same, so that its article need not be made again. Dates
 * are not content: an article keeps those it was first saved with.
 */
export function itemFingerprint(item: ParsedItem, seed: string): string {
  const { content, summary, published: _, updated: __, ...rest } = item;
  const parts = [seed, content?.type, content?.value, summary?.type, summary?.value, JSON.stringify(rest)];
  // as strings lie in memory, so that nothing has to be encoded first
  return createHash('sha256').update(parts.join('\0'), 'utf16le').digest('hex').slice(0, 16);
}
