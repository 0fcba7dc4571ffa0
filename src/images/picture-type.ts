/** How many bytes from the start are enough to tell a type; only an SVG with a long preamble needs so many. */
export const TYPE_BYTES = 4096;

/** A type that is found in so many bytes or more does not change with those that follow. */
export const SURE_BYTES = 256;

interface Signature {
  type: string;
  /** Whether the bytes are of this type. */
  fits: (bytes: Uint8Array) => boolean;
}

/** Formats that every browser shows in an `<img>`, and nothing that can hold HTML. */
const PICTURES: readonly Signature[] = [
  { type: 'image/jpeg', fits: startsWith('\xff\xd8\xff') },
  { type: 'image/png', fits: startsWith('\x89PNG\r\n\x1a\n') },
  { type: 'image/gif', fits: either(startsWith('GIF87a'), startsWith('GIF89a')) },
  { type: 'image/webp', fits: both(startsWith('RIFF'), startsWith('WEBP', 8)) },
  { type: 'image/avif', fits: (bytes) => hasBrand(bytes, ['avif', 'avis']) },
  { type: 'image/bmp', fits: both(startsWith('BM'), startsWith('\0\0\0\0', 6)) },
  { type: 'image/x-icon', fits: either(startsWith('\0\0\x01\0'), startsWith('\0\0\x02\0')) },
  { type: 'image/svg+xml', fits: isSvg },
];

/**
 * The MIME type that the first bytes of a file show, or `undefined` when they are of no type that is passed through.
 * What the sender declares is not asked: it is missing or wrong too often, and a page declared as a picture would be
 * one. `bytes` are the first `TYPE_BYTES` of the file, or all of it.
 */
export function findPictureType(bytes: Uint8Array): string | undefined {
  return PICTURES.find(({ fits }) => fits(bytes))?.type;
}

/** Whether a declared type is one that `findPictureType` could have found; for parts of a file that lack its start. */
export function isPictureType(type: string): boolean {
  return PICTURES.some((signature) => signature.type === type);
}

function startsWith(text: string, at = 0): (bytes: Uint8Array) => boolean {
  const wanted = Array.from(text, (c) => c.charCodeAt(0));
  return (bytes) => wanted.every((byte, i) => bytes[at + i] === byte);
}

function either(a: Signature['fits'], b: Signature['fits']): Signature['fits'] {
  return (bytes) => a(bytes) || b(bytes);
}

function both(a: Signature['fits'], b: Signature['fits']): Signature['fits'] {
  return (bytes) => a(bytes) && b(bytes);
}

/** ISO base media: a size, `ftyp`, the main brand, a version, then compatible brands up to the size. */
function hasBrand(bytes: Uint8Array, brands: readonly string[]): boolean {
  if (!startsWith('ftyp', 4)(bytes)) return false;
  const size = Math.min((bytes[2] ?? 0) * 256 + (bytes[3] ?? 0), 256, bytes.length);
  const text = toLatin1(bytes, size);
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4) {
    if (brands.includes(text.slice(at, at + 4))) return true;
  }
  return false;
}

/** An `<svg` element behind nothing but white space, an XML declaration, comments and a document type. */
function isSvg(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, TYPE_BYTES));
  let at = skipSpace(text, 0);
  for (let end = endOfPreamble(text, at); end !== undefined; end = endOfPreamble(text, at))
    at = skipSpace(text, end);
  return /^<(?:svg:)?svg[\s/>]/.test(text.slice(at, at + 10));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/[\s\ufeff]/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Where the declaration, comment or document type that begins at `at` ends; `undefined` when none begins there. */
function endOfPreamble(text: string, at: number): number | undefined {
  if (text.startsWith('<?xml', at)) return behind(text, '?>', at);
  if (text.startsWith('<!--', at)) return behind(text, '-->', at + 4);
  if (!/^<!doctype svg\b/i.test(text.slice(at, at + 14))) return undefined;
  const end = behind(text, '>', at);
  const subset = text.indexOf('[', at);
  return subset === -1 || end === undefined || subset > end
    ? end
    : behind(text, '>', behind(text, ']', subset));
}

function behind(text: string, mark: string, from: number | undefined): number | undefined {
  if (from === undefined) return undefined;
  const at = text.indexOf(mark, from);
  return at === -1 ? undefined : at + mark.length;
}

function toLatin1(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}
