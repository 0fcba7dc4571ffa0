import type { FeedText, ParsedFeed } from './parsed-feed.ts';
import { windows1252Byte } from './windows-1252.ts';

/**
 * Mends the texts of a feed whose publisher took UTF-8 for Latin-1 or windows-1252 and encoded it again (`Ã©` for `é`).
 * Tells whether it was one. The whole document decides: text about such mistakes stands among text that is right.
 */
export function mendDoubleEncoding(feed: ParsedFeed, source: string): boolean {
  const start = source.slice(0, MAX_SEARCHED);
  if (!LEADS.some((lead) => start.includes(lead)) || !isEncodedTwice(feed)) return false;
  for (const text of textsOf(feed)) text.value = decodedOnce(text.value);
  for (const item of feed.items) item.categories = item.categories.map(decodedOnce);
  for (const { authors } of [feed, ...feed.items]) {
    for (const author of authors) if (author.name !== undefined) author.name = decodedOnce(author.name);
  }
  return true;
}

/** A feed that begins with so much text that is right goes on with it. */
const MAX_SEARCHED = 32_768;

/**
 * What the first bytes of common characters look like: Latin letters, signs, punctuation, Cyrillic, Chinese and
 * Japanese. A native search for each is all that a feed without them pays.
 */
const LEADS = ['\xc3', '\xc2', '\xe2', '\xd0', '\xe5'];

const FOLLOWER = '[\\x80-\\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';
/** A character of two to four bytes, each shown as a character. */
const TWICE = new RegExp(
  `[\\xc2-\\xdf]${FOLLOWER}|[\\xe0-\\xef]${FOLLOWER}{2}|[\\xf0-\\xf4]${FOLLOWER}{3}`,
  'g',
);
/** Signs that also come from references, which nobody encodes twice, and a first byte without its second. */
const SIGNS = /^[\xa0-\xbf\u2010-\u203a€™]*[\xc2\xc3]?$/;
/** The second byte of `à` and of the space that does not break looks like a space, and is lost where spaces are tidied. */
const CUT_OFF = /[\xc2\xc3](?=[\s.,;:!?)”’"']|$)/g;
/** So many more words that are right, or that are not, and the document is the same. */
const ENOUGH = 20;

function* textsOf(feed: ParsedFeed): Generator<FeedText> {
  for (const { title, summary, content } of feed.items) {
    for (const text of [title, summary, content]) if (text !== undefined) yield text;
  }
  for (const text of [feed.title, feed.description]) if (text !== undefined) yield text;
}

/** Whether more of what is not ASCII reads as UTF-8 than does not. The first texts tell of most documents. */
function isEncodedTwice(feed: ParsedFeed): boolean {
  let excess = 0;
  for (const { value } of textsOf(feed)) {
    for (const [run] of value.matchAll(/[^\x00-\x7f]+/g)) {
      const rest = run.replace(TWICE, '');
      if (!SIGNS.test(rest)) excess--;
      else if (rest.length < run.length) excess++;
      if (Math.abs(excess) >= ENOUGH) return excess > 0;
    }
  }
  return excess > 0;
}

function decodedOnce(text: string): string {
  const decoded = text.replace(TWICE, character);
  return decoded.replace(CUT_OFF, (lead) => (lead === '\xc3' ? 'à' : ' ')).trimEnd();
}

/** The character whose UTF-8 `shown` is; what is no UTF-8 (RFC 3629, 4) stays as it is. */
function character(shown: string): string {
  const smallest = [0, 0, 0x80, 0x800, 0x1_0000][shown.length] ?? 0;
  let code = shown.charCodeAt(0) & (0xff >> (shown.length + 1));
  for (let at = 1; at < shown.length; at++) code = (code << 6) | (windows1252Byte(shown.charAt(at)) & 0x3f);
  const isCharacter = code >= smallest && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : shown;
}
