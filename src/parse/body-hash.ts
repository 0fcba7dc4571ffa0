import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** Raised when feeds are read differently, so that a document that is sent again is read again, with all its items. */
export const READING = 2;

/** SHA-256 of a body, hex: equal means that there is nothing new in it for this reader. */
export function bodyHash(bytes: Uint8Array): string {
  return createHash('sha256').update(`${READING}:`).update(bytes).digest('hex');
}

/**
 * SHA-256, hex, of a feed without what publishers' software changes while nothing is published: times of building,
 * counts of comments and votes, XML comments.
 */
export function stableHash(bytes: Uint8Array): string {
  // one character a byte, whatever the encoding is: every name looked for is ASCII
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const hash = createHash('sha256').update(`${READING}:`);
  let kept = 0;
  for (const { start, end } of volatileParts(text)) {
    hash.update(bytes.subarray(kept, start));
    kept = end;
  }
  return hash.update(bytes.subarray(kept)).digest('hex');
}

/** Comments, elements that change by themselves, wherever they stand, and the date of the channel: an item's is news. */
const VOLATILE =
  /<(?:!--|item|entry|(lastBuildDate|updated|feedDate|dc:date|slash:comments|media:starRating|media:statistics|pubDate)[\s/>])/g;
/** They hold a date or a number; what is longer is something else. */
const MAX_CONTENT = 200;

/** Where the volatile parts are, in order. */
function* volatileParts(text: string): Generator<{ start: number; end: number }> {
  let isChannel = true;
  let hasCommentEnds = true;
  const search = new RegExp(VOLATILE);
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { 0: tag, 1: name, index: start } = match;
    let end: number | undefined;
    if (tag === '<!--') {
      const close = hasCommentEnds ? text.indexOf('-->', start + 4) : -1;
      if (close < 0) hasCommentEnds = false;
      else end = close + 3;
    } else if (name === undefined) isChannel = false;
    else if (isChannel || name !== 'pubDate') end = elementEnd(text, start, name);
    if (end === undefined) continue;
    yield { start, end };
    search.lastIndex = end;
  }
}

function elementEnd(text: string, start: number, name: string): number | undefined {
  const ahead = text.slice(start, start + 2 * name.length + MAX_CONTENT);
  const tagEnd = ahead.indexOf('>');
  if (tagEnd < 0) return undefined;
  if (ahead[tagEnd - 1] === '/') return start + tagEnd + 1;
  const close = ahead.indexOf(`</${name}>`, tagEnd);
  return close < 0 ? undefined : start + close + name.length + 3;
}
