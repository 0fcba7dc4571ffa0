/**
 * The signature of a picture's address: HMAC-SHA-256 of its canonical form, in base64url without padding. Whoever
 * holds a key can make addresses that the proxy serves in every mode.
 */
export async function signTarget(url: URL, key: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await importKey(key), toBytes(canonical(url)));
  return toBase64Url(new Uint8Array(signature));
}

/**
 * Whether a signature was made with one of the keys. There may be two, so that a key can be changed while addresses
 * signed with the old one are still about. The comparison takes the same time for every wrong signature.
 */
export async function isSigned(url: URL, signature: string, keys: readonly string[]): Promise<boolean> {
  const bytes = fromBase64Url(signature);
  if (bytes === undefined) return false;
  const checks = keys.map(async (key) =>
    crypto.subtle.verify('HMAC', await importKey(key), bytes, toBytes(canonical(url))),
  );
  return (await Promise.all(checks)).includes(true);
}

function canonical(url: URL): string {
  return url.href.replace(/#.*$/s, '');
}

function importKey(key: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', toBytes(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}
