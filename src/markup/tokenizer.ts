/**
 * The one tokenizer under the feed reader (XML) and the body cleaner (HTML).
 *
 * It stands on `indexOf`, because native search is what a cold isolate runs fast; a state machine that looks at
 * every character is dear until the JIT has seen it. It never throws and never goes back: whatever the input, each
 * character is looked at a bounded number of times.
 */

/** What `Tokenizer.next` found. `end` is reached once and then for ever. */
export type TokenKind = 'text' | 'cdata' | 'raw' | 'open' | 'close' | 'comment' | 'declaration' | 'end';

/**
 * `xml` knows CDATA and processing instructions and has no element with special content; `html` follows the WHATWG
 * tokenizer: raw-text elements, bogus comments.
 */
export type Dialect = 'xml' | 'html';

/** More attributes than this on one tag are not looked at: no page needs them, and an attacker sizes them. */
const MAX_ATTRIBUTES = 256;

/** The attributes of a tag without any. */
const NONE: string[] = [];

/** Elements whose content is text up to their own end tag (WHATWG HTML, 13.2.5.1), with scripting off. */
const RAW_TEXT = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'plaintext',
]);

export class Tokenizer {
  readonly source: string;
  readonly #dialect: Dialect;
  #position = 0;
  /** A `<` inside what seemed to be a tag; -1 when there is none. */
  #stray = -1;
  /** The raw-text element we are inside of, in the HTML dialect. */
  #rawName = '';
  readonly #less: NextOccurrence;
  readonly #greater: NextOccurrence;
  readonly #ampersand: NextOccurrence;
  readonly #double: NextOccurrence;
  readonly #single: NextOccurrence;
  readonly #equals: NextOccurrence;
  readonly #commentEnd: NextOccurrence;
  readonly #oddCommentEnd: NextOccurrence;
  readonly #cdataEnd: NextOccurrence;
  readonly #bracket: NextOccurrence;
  readonly #bracketEnd: NextOccurrence;
  readonly #cdataStart: NextOccurrence;

  /** Range of the present token's content: the text itself, the inside of a comment, the tag without its brackets. */
  start = 0;
  end = 0;
  /** Where the present token begins in the source, with its brackets; `position` is where it ends. */
  tokenStart = 0;
  /** Lower-case name of the present `open` or `close` tag, with its prefix. */
  name = '';
  /** The same as written, by which an end tag is known at a glance. */
  #written = '';
  /** Whether a plain name that was read may have to be put in lower case. */
  #hasCapitals = false;
  /** Whether the present `open` tag ends in `/>`. */
  selfClosing = false;
  /** Names (lower-case) and raw values of the present `open` tag's attributes. The first of two equal names counts. */
  attributeNames = NONE;
  attributeValues = NONE;
  /** A bit for each length, modulo 32, that a name in `attributeNames` has. */
  #nameLengths = 0;

  constructor(source: string, dialect: Dialect) {
    this.source = source;
    this.#dialect = dialect;
    this.#less = new NextOccurrence(source, '<');
    this.#greater = new NextOccurrence(source, '>');
    this.#ampersand = new NextOccurrence(source, '&');
    this.#double = new NextOccurrence(source, '"');
    this.#single = new NextOccurrence(source, "'");
    this.#equals = new NextOccurrence(source, '=');
    this.#commentEnd = new NextOccurrence(source, '-->');
    this.#oddCommentEnd = new NextOccurrence(source, '--!>');
    this.#cdataEnd = new NextOccurrence(source, ']]>');
    this.#bracket = new NextOccurrence(source, '[');
    this.#bracketEnd = new NextOccurrence(source, ']');
    this.#cdataStart = new NextOccurrence(source, '<![CDATA[');
  }

  /** Where the present token ends and the next begins. */
  get position(): number {
    return this.#position;
  }

  /**
   * Goes on from `position`. Going back is the caller's to limit: everything behind `position` is looked at again.
   */
  skipTo(position: number): void {
    this.#position = position;
    this.#rawName = '';
  }

  /** The content of the present token as it stands in the source: nothing is decoded. */
  raw(): string {
    return this.source.slice(this.start, this.end);
  }

  /** Whether the present text holds no `<`, `>` or `&`: it means the same as text and as markup. */
  get isBareText(): boolean {
    const { start, end } = this;
    return (
      this.#less.after(start) >= end &&
      this.#greater.after(start) >= end &&
      this.#ampersand.after(start) >= end
    );
  }

  /** Whether another CDATA section begins inside the present one: then the present one lacks its end. */
  get holdsCdataStart(): boolean {
    return this.#cdataStart.after(this.start) < this.end;
  }

  /** Moves to the next token and tells its kind. */
  next(): TokenKind {
    const { source } = this;
    const from = this.#position;
    this.tokenStart = from;
    if (from >= source.length) {
      this.start = this.end = source.length;
      return 'end';
    }
    if (this.#rawName !== '') return this.#rawText(from);
    const bracket = this.#nextMarkup(from);
    return bracket > from ? this.#token('text', from, bracket, bracket) : this.#markup(from);
  }

  /** Moves to the next token that is no text, for where text means nothing; XML dialect. */
  nextBehindText(): TokenKind {
    const at = this.#nextMarkup(this.#position);
    this.tokenStart = at;
    return at < this.source.length ? this.#markup(at) : this.#token('end', at, at, at);
  }

  /** Where markup begins at or behind `from`; the end of the source when there is none. */
  #nextMarkup(from: number): number {
    const { length } = this.source;
    let bracket = this.#less.after(from);
    while (bracket < length && !this.#beginsMarkup(bracket + 1)) bracket = this.#less.after(bracket + 1);
    return bracket < length ? bracket : length;
  }

  #markup(from: number): TokenKind {
    switch (this.source.charCodeAt(from + 1)) {
      case 0x21: // !
        return this.#declaration(from);
      case 0x3f: // ?
        return this.#until(this.#greater, 1, from + 2, 'declaration');
      case 0x2f: // /
        return this.#closeTag(from);
      default:
        return this.#openTag(from);
    }
  }

  /**
   * Takes the whole element of the present `open` tag in the XML dialect, if it holds one text or one CDATA section
   * and nothing else, as most elements of a feed do. Gives which of them, with its range in `start` and `end`, and goes
   * on behind the end tag; otherwise gives undefined and stays where it is.
   */
  takeLeaf(): 'text' | 'cdata' | undefined {
    const from = this.#position;
    const bracket = this.#less.after(from);
    if (bracket === from && this.source.startsWith('<![CDATA[', from)) {
      const start = from + 9;
      const end = this.#cdataEnd.after(start);
      return this.#cdataStart.after(start) > end && this.#takeEndTag(start, end, end + 3)
        ? 'cdata'
        : undefined;
    }
    return this.#takeEndTag(from, bracket, bracket) ? 'text' : undefined;
  }

  #takeEndTag(start: number, end: number, at: number): boolean {
    const { source } = this;
    const behind = at + 2 + this.#written.length;
    // no end tag stands at Infinity, which is how a search says that it found nothing
    if (source.charCodeAt(behind) !== 0x3e || !source.startsWith('</', at)) return false;
    if (!source.startsWith(this.#written, at + 2)) return false;
    this.#token('text', start, end, behind + 1);
    return true;
  }

  /** The raw value of one attribute of the present `open` tag, or undefined. `name` is lower-case. */
  attribute(name: string): string | undefined {
    // most of what is asked for is not there, which is told at once by the lengths of the names that are
    if ((this.#nameLengths & (1 << name.length)) === 0) return undefined;
    const index = this.attributeNames.indexOf(name);
    return index < 0 ? undefined : this.attributeValues[index];
  }

  #token(kind: TokenKind, start: number, end: number, position: number): TokenKind {
    this.start = start;
    this.end = end;
    this.#position = position;
    return kind;
  }

  /** Whether what stands behind a `<` makes it markup; otherwise the `<` is text. */
  #beginsMarkup(at: number): boolean {
    const code = this.source.charCodeAt(at);
    if (isNameStart(code, this.#dialect)) return true;
    if (code === 0x21 || code === 0x3f) return true;
    // `</` and a name; HTML makes a comment of `</` and anything else
    return code === 0x2f && (this.#dialect === 'html' || isNameStart(this.source.charCodeAt(at + 1), 'xml'));
  }

  #until(terminator: NextOccurrence, length: number, from: number, kind: TokenKind, start = from): TokenKind {
    const found = terminator.after(from);
    const { source } = this;
    if (found === Number.POSITIVE_INFINITY) return this.#token(kind, start, source.length, source.length);
    return this.#token(kind, start, found, found + length);
  }

  #declaration(from: number): TokenKind {
    const { source } = this;
    if (source.startsWith('<!--', from)) return this.#comment(from + 4);
    if (this.#dialect === 'xml') {
      if (source.startsWith('<![CDATA[', from)) return this.#until(this.#cdataEnd, 3, from + 9, 'cdata');
      if (source.startsWith('<!DOCTYPE', from)) return this.#doctype(from);
    }
    return this.#until(this.#greater, 1, from + 2, 'declaration');
  }

  #comment(from: number): TokenKind {
    const plain = this.#commentEnd.after(from);
    if (this.#dialect === 'xml') {
      // a comment that never ends would hide the rest of a feed: it ends with its tag
      return plain === Number.POSITIVE_INFINITY
        ? this.#until(this.#greater, 1, from, 'comment')
        : this.#token('comment', from, plain, plain + 3);
    }
    // `<!-->` and `<!--->` are whole comments in HTML
    if (this.source.startsWith('>', from)) return this.#token('comment', from, from, from + 1);
    if (this.source.startsWith('->', from)) return this.#token('comment', from, from, from + 2);
    if (this.#oddCommentEnd.after(from) < plain) return this.#until(this.#oddCommentEnd, 4, from, 'comment');
    return this.#until(this.#commentEnd, 3, from, 'comment');
  }

  /** A DOCTYPE with an internal subset ends behind the subset. */
  #doctype(from: number): TokenKind {
    const close = this.#greater.after(from);
    if (this.#bracket.after(from) > close) return this.#until(this.#greater, 1, from + 2, 'declaration');
    const subsetEnd = this.#bracketEnd.after(this.#bracket.after(from));
    const behind = subsetEnd === Number.POSITIVE_INFINITY ? from + 2 : subsetEnd;
    return this.#until(this.#greater, 1, behind, 'declaration', from + 2);
  }

  #closeTag(from: number): TokenKind {
    const { source } = this;
    if (!isNameStart(source.charCodeAt(from + 2), this.#dialect))
      return this.#until(this.#greater, 1, from + 2, 'comment');
    const behind = this.#takePlainName(from + 2);
    if (source.charCodeAt(behind) === 0x3e) return this.#token('close', from + 2, behind, behind + 1);
    const bracket = this.#greater.after(from + 2);
    const next = this.#dialect === 'xml' ? this.#less.after(from + 2) : bracket;
    // an end tag without its `>` ends before the next tag
    const end = Math.min(bracket, next, source.length);
    this.#takeName(from + 2, end);
    return this.#token('close', from + 2, end, Math.min(end === bracket ? end + 1 : end, source.length));
  }

  #openTag(from: number): TokenKind {
    const kind = this.#plainTag(from) ? 'open' : this.#anyTag(from);
    if (kind === 'open' && this.#dialect === 'html' && RAW_TEXT.has(this.name)) this.#rawName = this.name;
    return kind;
  }

  /** Reads a tag as nearly all are written: each attribute in quotes, or without a value. False for any other. */
  #plainTag(from: number): boolean {
    const { source } = this;
    this.#forgetAttributes();
    let at = this.#takePlainName(from + 1);
    for (;;) {
      const code = source.charCodeAt(at);
      if (isSpace(code)) {
        at++;
        continue;
      }
      this.selfClosing = code === 0x2f;
      const bracket = this.selfClosing ? at + 1 : at;
      if (source.charCodeAt(bracket) === 0x3e) {
        this.#token('open', from + 1, at, bracket + 1);
        return true;
      }
      at = this.#plainAttribute(at);
      if (at < 0) return false;
    }
  }

  /** Takes the attribute at `at` in and tells where it ends; -1 when it is written in another way. */
  #plainAttribute(at: number): number {
    const { source } = this;
    const nameEnd = this.#plainNameEnd(at);
    if (nameEnd === at || this.attributeNames.length === MAX_ATTRIBUTES) return -1;
    const name = this.#lowerCase(source.slice(at, nameEnd));
    if (source.charCodeAt(nameEnd) !== 0x3d) {
      if (source.charCodeAt(this.#spaceEnd(nameEnd)) === 0x3d) return -1;
      this.#addAttribute(name, '');
      return nameEnd;
    }
    const quote = source[nameEnd + 1];
    const close = quote === '"' || quote === "'" ? source.indexOf(quote, nameEnd + 2) : -1;
    if (close < 0 || (this.#dialect === 'xml' && this.#less.after(nameEnd) < close)) return -1;
    this.#addAttribute(name, source.slice(nameEnd + 2, close));
    return close + 1;
  }

  #forgetAttributes(): void {
    this.attributeNames = this.attributeValues = NONE;
    this.#nameLengths = 0;
  }

  #addAttribute(name: string, value: string): void {
    this.#nameLengths |= 1 << name.length;
    if (this.attributeNames === NONE) {
      this.attributeNames = [name];
      this.attributeValues = [value];
    } else if (!this.attributeNames.includes(name)) {
      this.attributeNames.push(name);
      this.attributeValues.push(value);
    }
  }

  #anyTag(from: number): TokenKind {
    const { source } = this;
    this.#stray = -1;
    const close = this.#tagEnd(from + 1);
    if (this.#stray >= 0) return this.#tagBeforeStray(from, this.#stray);
    if (close < 0) {
      // a tag that never ends is no tag: browsers drop it with all that follows
      this.start = this.end = this.#position = source.length;
      return 'end';
    }
    this.selfClosing = source.charCodeAt(close - 1) === 0x2f;
    const end = this.selfClosing ? close - 1 : close;
    this.#readAttributes(this.#takeName(from + 1, close), end);
    return this.#token('open', from + 1, end, close + 1);
  }

  /** What seems to be a tag is text when another begins inside it, but for a start tag that lacks nothing but its `>`. */
  #tagBeforeStray(from: number, stray: number): TokenKind {
    const { source } = this;
    const behind = this.#takePlainName(from + 1);
    const isTag =
      isSpace(source.charCodeAt(stray - 1)) &&
      isNameStart(source.charCodeAt(stray + 1), 'xml') &&
      ATTRIBUTES.test(source.slice(behind, stray));
    if (!isTag) return this.#token('text', from, stray, stray);
    this.selfClosing = false;
    this.#readAttributes(behind, stray);
    return this.#token('open', from + 1, stray, stray);
  }

  #readAttributes(from: number, end: number): void {
    const { source } = this;
    this.#forgetAttributes();
    let at = from;
    while (this.attributeNames.length < MAX_ATTRIBUTES) {
      while (at < end && isSpaceOrSlash(source.charCodeAt(at))) at++;
      if (at >= end) return;
      const nameStart = at;
      at++; // a leading `=` is part of the name (WHATWG HTML, 13.2.5.32)
      while (at < end && !isAttributeNameEnd(source.charCodeAt(at))) at++;
      const name = source.slice(nameStart, at).toLowerCase();
      let next = at;
      while (next < end && isSpace(source.charCodeAt(next))) next++;
      let value = '';
      if (source.charCodeAt(next) === 0x3d && next < end) {
        at = next + 1;
        while (at < end && isSpace(source.charCodeAt(at))) at++;
        const quote = source[at];
        if (at < end && (quote === '"' || quote === "'")) {
          const close = source.indexOf(quote, at + 1);
          const stop = close < 0 || close > end ? end : close;
          value = source.slice(at + 1, stop);
          at = stop + 1;
        } else {
          const valueStart = at;
          while (at < end && !isSpace(source.charCodeAt(at))) at++;
          value = source.slice(valueStart, at);
          if (at === end && this.selfClosing && this.#dialect === 'html') {
            // the slash of `<a href=/x/>` belongs to the address
            value += '/';
            this.selfClosing = false;
          }
        }
      }
      this.#addAttribute(name, value);
    }
  }

  /** The `>` that ends the tag whose name begins at `from`; quoted ones are passed over. */
  #tagEnd(from: number): number {
    const close = this.#greater.after(from);
    if (close === Number.POSITIVE_INFINITY) return -1;
    if (this.#double.after(from) > close && this.#single.after(from) > close) {
      this.#lookForStray(from, close);
      return close;
    }
    return this.#tagEndBehindQuotes(from, close);
  }

  #tagEndBehindQuotes(from: number, firstClose: number): number {
    const { source } = this;
    let at = from;
    let close = firstClose;
    for (;;) {
      const equals = this.#equals.after(at);
      this.#lookForStray(at, Math.min(equals, close));
      if (equals > close || this.#stray >= 0) return close;
      at = equals + 1;
      while (isSpace(source.charCodeAt(at))) at++;
      const quote = source[at];
      if (quote !== '"' && quote !== "'") continue;
      const closing = (quote === '"' ? this.#double : this.#single).after(at + 1);
      if (closing === Number.POSITIVE_INFINITY) return this.#dialect === 'html' ? -1 : close;
      if (this.#isQuoteLost(at, close, closing)) return close;
      at = closing + 1;
      if (close < at) {
        close = this.#greater.after(at);
        if (close === Number.POSITIVE_INFINITY) return -1;
      }
    }
  }

  /** Whether a value that begins at `at` lacks its second quote: the tag ends in it, and another begins. */
  #isQuoteLost(at: number, close: number, closing: number): boolean {
    const bracket = this.#dialect === 'html' ? Number.POSITIVE_INFINITY : this.#less.after(at);
    return close < bracket && bracket < closing;
  }

  /**
   * XML has no `<` in a tag outside of quotes. Where there is one, the tag is none: its `<` was meant as text, and what
   * it seemed to hold is markup (`a <b</title>`).
   */
  #lookForStray(from: number, to: number): void {
    if (this.#dialect === 'html') return;
    const bracket = this.#less.after(from);
    if (bracket < to) this.#stray = bracket;
  }

  /** Reads the name of the present tag up to `limit` at most, whatever is in it, and tells where it ends. */
  #takeName(start: number, limit: number): number {
    const { source } = this;
    let at = start + 1;
    while (at < limit && !isSpaceOrSlash(source.charCodeAt(at))) at++;
    this.#written = source.slice(start, at);
    this.name = this.#written.toLowerCase();
    return at;
  }

  /** Reads the name of the present tag as far as it is plain, and tells where that is. */
  #takePlainName(start: number): number {
    const end = this.#plainNameEnd(start);
    this.#written = this.source.slice(start, end);
    this.name = this.#lowerCase(this.#written);
    return end;
  }

  /** Where a name ends, or a character stands in it that is not in most names; and whether `#hasCapitals`. */
  #plainNameEnd(start: number): number {
    const { source } = this;
    this.#hasCapitals = false;
    for (let at = start; ; at++) {
      const code = source.charCodeAt(at);
      // a letter is told by two comparisons, which a cold isolate feels
      if (code >= 0x61 && code <= 0x7a) continue;
      if (!isPlainNamePart(code)) return at;
      this.#hasCapitals ||= code > 0x3e;
    }
  }

  #lowerCase(name: string): string {
    return this.#hasCapitals ? name.toLowerCase() : name;
  }

  #spaceEnd(start: number): number {
    let at = start;
    while (isSpace(this.source.charCodeAt(at))) at++;
    return at;
  }

  /** Text of a raw-text element up to its end tag; the end tag itself comes next. */
  #rawText(from: number): TokenKind {
    const { source } = this;
    const name = this.#rawName;
    this.#rawName = '';
    let at = name === 'plaintext' ? -1 : source.indexOf('</', from);
    while (at >= 0) {
      const behind = at + 2 + name.length;
      if (
        source.slice(at + 2, behind).toLowerCase() === name &&
        (isSpaceOrSlash(source.charCodeAt(behind)) || source.charCodeAt(behind) === 0x3e)
      ) {
        return at === from ? this.next() : this.#token('raw', from, at, at);
      }
      at = source.indexOf('</', at + 2);
    }
    return this.#token('raw', from, source.length, source.length);
  }
}

/** Attributes in quotes and nothing else. */
const ATTRIBUTES = /^(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s+$/;

/**
 * Where a string stands next, remembered: asking for it from every tag in turn costs one pass over the source, also
 * when it is far away or nowhere.
 */
class NextOccurrence {
  readonly #source: string;
  readonly #wanted: string;
  #askedFrom = 0;
  #found = -1;

  constructor(source: string, wanted: string) {
    this.#source = source;
    this.#wanted = wanted;
  }

  /** The first at or behind `from`; Infinity when there is none. */
  after(from: number): number {
    if (from <= this.#found && from >= this.#askedFrom) return this.#found;
    this.#askedFrom = from;
    const at = this.#source.indexOf(this.#wanted, from);
    this.#found = at < 0 ? Number.POSITIVE_INFINITY : at;
    return this.#found;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;
}

function isSpaceOrSlash(code: number): boolean {
  return code === 0x2f || isSpace(code);
}

/** Letters and all beyond ASCII; `0` to `9`, `:`, `-` and `.`. */
function isPlainNamePart(code: number): boolean {
  return code > 0x3e || (code >= 0x30 && code <= 0x3a) || code === 0x2d || code === 0x2e;
}

function isAttributeNameEnd(code: number): boolean {
  return code === 0x3d || isSpaceOrSlash(code);
}

/** HTML tag names begin with an ASCII letter; XML names also with `_`, `:` and beyond ASCII. */
function isNameStart(code: number, dialect: Dialect): boolean {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return dialect === 'xml' && (code === 0x5f || code === 0x3a || code >= 0xc0);
}
