/** A signature that came with an address, and what it has to be a signature of. */
export interface Signature {
  /** `SHA-256` for addresses of our own form, `SHA-1` for those of go-camo, which knows no other. */
  hash: 'SHA-1' | 'SHA-256';
  mac: Uint8Array<ArrayBuffer>;
  /** Any one of these will do. */
  signed: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * Whether a signature (HMAC, RFC 2104) was made with one of the keys. There may be two, so that a key can be changed
 * while addresses signed with the old one are still about. The comparison takes the same time for every wrong signature.
 */
export async function isSigned({ hash, mac, signed }: Signature, keys: readonly string[]): Promise<boolean> {
  const checks = keys.flatMap((key) =>
    signed.map(async (each) => crypto.subtle.verify('HMAC', await importKey(key, hash), mac, each)),
  );
  return (await Promise.all(checks)).includes(true);
}

function importKey(key: string, hash: Signature['hash']): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new TextEncoder().encode(key), { name: 'HMAC', hash }, false, [
    'verify',
  ]);
}
