import { Tokenizer, type TokenKind } from '../markup/tokenizer.ts';
import type { RepairLog } from './repair-log.ts';
import { resolveBase } from './web-address.ts';
import { NameScope } from './xml-names.ts';
import { type DeclaredEntities, decodeReferences } from './xml-references.ts';

/** What an element hands down to all inside it. */
export interface Surroundings {
  scope: NameScope;
  /** The `xml:base` in force; undefined where the document names none. */
  base: string | undefined;
  language: string | undefined;
}

/** How the inside of an element came to its end. */
export type Ending = 'closed' | 'unclosed' | 'truncated';

/** What ends the content of an element that lacks its own end tag. */
export interface Boundaries {
  /** Whether an end tag, by its name as written, belongs to an element around the present one. */
  isOuterClose(rawName: string): boolean;
  /** Whether a start tag, by its canonical name, begins the next item. */
  isNextItem(name: string): boolean;
  /** Whether a start tag, by its canonical name, is a field beside the present one. */
  isField(name: string): boolean;
}

/** Tokens of an XML document with canonical names and decoded attributes, and the ways through an element's inside. */
export class XmlReader {
  readonly tokens: Tokenizer;
  /** Where the document was found. */
  readonly documentUrl: string | undefined;
  readonly repairs: RepairLog;
  readonly boundaries: Boundaries;
  entities: DeclaredEntities | undefined;
  /** Of the element whose start tag is the present token. */
  surroundings: Surroundings;
  /** How the element that was last read ended. */
  ending: Ending = 'closed';
  /** Names as written of the elements whose child elements are being read as fields. */
  readonly parents: string[] = [];
  /** Whether the inside of the present element was read. */
  consumed = false;
  #rereadable: number;

  constructor(text: string, documentUrl: string | undefined, repairs: RepairLog, boundaries: Boundaries) {
    this.tokens = new Tokenizer(text, 'xml');
    this.documentUrl = documentUrl;
    this.repairs = repairs;
    this.boundaries = boundaries;
    this.surroundings = { scope: new NameScope(), base: undefined, language: undefined };
    // every unclosed element is read twice; all of them together may cost this much
    this.#rereadable = 2 * text.length;
  }

  /** Takes in the present start tag: its attributes, and what it changes for its inside. Returns its canonical name. */
  enter(around: Surroundings): string {
    const { tokens } = this;
    this.consumed = tokens.selfClosing;
    this.surroundings = around;
    if (tokens.attributeNames.length > 0) this.#inherit();
    return this.surroundings.scope.resolve(tokens.name);
  }

  /** The decoded value of an attribute of the present start tag; undefined when absent or blank. */
  attribute(name: string): string | undefined {
    if (this.tokens.attributeNames.length === 0) return undefined;
    const raw = this.tokens.attribute(name) ?? this.#attributeOfNamespace(name);
    if (raw === undefined) return undefined;
    const value = decodeReferences(raw, this.entities).trim();
    return value === '' ? undefined : value;
  }

  /** A name with a prefix is canonical too: the document may have bound its namespace to another. */
  #attributeOfNamespace(name: string): string | undefined {
    if (!name.includes(':')) return undefined;
    const { attributeNames, attributeValues } = this.tokens;
    const { scope } = this.surroundings;
    return attributeValues[
      attributeNames.findIndex((written) => written.includes(':') && scope.resolve(written) === name)
    ];
  }

  /**
   * Moves on inside the element with the name `rawName`; undefined when it has ended, with the reason in `ending`.
   * The end tag of another element stays to be read. `nested` counts start tags of the same name inside.
   */
  nextInside(rawName: string, inside: Inside): TokenKind | undefined {
    const { tokens, boundaries } = this;
    const kind = tokens.next();
    if (kind === 'close') {
      if (tokens.name === rawName) return inside.nested-- > 0 ? kind : this.#end('closed');
      if (this.parents.includes(tokens.name) || boundaries.isOuterClose(tokens.name))
        return this.#endBefore();
    } else if (kind === 'open') {
      if (tokens.name === rawName && !tokens.selfClosing) inside.nested++;
      const name = this.surroundings.scope.resolve(tokens.name);
      if (inside.markup !== 'declared' && boundaries.isNextItem(name)) return this.#endBefore();
      if (boundaries.isField(name)) {
        if (inside.markup === 'none') return this.#endBefore();
        inside.sawField = true;
      }
    } else if (kind === 'end') return this.#end('truncated');
    return kind;
  }

  /** The whole inside of the present element where it is one text or CDATA section; undefined where there is more. */
  leaf(): string | undefined {
    const kind = this.tokens.takeLeaf();
    if (kind === undefined) return undefined;
    this.#end('closed');
    const raw = this.tokens.raw();
    return kind === 'text' ? decodeReferences(raw, this.entities) : raw;
  }

  /** Goes back to `position` to read an unclosed element again, as far as the budget for that allows. */
  goBack(position: number): boolean {
    this.#rereadable -= this.tokens.position - position;
    if (this.#rereadable < 0) return false;
    this.tokens.skipTo(position);
    return true;
  }

  /** The present text or CDATA section as text. */
  textOfToken(kind: 'text' | 'cdata', rawName: string): string {
    return kind === 'text' ? decodeReferences(this.tokens.raw(), this.entities) : this.cdata(rawName);
  }

  /** The inside of the present CDATA section. One that lacks its end stops at the end tag of its element. */
  cdata(rawName: string): string {
    const { tokens } = this;
    const { start, end } = tokens;
    const terminated = tokens.position > end;
    const inside = tokens.raw();
    if (terminated && !tokens.holdsCdataStart) return inside;
    // searched for in the section alone: over the rest of the document it would be searched for again from every section
    const closing = inside.indexOf(`</${rawName}`);
    if (closing < 0) return inside;
    this.repairs.note('nesting', 'a CDATA section without its end');
    tokens.skipTo(start + closing);
    return inside.slice(0, closing);
  }

  #end(ending: Ending): undefined {
    this.ending = ending;
    this.consumed = true;
  }

  #endBefore(): undefined {
    this.tokens.skipTo(this.tokens.tokenStart);
    this.repairs.note('nesting', `an element without its end tag before <${this.tokens.raw().slice(0, 40)}>`);
    return this.#end('unclosed');
  }

  #inherit(): void {
    const { attributeNames } = this.tokens;
    let { scope, base, language } = this.surroundings;
    const outer = scope;
    for (let index = 0; index < attributeNames.length; index++) {
      const name = attributeNames[index] ?? '';
      if (name === 'xml:base')
        base = resolveBase(this.attribute(name) ?? '', base ?? this.documentUrl) ?? base;
      else if (name === 'xml:lang' || name === 'lang') language = this.attribute(name);
      else if (name === 'xmlns' || name.startsWith('xmlns:')) {
        if (scope === outer) scope = outer.inner();
        scope.declare(name.slice(6), this.attribute(name) ?? '');
      } else continue;
      this.surroundings = { scope, base, language };
    }
  }
}

/** State of one walk through an element's inside. */
export interface Inside {
  nested: number;
  /** `declared` markup may hold anything; `none` is the second reading of an unclosed element. */
  markup: 'declared' | 'possible' | 'none';
  sawField: boolean;
}
