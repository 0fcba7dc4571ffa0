import { mendDoubleEncoding } from './double-encoding.ts';
import { parseJsonFeed } from './json-feed.ts';
import type { NotAFeed, ParsedFeed } from './parsed-feed.ts';
import { characterOfControl } from './windows-1252.ts';
import { parseXmlFeed, type XmlFeedOptions } from './xml-feed.ts';

export interface ParseOptions {
  /** Where the document was found; relative addresses resolve against it. */
  url?: string;
  /** Items that are read; more are counted and left out. */
  maxItems?: number;
}

/** Enough for any feed that is polled; an archive of thousands would cost its size at every poll. */
const MAX_ITEMS = 200;

/**
 * Reads a feed of any format: RSS 0.9x to 2.0, RSS 1.0 and 1.1, Atom 0.3 and 1.0, CDF, JSON Feed and RSS in JSON.
 * Damaged documents give what can be read of them, with what was mended in `repairs`.
 */
export function parseFeed(text: string, options: ParseOptions = {}): ParsedFeed | NotAFeed {
  const { url, maxItems = MAX_ITEMS } = options;
  const start = text.slice(0, 1000).trimStart();
  if (start === '' && text.trim() === '')
    return { kind: 'not-a-feed', looksLike: 'empty', detail: 'The document is empty.' };
  const isJson = start.startsWith('{') || start.startsWith('[');
  const feed = isJson ? parseJsonFeed(text, { url, maxItems }) : fromXml(text, start, { url, maxItems });
  if (feed.kind === 'feed' && mendDoubleEncoding(feed, text))
    feed.repairs.push({ kind: 'double-encoding', detail: 'the text had been encoded as UTF-8 twice' });
  return feed;
}

function fromXml(text: string, start: string, options: XmlFeedOptions): ParsedFeed | NotAFeed {
  const { cleaned, dropped } = withoutControls(withoutHalves(text));
  const feed = parseXmlFeed(cleaned, options);
  if (feed === undefined || !isFeed(feed, start)) return notAFeed(start);
  if (dropped > 0)
    feed.repairs.push({ kind: 'characters', detail: `${dropped} characters that XML forbids` });
  return feed;
}

/** A document that is cut off, without what is left of its last tag or reference: both would be taken for text. */
function withoutHalves(text: string): string {
  if (text.endsWith('>') || text.endsWith('>\n')) return text;
  const half = /(?:&[#\w]{0,10}|<(?!!\[CDATA\[)(?:[\w/!?][^<>]{0,200})?|\]{1,2})$/.exec(text.slice(-256));
  return half === null ? text : text.slice(0, -half[0].length);
}

/** Characters outside XML 1.0, 2.2. */
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
/** Controls that XML allows and no text has: windows-1252 that somebody took for Latin-1. */
const C1_CONTROL = /[\x80-\x9f]/g;
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f]/;

function withoutControls(text: string): { cleaned: string; dropped: number } {
  // in two steps, because the common answer is no, and a class of control characters alone is searched faster
  const isClean = !CONTROL.test(text) && !text.includes('\ufffe') && !text.includes('\uffff');
  if (isClean) return { cleaned: text, dropped: 0 };
  const legal = text.replace(ILLEGAL, '');
  return { cleaned: legal.replace(C1_CONTROL, characterOfControl), dropped: text.length - legal.length };
}

/** A page may use an element called `feed` or `channel`; it is a page if it begins as one and gave nothing. */
function isFeed(feed: ParsedFeed, start: string): boolean {
  return feed.items.length > 0 || feed.title !== undefined || !looksLikePage(start);
}

function looksLikePage(start: string): boolean {
  return /<(?:!doctype\s+html|html|head|body)[\s>]/i.test(start);
}

function notAFeed(start: string): NotAFeed {
  if (looksLikePage(start))
    return { kind: 'not-a-feed', looksLike: 'html', detail: 'The document is a web page.' };
  if (!start.startsWith('<'))
    return { kind: 'not-a-feed', looksLike: 'other', detail: 'The document is neither XML nor JSON.' };
  const root = /<([^\s!?/>]{1,60})/.exec(start)?.[1] ?? 'none';
  return {
    kind: 'not-a-feed',
    looksLike: 'xml',
    detail: `The document has no feed in it; its first element is ${root}.`,
  };
}
