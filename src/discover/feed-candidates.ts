import { decodeHTMLAttribute } from 'entities/decode';
import { Tokenizer } from '../markup/tokenizer.ts';
import { knownFeed } from './known-sites.ts';

/** An address where a page's feed may lie. */
export interface FeedCandidate {
  url: string;
  /** Nobody named it: it is where feeds often lie. A redirect from there leads elsewhere. */
  isGuess: boolean;
}

const FEED_TYPE = /^application\/(?:(?:rss|atom|rdf|feed)\+(?:xml|json)|json)(?:;|$)/;
/** WordPress declares its API as if it were a feed. */
const NO_FEED = /\/wp-json\//;
const MAX_DECLARED = 5;
/** What a page says is stored and asked. */
const LONGEST_ADDRESS = 2000;

/** Below the page's own folder is where a blog lives that shares its host; the most usual come first. */
const WELL_KNOWN = [
  'feed',
  'rss.xml',
  'atom.xml',
  'feed.xml',
  'index.xml',
  'rss',
  'feed.atom',
  'index.rss',
  'rss/feed.xml',
];

/**
 * Where the feed of a web page may be, best first: what its site is known to do, for the page and for the address it
 * calls canonical; what it declares in `link` elements (RSS Advisory Board, autodiscovery); where feeds often lie.
 */
export function feedCandidates(html: string, pageUrl: string): FeedCandidate[] {
  const { canonical, declared } = readLinks(html, pageUrl);
  const known = [pageUrl, canonical].flatMap((url) => (url === undefined ? [] : (knownFeed(url) ?? [])));
  const guesses = WELL_KNOWN.map((path) => new URL(`/${path}`, pageUrl).href);
  const named = new Set([...known, ...declared]);
  named.delete(pageUrl);
  return [
    ...[...named].map((url) => ({ url, isGuess: false })),
    ...guesses.filter((url) => !named.has(url) && url !== pageUrl).map((url) => ({ url, isGuess: true })),
  ];
}

function readLinks(html: string, pageUrl: string): { canonical?: string; declared: string[] } {
  const tokens = new Tokenizer(html, 'html');
  const declared: string[] = [];
  let canonical: string | undefined;
  let base = pageUrl;
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    if (kind !== 'open' || (tokens.name !== 'link' && tokens.name !== 'base')) continue;
    const href = resolve(tokens.attribute('href'), base);
    if (href === undefined) continue;
    if (tokens.name === 'base') base = href;
    const relations = tokens.attribute('rel')?.toLowerCase().split(/\s+/) ?? [];
    if (relations.includes('canonical')) canonical ??= href;
    const type = tokens.attribute('type')?.trim().toLowerCase() ?? '';
    const isDeclared = relations.includes('alternate') && FEED_TYPE.test(type) && !NO_FEED.test(href);
    if (isDeclared && declared.length < MAX_DECLARED) declared.push(href);
  }
  return { declared, ...(canonical !== undefined && { canonical }) };
}

function resolve(written: string | undefined, base: string): string | undefined {
  if (written === undefined) return undefined;
  const text = decodeHTMLAttribute(written)
    .trim()
    .replace(/^feed:(?:\/\/)?(?=https?:)/i, '');
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  url.hash = '';
  return /^https?:$/.test(url.protocol) && url.href.length <= LONGEST_ADDRESS ? url.href : undefined;
}
