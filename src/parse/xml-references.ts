import { replaceCodePoint } from 'entities/decode';
import { namedCharacter } from './named-characters.ts';

/**
 * Decodes every reference of a text once: those of XML, numbers, HTML's names (feeds use `&nbsp;` freely), and those
 * the document declares. What is no reference stays as it is, so a bare `&` is text.
 */
export function decodeReferences(text: string, declared?: DeclaredEntities): string {
  if (!text.includes('&')) return text;
  if (declared !== undefined) return text.replace(REFERENCE, (reference) => decode(reference, declared));
  // escaped markup is full of these, and replacing one fixed string by another is native work; `&amp;` comes last,
  // or `&amp;lt;` would be decoded twice
  const unescaped = text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"');
  return /&(?!amp;)/.test(unescaped)
    ? unescaped.replace(REFERENCE, (reference) => decode(reference))
    : unescaped.replace(/&amp;/g, '&');
}

const REFERENCE = /&[^\s&;<>]{1,64};/g;

function decode(reference: string, declared?: DeclaredEntities): string {
  const name = reference.slice(1, -1);
  return (
    declared?.expand(name) ?? (name.startsWith('#') ? numbered(name) : namedCharacter(name)) ?? reference
  );
}

/** `#8211` or `#x2013`. Numbers of C1 controls are meant as windows-1252, as HTML reads them. */
function numbered(name: string): string | undefined {
  const digits = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name);
  if (digits === null) return undefined;
  const [, hexadecimal, decimal = ''] = digits;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return String.fromCodePoint(replaceCodePoint(code));
}

/** Replaces only the references that the document declares for itself, for text that stays markup. */
export function expandDeclared(markup: string, declared: DeclaredEntities): string {
  return markup.replace(REFERENCE, (reference) => declared.expand(reference.slice(1, -1)) ?? reference);
}

/** What all expansions of one document may add; entities that contain entities can otherwise fill any memory. */
const MAX_EXPANSION = 1_000_000;
const MAX_ENTITIES = 256;

/** The entities that a DOCTYPE declares with a value of their own (XML 1.0, 4.2.1). */
export class DeclaredEntities {
  readonly #values = new Map<string, string>();
  #left = MAX_EXPANSION;

  /** Reads the declarations in the text of a DOCTYPE; undefined when it has none. */
  static from(doctype: string): DeclaredEntities | undefined {
    const entities = new DeclaredEntities();
    for (const [, name = '', double, single] of doctype.matchAll(ENTITY)) {
      if (entities.#values.size >= MAX_ENTITIES) break;
      // the first declaration of a name is the binding one
      if (!entities.#values.has(name))
        entities.#values.set(name, decodeReferences(double ?? single ?? '', entities));
    }
    return entities.#values.size > 0 ? entities : undefined;
  }

  expand(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    this.#left -= value.length;
    return this.#left >= 0 ? value : '';
  }
}

const ENTITY = /<!ENTITY\s+([^\s%"'<>]{1,64})\s+(?:"([^"]*)"|'([^']*)')/g;
