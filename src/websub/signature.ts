import { createHmac, timingSafeEqual } from 'node:crypto';

const METHODS: ReadonlySet<string> = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

/** Whether a delivery comes from the hub that was told the secret: its `X-Hub-Signature` header (WebSub, 7.1.2). */
export function checkSignature(
  header: string | undefined,
  body: Uint8Array,
  secret: string,
): 'valid' | 'missing' | 'wrong' {
  if (header === undefined || header.trim() === '') return 'missing';
  const [, method = '', hex = ''] = /^\s*([a-z0-9]+)=((?:[0-9a-f]{2})+)\s*$/i.exec(header) ?? [];
  if (!METHODS.has(method.toLowerCase())) return 'wrong';
  const expected = createHmac(method.toLowerCase(), secret).update(body).digest();
  const given = Buffer.from(hex, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected) ? 'valid' : 'wrong';
}
