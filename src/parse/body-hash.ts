import { createHash } from 'node:crypto';

/** Raised when feeds are read differently, so that a document that is sent again is read again. */
const READING = 1;

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
  const text = new TextDecoder('windows-1252').decode(bytes);
  const hash = createHash('sha256').update(`${READING}:`);
  let kept = 0;
  for (const { start, end } of volatileParts(text)) {
    hash.update(text.slice(kept, start));
    kept = end;
  }
  return hash.update(text.slice(kept)).digest('hex');
}

/** Elements that change by themselves, wherever they stand. */
const VOLATILE = [
  'lastBuildDate',
  'updated',
  'feedDate',
  'dc:date',
  'slash:comments',
  'media:starRating',
  'media:statistics',
];
/** Of the channel only: an item's date is news. */
const VOLATILE_IN_CHANNEL = 'pubDate';
/** They hold a date or a number; what is longer is something else. */
const MAX_CONTENT = 200;

/** Where the volatile parts are, in order. One pass, and from each `<` a bounded look ahead. */
function* volatileParts(text: string): Generator<{ start: number; end: number }> {
  let isChannel = true;
  let hasCommentEnds = true;
  for (let start = text.indexOf('<'); start >= 0; ) {
    let end = start + 1;
    if (hasCommentEnds && text.startsWith('!--', start + 1)) {
      const close = text.indexOf('-->', start + 4);
      if (close < 0) hasCommentEnds = false;
      else end = close + 3;
    } else {
      if (text.startsWith('item', start + 1) || text.startsWith('entry', start + 1)) isChannel = false;
      end = volatileElementEnd(text, start, isChannel) ?? end;
    }
    if (end > start + 1) yield { start, end };
    start = text.indexOf('<', end);
  }
}

function volatileElementEnd(text: string, start: number, isChannel: boolean): number | undefined {
  const isNamed = (name: string) =>
    text.startsWith(name, start + 1) && /[\s/>]/.test(text[start + 1 + name.length] ?? '');
  const name = isChannel && isNamed(VOLATILE_IN_CHANNEL) ? VOLATILE_IN_CHANNEL : VOLATILE.find(isNamed);
  if (name === undefined) return undefined;
  const ahead = text.slice(start, start + 2 * name.length + MAX_CONTENT);
  const tagEnd = ahead.indexOf('>');
  if (tagEnd < 0) return undefined;
  if (ahead[tagEnd - 1] === '/') return start + tagEnd + 1;
  const close = ahead.indexOf(`</${name}>`, tagEnd);
  return close < 0 ? undefined : start + close + name.length + 3;
}
