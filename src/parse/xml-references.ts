import { decodeHTMLStrict } from 'entities/decode';

/**
 * Decodes every reference of a text once: those of XML, numbers, HTML's names (feeds use `&nbsp;` freely), and those
 * the document declares. What is no reference stays as it is, so a bare `&` is text.
 */
export function decodeReferences(text: string, declared?: DeclaredEntities): string {
  if (!text.includes('&')) return text;
  if (declared === undefined) return decodeHTMLStrict(text);
  return text.replace(
    /&[^\s&;<>]{1,64};/g,
    (reference) => declared.expand(reference.slice(1, -1)) ?? decodeHTMLStrict(reference),
  );
}

/** Replaces only the references that the document declares for itself, for text that stays markup. */
export function expandDeclared(markup: string, declared: DeclaredEntities): string {
  return markup.replace(
    /&[^\s&;<>]{1,64};/g,
    (reference) => declared.expand(reference.slice(1, -1)) ?? reference,
  );
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
