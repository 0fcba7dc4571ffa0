import { escapeAttribute, escapeText } from '../markup/escape.ts';
import { VOID_ELEMENTS } from './void-elements.ts';
import { resolveAddress, resolveBase } from './web-address.ts';
import type { Inside, XmlReader } from './xml-reader.ts';
import { decodeReferences, expandDeclared } from './xml-references.ts';

/** What an element holds, before anyone decides how it is meant. */
export interface Content {
  /** Markup when the element had child elements, else its text with references decoded once. */
  value: string;
  hasMarkup: boolean;
}

export interface ContentOptions {
  /** Whether the element says that its child elements are its content (`type="xhtml"`, `mode="xml"`). */
  declaredMarkup?: boolean;
}

/**
 * Reads the content of the present element. Child elements are written out again as HTML, because inside a content
 * element everything is content, whether it was meant so or only not escaped.
 */
export function readContent(reader: XmlReader, options: ContentOptions = {}): Content {
  const { tokens } = reader;
  if (tokens.selfClosing) return { value: '', hasMarkup: false };
  const leaf = options.declaredMarkup ? undefined : reader.leaf();
  if (leaf !== undefined) return { value: leaf.trim(), hasMarkup: false };
  const rawName = tokens.name;
  const start = tokens.position;
  const inside: Inside = {
    nested: 0,
    sawField: false,
    markup: options.declaredMarkup ? 'declared' : 'possible',
  };
  const pieces = collect(reader, rawName, inside);
  if (reader.ending !== 'closed' && inside.sawField && inside.markup === 'possible' && reader.goBack(start)) {
    return joined(reader, collect(reader, rawName, { nested: 0, sawField: false, markup: 'none' }), options);
  }
  return joined(reader, pieces, options);
}

/** Plain text of the present element; child elements add their text. */
export function readString(reader: XmlReader): string {
  const { value, hasMarkup } = readContent(reader);
  return hasMarkup ? decodeReferences(value.replace(/<[^<>]*>/g, '')).trim() : value;
}

type Piece = { kind: 'text' | 'cdata' | 'markup'; value: string };

function collect(reader: XmlReader, rawName: string, inside: Inside): Piece[] {
  const { tokens } = reader;
  const pieces: Piece[] = [];
  // most elements have no child elements, and nothing to be written
  let existing: MarkupWriter | undefined;
  const writer = (): MarkupWriter => {
    existing ??= new MarkupWriter(reader);
    return existing;
  };
  for (;;) {
    const kind = reader.nextInside(rawName, inside);
    if (kind === 'text') pieces.push({ kind, value: tokens.raw() });
    else if (kind === 'cdata') pieces.push({ kind, value: reader.cdata(rawName) });
    else if (kind === 'open') pieces.push({ kind: 'markup', value: writer().open() });
    else if (kind === 'close') pieces.push({ kind: 'markup', value: writer().close() });
    else if (kind === undefined) return pieces;
  }
}

function joined(reader: XmlReader, pieces: Piece[], options: ContentOptions): Content {
  const [only] = pieces;
  if (only === undefined) return { value: '', hasMarkup: false };
  if (pieces.length === 1 && !options.declaredMarkup && only.kind !== 'markup') {
    return { value: plainText(reader, only).trim(), hasMarkup: false };
  }
  const hasMarkup =
    options.declaredMarkup || pieces.some((piece) => piece.kind === 'markup' && piece.value !== '');
  if (!hasMarkup) {
    const value = pieces.map((piece) => plainText(reader, piece));
    return { value: value.join('').trim(), hasMarkup };
  }
  const escaped =
    !options.declaredMarkup &&
    pieces.some((piece) => piece.kind === 'text' && /&lt;[a-z/]/i.test(piece.value));
  const shown = options.declaredMarkup ? withoutWrapper(pieces) : pieces;
  const value = shown.map((piece) =>
    asMarkup(reader, piece, { escaped, declared: options.declaredMarkup === true }),
  );
  return { value: value.join('').trim(), hasMarkup };
}

function plainText(reader: XmlReader, piece: Piece): string {
  return piece.kind === 'text' ? decodeReferences(piece.value, reader.entities) : piece.value;
}

/** Drops the one `div` that must stand around XHTML content and is no part of it (RFC 4287, 3.1.1.3). */
function withoutWrapper(pieces: Piece[]): Piece[] {
  const isContent = (piece: Piece): boolean => piece.value.trim() !== '';
  const first = pieces.findIndex(isContent);
  const last = pieces.findLastIndex(isContent);
  if (!/^<div[\s>]/.test(pieces[first]?.value ?? '') || pieces[last]?.value !== '</div>') return pieces;
  let depth = 0;
  for (const piece of pieces.slice(first, last)) {
    if (/^<div[\s>]/.test(piece.value) && !piece.value.endsWith('</div>')) depth++;
    else if (piece.value === '</div>') depth--;
    if (depth === 0) return pieces;
  }
  return pieces.slice(first + 1, last);
}

/**
 * A piece that stands beside child elements. Text keeps its references, for they mean the same in HTML, unless the
 * text is itself escaped markup into which a stray tag has fallen. CDATA is markup that someone meant to protect,
 * except in declared markup, where it is text unless it plainly is not.
 */
function asMarkup(reader: XmlReader, piece: Piece, how: { escaped: boolean; declared: boolean }): string {
  if (piece.kind === 'markup') return piece.value;
  if (piece.kind === 'cdata')
    return how.declared && !/<[a-z][^<>]*>/i.test(piece.value) ? escapeText(piece.value) : piece.value;
  if (how.escaped) return decodeReferences(piece.value, reader.entities);
  const text = reader.entities === undefined ? piece.value : expandDeclared(piece.value, reader.entities);
  return text.replaceAll('<', '&lt;');
}

/** Attributes whose relative addresses an `xml:base` inside the content changes. */
const ADDRESSES = new Set(['href', 'src', 'cite', 'poster', 'longdesc']);

/** Writes the child elements of a content element as HTML. */
class MarkupWriter {
  readonly #reader: XmlReader;
  #scope;
  /** Bases set inside the content, innermost last, each with the depth it was set at. */
  readonly #bases: { depth: number; base: string | undefined }[] = [];
  #depth = 0;

  constructor(reader: XmlReader) {
    this.#reader = reader;
    this.#scope = reader.surroundings.scope;
  }

  open(): string {
    const { tokens } = this.#reader;
    const attributes = this.#attributes();
    const name = this.#nameOf(tokens.name);
    const isVoid = VOID_ELEMENTS.has(name);
    if ((isVoid || tokens.selfClosing) && this.#bases.at(-1)?.depth === this.#depth + 1) this.#bases.pop();
    if (isVoid || tokens.selfClosing)
      return isVoid ? `<${name}${attributes}>` : `<${name}${attributes}></${name}>`;
    this.#depth++;
    return `<${name}${attributes}>`;
  }

  close(): string {
    const name = this.#nameOf(this.#reader.tokens.name);
    // an end tag without its start tag is what is left of a mistyped one
    if (VOID_ELEMENTS.has(name) || this.#depth === 0) return '';
    if (this.#bases.at(-1)?.depth === this.#depth) this.#bases.pop();
    this.#depth--;
    return `</${name}>`;
  }

  #nameOf(rawName: string): string {
    const colon = rawName.indexOf(':');
    if (colon < 0) return rawName;
    const name = this.#scope.resolve(rawName);
    return /^(?:xhtml|svg|mathml):/.test(name) || !name.includes(':')
      ? name.slice(name.indexOf(':') + 1)
      : rawName;
  }

  #attributes(): string {
    const { tokens } = this.#reader;
    if (tokens.attributeNames.includes('xml:base')) this.#enterBase();
    let out = '';
    for (const [index, name] of tokens.attributeNames.entries()) {
      const raw = tokens.attributeValues[index] ?? '';
      if (name.startsWith('xml')) this.#takeIn(name, raw);
      else out += ` ${name.replace(/["'<>=]/g, '')}="${this.#value(name, raw)}"`;
    }
    const language = this.#reader.attribute('xml:lang');
    if (language !== undefined && !tokens.attributeNames.includes('lang'))
      out += ` lang="${escapeAttribute(language)}"`;
    return out;
  }

  #enterBase(): void {
    const { surroundings } = this.#reader;
    const around = this.#bases.at(-1)?.base ?? surroundings.base;
    const written = this.#reader.attribute('xml:base') ?? '';
    const base = resolveBase(written, around ?? this.#reader.documentUrl) ?? around;
    this.#bases.push({ depth: this.#depth + 1, base });
  }

  #takeIn(name: string, raw: string): void {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) return;
    // one scope for the whole content: prefixes are hardly ever bound twice, and a chain could be as long as the input
    if (this.#scope === this.#reader.surroundings.scope) this.#scope = this.#scope.inner();
    this.#scope.declare(name.slice(6), decodeReferences(raw));
  }

  #value(name: string, raw: string): string {
    const base = this.#bases.at(-1)?.base;
    if (base !== undefined && ADDRESSES.has(name)) {
      return escapeAttribute(resolveAddress(decodeReferences(raw, this.#reader.entities), base) ?? '');
    }
    return /[&<"]/.test(raw) ? escapeAttribute(decodeReferences(raw, this.#reader.entities)) : raw;
  }
}
