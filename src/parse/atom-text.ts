import type { Element } from './element.ts';
import type { FeedText } from './parsed-feed.ts';
import { decodeReferences } from './xml-references.ts';

/**
 * Whether the element holds something other than what a reader is to see: a file elsewhere (`src`), bytes, or XML that
 * is no XHTML. RFC 4287, 4.1.3 wants a summary beside such content.
 */
export function isData(element: Element): boolean {
  if (element.attribute('src') !== undefined) return true;
  const type = mimeType(element);
  return isBinary(type) || (isXml(type) && type.includes('/') && !type.includes('xhtml'));
}

/**
 * Reads an Atom text or content element. Atom 1.0 has `type` (RFC 4287, 3.1.1 and 4.1.3), Atom 0.3 has a MIME type
 * and `mode`, where inline markup is the default.
 */
export function atomText(element: Element): FeedText {
  const type = mimeType(element);
  const mode = element.attribute('mode')?.toLowerCase();
  if (mode === 'base64' || (mode === undefined && isBinary(type))) return fromBase64(element, type);
  if (mode === 'escaped') return escaped(element, type);
  if (mode === 'xml' || isXml(type)) return inline(element, type);
  return escaped(element, type);
}

function mimeType(element: Element): string {
  return (element.attribute('type') ?? 'text').toLowerCase().replace(/;.*/s, '').trim();
}

function isXml(type: string): boolean {
  return type === 'xhtml' || type.endsWith('+xml') || type.endsWith('/xml');
}

/** MIME types that are neither text nor XML come as base64 (RFC 4287, 4.1.3.3). */
function isBinary(type: string): boolean {
  return type.includes('/') && !type.startsWith('text/') && !isXml(type);
}

function isMarkup(type: string): boolean {
  return type === 'html' || type === 'text/html' || isXml(type);
}

/**
 * Text whose references were for XML; child elements in it were meant as content all the same. A body without a type,
 * which is plain text by the standard, is markup if it plainly is.
 */
function escaped(element: Element, type: string): FeedText {
  const isUntypedBody = element.name !== 'title' && element.attribute('type') === undefined;
  const { value, hasMarkup } = element.content();
  const isHtml = hasMarkup || isMarkup(type) || (isUntypedBody && HTML.test(value));
  return { value, type: isHtml ? 'html' : 'text' };
}

/** An end tag of the elements that texts are written with, or a line break. */
const HTML = /<\/(?:a|b|blockquote|div|em|h[1-6]|i|li|p|pre|span|strong|table)>|<br *\/?>/i;

function inline(element: Element, type: string): FeedText {
  const { value } = element.inlineContent();
  const isPlain = !isMarkup(type) && !value.includes('<');
  return isPlain ? { value: decodeReferences(value), type: 'text' } : { value, type: 'html' };
}

/** What is no base64, or no text, was labelled wrongly: nothing of a picture can be shown, and the rest is as it stands. */
function fromBase64(element: Element, type: string): FeedText {
  const { value } = element.content();
  const text = decodeBase64(value) ?? (/^(?:image|audio|video)\//.test(type) ? '' : value);
  return { value: text.trim(), type: isMarkup(type) ? 'html' : 'text' };
}

function decodeBase64(value: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(value.replace(/\s+/g, '')), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}
