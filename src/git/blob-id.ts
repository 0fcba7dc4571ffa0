import { createHash } from 'node:crypto';

/**
 * The id git gives a file: the hash of `blob`, its length in bytes and its content, SHA-1 or, where the repository's ids
 * have 64 digits, SHA-256.
 */
export function blobId(text: string, idLength: number): string {
  const bytes = new TextEncoder().encode(text);
  return createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}
