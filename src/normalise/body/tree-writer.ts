import { ELEMENTS, type ElementKind, type ElementRule } from './policy.ts';

/**
 * A D1 row and a parameter hold 2,000,000 bytes; a character takes up to three, and some more as JSON. The tag that
 * reaches this is the last one; text is cut before it.
 */
const MAX_LENGTH = 400_000;
/**
 * Deeper elements lose their tags and keep their text; browsers stop at 512. The parts of a table that has its tag keep
 * theirs, because content in it needs them to stay where it is.
 */
const MAX_DEPTH = 200;
/** Characters of tags that may be written again behind a mis-nested end tag, so that no markup grows without end. */
const MAX_REOPENED = 20_000;

/** Elements whose end tag may be missing before a `rt` or `rp`. */
const ENDS_BEFORE_RUBY: ReadonlySet<ElementKind> = new Set<ElementKind>([
  'ruby',
  'paragraph',
  'item',
  'term',
]);

/** Elements without content that end others, or need a parent; where elements are too deep for that, they are left out. */
const NOT_IN_DEPTH: ReadonlySet<ElementKind> = new Set<ElementKind>(['rule', 'column', 'source']);

/**
 * Elements that can be ended and begun again around a mis-nested end tag without changing what a reader sees. Headings
 * are not among them: begun again directly inside another heading, they would end it.
 */
const SPLITTABLE: ReadonlySet<ElementKind> = new Set<ElementKind>(['inline', 'block', 'paragraph']);

interface OpenElement {
  rule: ElementRule;
  attributes: string;
  /** Its end tag has come while an element inside was still open. */
  ended: boolean;
}

/**
 * Writes elements so that a browser's tree builder has nothing to mend: every element is ended where it ends, table
 * parts stand in tables and only there, paragraphs hold no blocks, links no links. What is read back is what was
 * written, so nothing an attacker wrote can move, and cleaning again changes nothing. A `full` writer ends what is open
 * and takes nothing more in, so what was cut is cut at the same tag when it is written again.
 */
export class TreeWriter {
  html = '';
  /** The innermost open element. */
  top: ElementRule | undefined;
  readonly #open: OpenElement[] = [];
  /** Elements ended by a mis-nested end tag that begin again with the next content. */
  #suspended: OpenElement[] = [];
  #reopened = 0;
  /** Open elements beyond `MAX_DEPTH`, of which only the number is known. */
  #overflow = 0;
  #quiet = 0;
  #isCut = false;

  get full(): boolean {
    return this.#isCut || this.html.length >= MAX_LENGTH;
  }

  /** Whether text written now is none of the article's own. */
  get quiet(): boolean {
    return this.#quiet > 0;
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#open.length;
  }

  isOpen(name: string): boolean {
    return this.#open.some((element) => element.rule.name === name);
  }

  /** Begins an element, ending those that cannot hold it. Table parts outside a table are left out. */
  open(rule: ElementRule, attributes: string): void {
    if (this.#overflow === 0 && !this.#makeRoom(rule)) return;
    const isTooDeep = this.#open.length >= MAX_DEPTH && (rule.kind === 'table' || !rule.isTablePart);
    if (this.#overflow > 0 || isTooDeep) this.#overflow++;
    else this.#push(rule, attributes);
  }

  /** Writes an element that has no content, given as its whole markup; whether there was room for it. */
  leaf(rule: ElementRule, html: string): boolean {
    const hasRoom = this.#overflow > 0 ? !NOT_IN_DEPTH.has(rule.kind) : this.#makeRoom(rule);
    if (!hasRoom || this.full) return false;
    this.html += html;
    return true;
  }

  /** Writes text that is escaped already. */
  text(escaped: string): void {
    const isInTable = this.top?.holdsTableParts === true;
    if ((isInTable || this.#suspended.length > 0) && /[^ \t\n]/.test(escaped)) {
      // a no-break space between the parts of a table is only sloppy indentation
      if (isInTable && !/\S/.test(escaped)) return;
      this.#makeCell();
      this.#resume();
    }
    if (this.full) return;
    const room = MAX_LENGTH - this.html.length;
    this.#isCut = escaped.length > room;
    // neither a reference nor a surrogate pair is cut in two
    this.html += this.#isCut ? escaped.slice(0, room).replace(/&[^;]{0,4}$|[\ud800-\udbff]$/, '') : escaped;
  }

  /** Ends the innermost open element of that name, if there is one within reach. */
  close(rule: ElementRule): void {
    if (this.#overflow > 0) {
      this.#overflow--;
      return;
    }
    if (this.#suspended.length > 0) {
      const suspended = this.#suspended.findLastIndex((element) => element.rule.name === rule.name);
      if (suspended >= 0) {
        this.#suspended.splice(suspended, 1);
        return;
      }
    }
    const at = this.#findToClose(rule);
    if (at < 0) return;
    // a ruby ends its readings with it
    const isInnermost = at === this.#open.length - 1 && this.#suspended.length === 0;
    if (isInnermost || rule.kind !== 'inline' || rule.name === 'ruby') this.#closeFrom(at);
    else this.#closeInline(at);
  }

  /** Ends everything. */
  end(): string {
    this.#closeFrom(0);
    return this.html;
  }

  /** Ends what has to end before an element of this kind begins; whether it may stand here at all. */
  #makeRoom(rule: ElementRule): boolean {
    switch (rule.kind) {
      case 'caption':
      case 'column-group':
      case 'section':
        return this.#closeToTable('table');
      case 'column':
        return this.#closeToTable('column-group') && this.#imply('table', 'colgroup');
      case 'row':
        return this.#closeToTable('section') && this.#imply('table', 'tbody');
      case 'cell':
        return this.#makeRoomForCell();
      case 'source':
        // directly in its player: what waits to begin again waits for content
        return true;
      case 'ruby':
        if (!this.isOpen('ruby')) return false;
        this.#makeRoomForContent(rule);
        return true;
      default:
        this.#makeRoomForContent(rule);
        return true;
    }
  }

  #makeRoomForCell(): boolean {
    return this.#closeToTable('row') && this.#imply('table', 'tbody') && this.#imply('section', 'tr');
  }

  #makeRoomForContent(rule: ElementRule): void {
    this.#makeCell();
    const { endsParagraph } = rule;
    if (this.#suspended.length > 0) {
      if (endsParagraph)
        this.#suspended = this.#suspended.filter((element) => element.rule.kind !== 'paragraph');
      this.#resume();
    }
    if (rule.kind === 'item' || rule.kind === 'term') this.#closeSibling(rule.kind);
    if (endsParagraph) this.#closeParagraph();
    if (rule.kind === 'heading' && this.top?.kind === 'heading') this.#closeFrom(this.#open.length - 1);
    if (rule.kind === 'ruby') this.#closeBeforeRuby(rule.name);
    if (rule.name === 'a') this.#closeLink();
  }

  /** Ends what is open inside the nearest table down to a part of one of the kinds that hold `innermost`. */
  #closeToTable(innermost: 'table' | 'column-group' | 'section' | 'row'): boolean {
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const kind = this.#open[at]?.rule.kind;
      const holds =
        kind === 'table' ||
        (kind === 'section' && (innermost === 'section' || innermost === 'row')) ||
        kind === innermost;
      if (!holds) continue;
      this.#suspended = [];
      this.#closeFrom(at + 1);
      return true;
    }
    return false;
  }

  /** Begins `name` when the innermost element is of the kind that needs it in between. */
  #imply(under: ElementKind, name: string): true {
    const rule = this.top?.kind === under ? ELEMENTS.get(name) : undefined;
    if (rule !== undefined) this.#push(rule, '');
    return true;
  }

  /** Content between the parts of a table gets a cell of its own; a browser would move it out of the table. */
  #makeCell(): void {
    if (this.top?.holdsTableParts !== true) return;
    const cell = ELEMENTS.get('td');
    if (cell !== undefined && this.#makeRoomForCell()) this.#push(cell, '');
  }

  #closeParagraph(): void {
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const kind = this.#open[at]?.rule.kind;
      if (kind === 'cell' || kind === 'caption') return;
      if (kind === 'paragraph') {
        this.#closeFrom(at);
        return;
      }
    }
  }

  #closeSibling(kind: ElementKind): void {
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const rule = this.#open[at]?.rule;
      if (rule === undefined) return;
      if (rule.kind === kind) {
        this.#closeFrom(at);
        return;
      }
      const passes =
        rule.kind === 'inline' || rule.kind === 'paragraph' || rule.kind === 'ruby' || rule.kind === 'media';
      if (!passes && rule.name !== 'div' && rule.name !== 'address') return;
    }
  }

  #closeBeforeRuby(name: string): void {
    for (;;) {
      const rule = this.top;
      if (rule === undefined || !ENDS_BEFORE_RUBY.has(rule.kind)) return;
      if (rule.name === 'rtc' && (name === 'rt' || name === 'rp')) return;
      this.#closeFrom(this.#open.length - 1);
    }
  }

  #closeLink(): void {
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const rule = this.#open[at]?.rule;
      if (rule?.name === 'a') this.#closeFrom(at);
      if (rule?.name === 'a' || rule?.kind === 'cell' || rule?.kind === 'caption') return;
    }
  }

  /** Where the element an end tag means is open, or -1: cells hold back what is not of their table. */
  #findToClose(rule: ElementRule): number {
    const isPart = rule.isTablePart;
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const open = this.#open[at]?.rule;
      if (open === undefined) return -1;
      if (open.name === rule.name || (open.kind === 'heading' && rule.kind === 'heading')) return at;
      if (open.kind === 'table' || (!isPart && (open.kind === 'cell' || open.kind === 'caption'))) return -1;
      if (rule.kind === 'item' && (open.name === 'ul' || open.name === 'ol')) return -1;
    }
    return -1;
  }

  /**
   * Ends an inline element. What was opened inside it goes on behind it (`<b>a<i>b</b>c</i>`), unless that is a list or
   * a table: then the element ends with it.
   */
  #closeInline(at: number): void {
    const inside = [...this.#open.slice(at + 1), ...this.#suspended];
    const element = this.#open[at];
    if (element !== undefined && inside.some(({ rule }) => !SPLITTABLE.has(rule.kind) || isList(rule))) {
      element.ended = true;
      return;
    }
    this.#closeFrom(at);
    for (const { rule, attributes } of inside) {
      this.#reopened += rule.name.length + attributes.length;
      if (this.#reopened > MAX_REOPENED) return;
      this.#suspended.push({ rule, attributes: attributes.replace(/ id="[^"]*"/, ''), ended: false });
    }
  }

  #resume(): void {
    if (this.#suspended.length === 0) return;
    const elements = this.#suspended;
    this.#suspended = [];
    for (const { rule, attributes } of elements) this.#push(rule, attributes);
  }

  #push(rule: ElementRule, attributes: string): void {
    if (this.full) return;
    this.#open.push({ rule, attributes, ended: false });
    this.top = rule;
    if (rule.quiet) this.#quiet++;
    this.html += attributes === '' ? rule.startTag : `<${rule.name}${attributes}>`;
  }

  #closeFrom(at: number): void {
    const open = this.#open;
    if (open.length <= at) return;
    if (this.#suspended.length > 0) this.#suspended = [];
    let innermost: OpenElement | undefined;
    do {
      const rule = open.pop()?.rule;
      if (rule?.quiet) this.#quiet--;
      if (rule !== undefined) this.html += rule.endTag;
      innermost = open[open.length - 1];
    } while (open.length > at || innermost?.ended);
    this.top = innermost?.rule;
  }
}

function isList(rule: ElementRule): boolean {
  return rule.name === 'ul' || rule.name === 'ol' || rule.name === 'dl';
}
