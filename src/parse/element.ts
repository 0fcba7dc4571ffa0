import type { Draft } from './draft.ts';
import type { FeedText, Person } from './parsed-feed.ts';
import { parsePerson, person } from './person.ts';
import { resolveAddress } from './web-address.ts';
import { type Content, readContent, readString } from './xml-content.ts';
import type { Inside, XmlReader } from './xml-reader.ts';

/** Reads an element that means something where it stands; what it does not read is passed over. */
export type Rule = ((element: Element, draft: Draft) => void) | Container;

/** An element whose child elements have meanings of their own, for the same draft. */
export interface Container {
  begin?: (element: Element, draft: Draft) => void;
  rules: Rules;
}

export type Rules = ReadonlyMap<string, Rule>;

/** The element whose start tag has just been read, as rules see it. */
export class Element {
  readonly reader: XmlReader;
  /** Canonical name. */
  name = '';
  /** Whether elements that do not say otherwise are plain text, as in Atom. */
  isAtom = false;
  /** Whether it stands in an item. */
  isInItem = false;

  constructor(reader: XmlReader) {
    this.reader = reader;
  }

  attribute(name: string): string | undefined {
    return this.reader.attribute(name);
  }

  get base(): string | undefined {
    return this.reader.surroundings.base;
  }

  get language(): string | undefined {
    return this.reader.surroundings.language;
  }

  /**
   * An address made absolute by the `xml:base` in force. Without one, those of the channel are relative to the
   * document, and those of an item stay as they are: they are meant for the site, which is known at the end.
   */
  address(written: string | undefined): string | undefined {
    if (written === undefined) return undefined;
    return resolveAddress(written, this.base ?? (this.isInItem ? undefined : this.reader.documentUrl));
  }

  /** The content as plain text. Undefined when there is none, or when the document ends in it. */
  string(): string | undefined {
    const value = readString(this.reader);
    return value === '' || this.#isCutOff() ? undefined : value;
  }

  /** The content of a format that does not say how it is meant, or that always means `type`. */
  untypedText(type: 'html' | 'unknown'): FeedText {
    const { value, hasMarkup } = readContent(this.reader);
    return { value, type: hasMarkup ? 'html' : type };
  }

  content(): Content {
    return readContent(this.reader);
  }

  /** The content of an element that says it holds markup. */
  inlineContent(): Content {
    return readContent(this.reader, { declaredMarkup: true });
  }

  /** Texts of the child elements by local name, and under `''` the element's own text. */
  fields(): Map<string, string> {
    const { reader } = this;
    const fields = new Map<string, string>();
    if (reader.tokens.selfClosing) return fields;
    const leaf = reader.leaf()?.trim();
    if (leaf !== undefined) return leaf === '' ? fields : fields.set('', leaf);
    const rawName = reader.tokens.name;
    const inside: Inside = { nested: 0, markup: 'possible', sawField: false };
    let own = '';
    for (;;) {
      const kind = reader.nextInside(rawName, inside);
      if (kind === undefined) break;
      if (kind === 'text' || kind === 'cdata') own += reader.textOfToken(kind, rawName);
      else if (kind === 'open' && reader.tokens.name !== rawName) {
        const local = reader.tokens.name.slice(reader.tokens.name.indexOf(':') + 1);
        reader.parents.push(rawName);
        const value = readString(reader);
        reader.parents.pop();
        if (!fields.has(local) && value !== '' && fields.size < MAX_FIELDS) fields.set(local, value);
      }
    }
    reader.consumed = true;
    if (own.trim() !== '') fields.set('', own.trim());
    return fields;
  }

  /** A person whose parts have elements of their own. Where none is known, all that is written is the person. */
  person(): Person | undefined {
    const fields = this.fields();
    const name = fields.get('name') ?? fields.get('title');
    const email = fields.get('email');
    const url = this.address(fields.get('uri') ?? fields.get('url') ?? fields.get('homepage'));
    const isKnown = name !== undefined || email !== undefined || url !== undefined;
    const text = fields.get('') ?? '';
    fields.delete('');
    const own = parsePerson(isKnown ? text : [text, ...fields.values()].join(' '));
    return person(name ?? own?.name, email ?? own?.email, url);
  }

  #isCutOff(): boolean {
    return this.reader.ending === 'truncated' && !this.reader.tokens.selfClosing;
  }
}

const MAX_FIELDS = 32;
