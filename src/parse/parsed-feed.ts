/** What the reader makes of a feed document: faithful to what the document says, nothing invented or cleaned yet. */
export interface ParsedFeed {
  kind: 'feed';
  format: 'rss' | 'rdf' | 'atom' | 'json' | 'cdf';
  title?: FeedText;
  description?: FeedText;
  /** The site's page, absolute where the document allows it. */
  link?: string;
  /** The address the feed gives itself (`rel="self"`, `feed_url`). */
  selfLink?: string;
  /** A hub that pushes what is new (`rel="hub"`, JSON Feed `hubs`). */
  hub?: string;
  language?: string;
  image?: string;
  authors: Person[];
  /** Minutes before which the publisher does not want to be asked again, from `ttl` or `sy:updatePeriod`. */
  minutesBetweenPolls?: number;
  /** Hours of the day, 0 to 23 in UTC, at which the publisher does not want to be asked (RSS `skipHours`). */
  skipHours: number[];
  /** Days on which not to ask, 0 for Sunday to 6, in UTC (RSS `skipDays`). */
  skipDays: number[];
  /** Whether the publisher says that nothing will ever be added (JSON Feed `expired`). */
  expired: boolean;
  items: ParsedItem[];
  /** What had to be mended to read the document, for the owner to see. */
  repairs: Repair[];
}

export interface ParsedItem {
  /** `guid`, `atom:id`, `rdf:about` or JSON `id`, as written and trimmed. */
  id?: string;
  title?: FeedText;
  /** Page of the item. As every address in an item absolute, or as written: then it is relative to the feed's `link`. */
  link?: string;
  /** A page elsewhere that the item is about (JSON Feed `external_url`), or FeedBurner's `origLink`. */
  originalLink?: string;
  summary?: FeedText;
  content?: FeedText;
  /** `xml:base` in force where the body stands, absolute; bodies resolve against it, or else against the item's page. */
  base?: string;
  authors: Person[];
  /** Dates as the document writes them; `normalise/dates.ts` reads them. */
  published?: string;
  updated?: string;
  /** The item's own categories, which become tags. */
  categories: string[];
  enclosures: ParsedEnclosure[];
  image?: string;
  language?: string;
  /** Page with the item's comments. */
  comments?: string;
}

/**
 * A text and how to read it: `text` is plain, `html` is markup, and `unknown` is a format that does not say (RSS), so
 * that either may have been meant.
 */
export interface FeedText {
  value: string;
  type: 'text' | 'html' | 'unknown';
}

export interface Person {
  name?: string;
  email?: string;
  url?: string;
}

export interface ParsedEnclosure {
  url: string;
  type?: string;
  /** Bytes. */
  length?: number;
}

/** One thing that was mended while reading, in words for the owner: "declared utf-8, was gb18030". */
export interface Repair {
  kind:
    | 'encoding'
    | 'double-encoding'
    | 'characters'
    | 'truncated'
    | 'nesting'
    | 'entities'
    | 'prolog'
    | 'namespace'
    | 'items-dropped';
  detail: string;
}

/** Text that is no feed, and why we think so. */
export interface NotAFeed {
  kind: 'not-a-feed';
  /** `html` when it is a web page, in which a feed may be discovered. */
  looksLike: 'html' | 'xml' | 'json' | 'empty' | 'other';
  detail: string;
}
