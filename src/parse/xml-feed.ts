import type { TokenKind } from '../markup/tokenizer.ts';
import { CHANNEL_RULES, readCdfAttributes, toFeed } from './channel-rules.ts';
import { Draft } from './draft.ts';
import { Element, type Rule, type Rules } from './element.ts';
import { ITEM_RULES, toItem } from './item-rules.ts';
import type { ParsedFeed, ParsedItem } from './parsed-feed.ts';
import { RepairLog } from './repair-log.ts';
import { resolveBase } from './web-address.ts';
import { type Boundaries, type Surroundings, XmlReader } from './xml-reader.ts';
import { DeclaredEntities } from './xml-references.ts';

/**
 * Reads a feed in XML in one pass: RSS, RDF, Atom or CDF, whole or damaged. Undefined when there is no feed in the
 * text.
 */
export function parseXmlFeed(text: string, options: XmlFeedOptions): ParsedFeed | undefined {
  return new FeedReading(text, options).read();
}

export interface XmlFeedOptions {
  /** Where the document was found. */
  url: string | undefined;
  maxItems: number;
}

/** The elements of items, with the format in whose documents they stand where nothing else tells it. */
const ITEMS = new Map<string, ParsedFeed['format']>([
  ['item', 'rss'],
  ['entry', 'atom'],
]);

/** What the root element says about the format. CDF's is `channel`, which is RSS's where an `rss` was lost. */
const ROOTS = new Map<string, ParsedFeed['format']>([
  ['rss', 'rss'],
  ['rdf:rdf', 'rdf'],
  ['rdf', 'rdf'],
  ['feed', 'atom'],
  ['channel', 'rss'],
]);

/** The name as written of a root that is not there; no tag has it. */
const NO_ROOT = '';

const NOISE = 'something before the root element';

/** Elements nested deeper are read as if they stood at this depth: an attacker sizes the nesting. */
const MAX_DEPTH = 256;

/** An element around the present place. Without rules, nothing inside means anything. */
interface Frame {
  rawName: string;
  rules: Rules | undefined;
  surroundings: Surroundings;
  isItem: boolean;
}

class FeedReading implements Boundaries {
  readonly #reader: XmlReader;
  readonly #element: Element;
  readonly #repairs = new RepairLog();
  readonly #frames: Frame[] = [];
  readonly #channel = new Draft();
  /** In the order of their start tags; undefined while one is being read, or when nothing came of it. */
  readonly #items: (ParsedItem | undefined)[] = [];
  readonly #maxItems: number;
  #itemIndex = 0;
  #item: Draft | undefined;
  #format: ParsedFeed['format'] | undefined;
  #outside: Surroundings;
  #passedOver = 0;
  #isOver = false;

  constructor(text: string, { url, maxItems }: XmlFeedOptions) {
    this.#maxItems = maxItems;
    this.#reader = new XmlReader(text, url, this.#repairs, this);
    this.#element = new Element(this.#reader);
    this.#outside = this.#reader.surroundings;
  }

  read(): ParsedFeed | undefined {
    const { tokens } = this.#reader;
    while (!this.#isOver) {
      const kind = this.#format === undefined ? tokens.next() : tokens.nextBehindText();
      if (kind === 'open') this.#open();
      else if (kind === 'close') this.#close(tokens.name);
      else if (kind === 'end') this.#end();
      else if (this.#format === undefined) this.#beforeRoot(kind, tokens.raw());
    }
    return this.#format === undefined ? undefined : this.#feed(this.#format);
  }

  isOuterClose(rawName: string): boolean {
    return this.#frames.some((frame) => frame.rawName === rawName);
  }

  isNextItem(name: string): boolean {
    return ITEMS.has(name);
  }

  isField(name: string): boolean {
    return this.#frames.at(-1)?.rules?.has(name) ?? false;
  }

  #feed(format: ParsedFeed['format']): ParsedFeed {
    const feed = toFeed(this.#channel, format);
    feed.items = this.#items.filter((item) => item !== undefined);
    if (this.#passedOver > 0) {
      this.#repairs.note(
        'items-dropped',
        `${this.#passedOver} items after the first ${this.#maxItems} were left out`,
      );
    }
    feed.repairs = this.#repairs.toList();
    return feed;
  }

  #beforeRoot(kind: TokenKind, content: string): void {
    if (kind === 'declaration' && /^DOCTYPE\b/i.test(content))
      this.#reader.entities = DeclaredEntities.from(content);
    else if (kind === 'text' && content.trim() !== '') this.#repairs.note('prolog', NOISE);
  }

  #open(): void {
    const reader = this.#reader;
    const frame = this.#frames.at(-1);
    const name = reader.enter(frame?.surroundings ?? this.#outside);
    const rule = frame?.rules?.get(name);
    if (this.#format === undefined) this.#root(name);
    else if (rule !== undefined) this.#apply(rule, name);
    else if (ITEMS.has(name)) this.#openItem();
    else this.#push(name === 'channel' ? CHANNEL_RULES : undefined);
  }

  #apply(rule: Rule, name: string): void {
    const element = this.#element;
    element.name = name;
    element.isInItem = this.#item !== undefined;
    const draft = this.#item ?? this.#channel;
    if (typeof rule !== 'function') {
      rule.begin?.(element, draft);
      this.#push(rule.rules);
      return;
    }
    const { surroundings, tokens } = this.#reader;
    const rawName = tokens.name;
    rule(element, draft);
    if (!this.#reader.consumed) this.#pushFrame({ rawName, rules: undefined, surroundings, isItem: false });
  }

  /** Elements before the root are noise, such as the notices of a PHP script. */
  #root(name: string): void {
    const format = ROOTS.get(name) ?? ITEMS.get(name);
    if (format === undefined) {
      this.#repairs.note('prolog', NOISE);
      return;
    }
    const reader = this.#reader;
    const isCdf = name === 'channel' && (reader.attribute('href') ?? reader.attribute('base')) !== undefined;
    this.#format = isCdf ? 'cdf' : format;
    this.#element.isAtom = format === 'atom';
    this.#channel.language = reader.surroundings.language;
    if (isCdf) this.#beginCdf();
    if (ITEMS.has(name)) {
      // of a root that was lost, or of a document of one item, there is no end tag
      const { surroundings } = reader;
      this.#pushFrame({ rawName: NO_ROOT, rules: CHANNEL_RULES, surroundings, isItem: false });
      this.#openItem();
    } else this.#push(CHANNEL_RULES);
  }

  /** CDF's channel has its page, and the base of all addresses in it, in attributes. */
  #beginCdf(): void {
    const reader = this.#reader;
    const base = resolveBase(reader.attribute('base') ?? '', reader.documentUrl);
    if (base !== undefined) reader.surroundings = { ...reader.surroundings, base };
    readCdfAttributes(this.#element, this.#channel);
  }

  #openItem(): void {
    const { tokens } = this.#reader;
    if (this.#item !== undefined && !tokens.selfClosing) this.#closeUnclosedItem();
    if (this.#items.length >= this.#maxItems) this.#passOver();
    else this.#startItem(this.#newItem());
  }

  #passOver(): void {
    this.#passedOver++;
    this.#push(undefined);
  }

  #newItem(): Draft {
    const item = new Draft();
    item.addString('rdf:about', this.#reader.attribute('rdf:about'));
    this.#element.isInItem = true;
    readCdfAttributes(this.#element, item);
    item.base = this.#reader.surroundings.base;
    item.language = this.#reader.surroundings.language;
    return item;
  }

  /** An item without an inside is complete at once; where another is open, it is no end of that. */
  #startItem(item: Draft): void {
    if (this.#reader.tokens.selfClosing) {
      this.#items.push(toItem(item, false));
      return;
    }
    this.#item = item;
    this.#itemIndex = this.#items.push(undefined) - 1;
    this.#push(ITEM_RULES, { isItem: true });
  }

  #closeUnclosedItem(): void {
    this.#repairs.note('nesting', 'an item without its end tag');
    const index = this.#frames.findLastIndex((frame) => frame.isItem);
    if (index >= 0) this.#frames.length = index;
    this.#finishItem(false);
  }

  #finishItem(isCutOff: boolean): void {
    if (this.#item === undefined) return;
    this.#items[this.#itemIndex] = toItem(this.#item, isCutOff);
    this.#item = undefined;
  }

  #push(rules: Rules | undefined, { isItem = false } = {}): void {
    const { tokens, surroundings } = this.#reader;
    if (!tokens.selfClosing) this.#pushFrame({ rawName: tokens.name, rules, surroundings, isItem });
  }

  #pushFrame(frame: Frame): void {
    if (this.#frames.length < MAX_DEPTH) this.#frames.push(frame);
  }

  /** Closes the innermost element of that name and what was left open inside it; any other end tag is ignored. */
  #close(rawName: string): void {
    const frames = this.#frames;
    let index = frames.length - 1;
    let closesItem = false;
    for (; index >= 0; index--) {
      closesItem ||= frames[index]?.isItem === true;
      if (frames[index]?.rawName === rawName) break;
    }
    if (index < 0) return;
    if (index < frames.length - 1)
      this.#repairs.note('nesting', `</${rawName.slice(0, 40)}> before its inner elements were closed`);
    // a root that ends before the first item may be one that was closed too early
    const isOver = index === 0 && (closesItem || this.#items.length > 0);
    frames.length = index === 0 && !isOver ? 1 : index;
    if (closesItem) this.#finishItem(false);
    this.#isOver = isOver;
  }

  #end(): void {
    this.#isOver = true;
    if (this.#frames.some(({ rawName }) => rawName !== NO_ROOT)) {
      const place =
        this.#item === undefined ? 'before its root element does' : `inside item ${this.#itemIndex + 1}`;
      this.#repairs.note('truncated', `the document ends ${place}`);
    }
    if (this.#item !== undefined) this.#finishItem(true);
  }
}
