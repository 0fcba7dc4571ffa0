import { fromBase64Url } from './base64url.ts';
import { type PictureOptions, readOptions } from './picture-options.ts';
import type { Signature } from './signature.ts';

export type TargetResult =
  | {
      kind: 'target';
      /** The picture's address without a fragment; its `href` is the canonical form. */
      url: URL;
      /** Present when the request came over a signed address; it has not been checked. */
      signature?: Signature;
      options: PictureOptions;
    }
  | { kind: 'refused'; detail: string }
  /** The request is not one for a picture: its query is an ordinary one, or it has none. */
  | { kind: 'none' };

const SIGNED_PATH = /^\/s\/([A-Za-z0-9_-]{20,100})$/;
/** Base64url of everything that begins with `http` or `HTTP`. */
const BASE64_PATH = /^\/((?:aHR0c|SFRUU)[A-Za-z0-9_-]*)(?:=|%3[Dd]){0,2}$/;
/** An HMAC-SHA-1 and what it signs, both in hexadecimal or both in base64url: the HMAC's length tells which. */
const CAMO_HEX_PATH = /^\/([0-9a-f]{40})\/((?:[0-9a-f]{2})+)$/i;
const CAMO_BASE64_PATH = /^\/([A-Za-z0-9_-]{27})(?:=|%3[Dd])?\/([A-Za-z0-9_-]+)(?:=|%3[Dd]){0,2}$/;

/**
 * Reads which picture a request is for. It takes the request's URL as text, since a query parser would decode the
 * target's own escapes. Understood are
 *
 * - `/?http://host/a.jpg?w=1&h=2`, where everything behind the first `?` is the target, byte for byte;
 * - the same with the target encoded once or twice as a whole, with its scheme missing, as `//host/a.jpg`, or with a
 *   slash lost on the way (`http:/host/a.jpg`);
 * - `/?url=` and any of these, as FreshRSS writes it;
 * - `/<base64url of the target>`, as Miniflux writes it for a custom media proxy;
 * - `/<HMAC-SHA-1>/<target>`, both in hexadecimal or both in base64url, as go-camo writes it;
 * - `/s/<signature>?` and any of those behind a `?`.
 *
 * Before each of them may stand options: `/placeholder/?http://host/a.jpg`.
 *
 * A target without a scheme is taken for http. Whether the address may be asked is not judged here.
 */
export function parseTarget(requestUrl: string): TargetResult {
  const { path, query } = splitUrl(requestUrl);
  if (path === '/') return readQuery(query);
  const wanted = readOptions(path);
  if (wanted.kind === 'refused') return wanted;
  const target = readPath(wanted.rest, query);
  return target.kind === 'target' ? { ...target, options: wanted.options } : target;
}

/** Whether a page wants a picture of ours rather than an error. */
export function wantsPlaceholder(requestUrl: string): boolean {
  const wanted = readOptions(splitUrl(requestUrl).path);
  return wanted.kind === 'options' && wanted.options.placeholder === true;
}

function readPath(path: string, query: string): TargetResult {
  if (path === '/') return readQuery(query);
  const encoded = BASE64_PATH.exec(path)?.[1];
  if (encoded !== undefined) return toTarget(decodeWhole(toText(fromBase64Url(encoded))));
  const mac = SIGNED_PATH.exec(path)?.[1];
  return mac === undefined ? readCamoPath(path) : withSignature(readQuery(query), mac);
}

function readQuery(query: string): TargetResult {
  return query.startsWith('url=') ? toTarget(readUrlParameter(query.slice(4))) : readRaw(query);
}

/** Our own signatures are those of the address as `URL` writes it, so that every spelling of it is signed at once. */
function withSignature(target: TargetResult, text: string): TargetResult {
  if (target.kind !== 'target') return target;
  const mac = fromBase64Url(text);
  if (mac === undefined) return { kind: 'refused', detail: 'the signature is no base64url' };
  return { ...target, signature: { hash: 'SHA-256', mac, signed: spellings(target.url.href).map(toBytes) } };
}

/** In a query, where the address arrives, clients escape an apostrophe that stood in its path (URL Standard, 1.3). */
function spellings(address: string): string[] {
  const path = address.replace(/\?.*$/s, '');
  return path.includes('%27')
    ? [address, path.replaceAll('%27', "'") + address.slice(path.length)]
    : [address];
}

/** go-camo signs the bytes of the address as they are. */
function readCamoPath(path: string): TargetResult {
  const hex = CAMO_HEX_PATH.exec(path);
  const [, digest, address] = hex ?? CAMO_BASE64_PATH.exec(path) ?? [];
  if (digest === undefined || address === undefined) return { kind: 'none' };
  const decode = hex ? fromHex : fromBase64Url;
  const [mac, signed] = [decode(digest), decode(address)];
  if (mac === undefined || signed === undefined) return { kind: 'refused', detail: 'this is no base64url' };
  const target = toTarget(decodeWhole(toText(signed)));
  return target.kind === 'target'
    ? { ...target, signature: { hash: 'SHA-1', mac, signed: [signed] } }
    : target;
}

function splitUrl(url: string): { path: string; query: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const hash = url.indexOf('#');
  const rest = url.slice(start, hash === -1 ? undefined : hash);
  const mark = rest.indexOf('?');
  return mark === -1 ? { path: rest, query: '' } : { path: rest.slice(0, mark), query: rest.slice(mark + 1) };
}

function readRaw(query: string): TargetResult {
  const text = decodeWhole(query);
  return looksLikeAddress(text) ? toTarget(text) : { kind: 'none' };
}

/** An encoded value ends at the next parameter; one that was pasted in raw has slashes and keeps its own `&`. */
function readUrlParameter(value: string): string {
  const isRaw = /^[^&]*\//.test(value);
  return decodeWhole(isRaw ? value : value.replace(/&.*$/s, ''));
}

/**
 * Decodes a target that was encoded as a whole, at most twice. That it was shows before its first slash, where an
 * address has no use for an escaped colon or slash. A target that is not encoded keeps every escape it has.
 */
function decodeWhole(text: string): string {
  const once = isEncoded(text) ? decodeAscii(text) : text;
  return isEncoded(once) ? decodeAscii(once) : once;
}

function isEncoded(text: string): boolean {
  return /%(?:25)?(?:3a|2f)/i.test(/^[^/?#]*/.exec(text)?.[0] ?? '');
}

/** Escapes of other bytes stay: in an address they mean the same escaped, and they need not be UTF-8. */
function decodeAscii(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function toText(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const HOST_AND_PORT = /^(?:[^/?#:@[\]]+|\[[^/?#@\]]*\]):\d{1,5}(?:[/?#]|$)/;

/** Tells `?example.org/a.jpg` from `?page=2`: a bare host holds a dot or is followed by a slash. */
function looksLikeAddress(text: string): boolean {
  if (SCHEME.test(text) || HOST_AND_PORT.test(text) || /^(?:[\\/]{2}|\[)/.test(text)) return true;
  const [host = ''] = /^[^/?#=&]*/.exec(text) ?? [];
  const next = text.charAt(host.length);
  if (next === '/') return host !== '';
  return host.includes('.') && next !== '=' && next !== '&';
}

function toTarget(text: string): TargetResult {
  const address = withScheme(text);
  if (!URL.canParse(address)) return { kind: 'refused', detail: 'what follows the proxy is not an address' };
  const url = new URL(address);
  url.hash = '';
  return { kind: 'target', url, options: {} };
}

/** The URL parser itself repairs `http:/host` and `http:host`. */
function withScheme(text: string): string {
  if (/^[\\/]{2}/.test(text)) return `http:${text}`;
  return SCHEME.test(text) && !HOST_AND_PORT.test(text) ? text : `http://${text}`;
}
