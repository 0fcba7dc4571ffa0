import { decodeHTMLAttribute } from 'entities/decode';
import type { Tokenizer } from '../../markup/tokenizer.ts';
import { withoutForbidden } from '../plain-text.ts';

/** The attributes of the present tag, decoded when they are asked for. */
export class Tag {
  readonly #tokens: Tokenizer;

  constructor(tokens: Tokenizer) {
    this.#tokens = tokens;
  }

  get names(): readonly string[] {
    return this.#tokens.attributeNames;
  }

  /** The decoded value, or undefined when the tag has no such attribute. `name` is lower-case. */
  get(name: string): string | undefined {
    const raw = this.#tokens.attribute(name);
    return raw === undefined ? undefined : decoded(raw, decodeHTMLAttribute);
  }

  /** The decoded value of the attribute with this place among `names`. */
  valueAt(index: number): string {
    return decoded(this.#tokens.attributeValues[index] ?? '', decodeHTMLAttribute);
  }

  /** The beginning of the value: enough for what is only searched, because an attacker sizes it. */
  start(name: string): string {
    return this.get(name)?.slice(0, 2000) ?? '';
  }
}

/** Text with its references decoded. Only numeric ones can bring forbidden characters in. */
export function decoded(raw: string, decode: (text: string) => string): string {
  if (!raw.includes('&')) return raw;
  const text = decode(raw);
  return raw.includes('&#') ? withoutForbidden(text) : text;
}
