import type { Repair } from './parsed-feed.ts';

/**
 * Parses JSON, and what can be read of damaged JSON: raw line breaks in strings, commas too many, and documents that
 * are cut off, of which every complete value is kept. The value is undefined when not even the beginning is JSON.
 */
export function readJson(text: string): { value: unknown; repairs: Repair[] } {
  try {
    return { value: JSON.parse(text.trim()), repairs: [] };
  } catch {
    return new DamagedJson(text).read();
  }
}

/** Deeper values are not read: an attacker sizes the nesting. */
const MAX_DEPTH = 64;

/** No value could be read; `undefined` would be taken for an absent one. */
const NOTHING = Symbol('nothing');

class DamagedJson {
  readonly #text: string;
  #at = 0;
  #isCut = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): { value: unknown; repairs: Repair[] } {
    const value = this.#value(0);
    const repair: Repair = this.#isCut
      ? { kind: 'truncated', detail: `the JSON is readable up to character ${this.#at}` }
      : { kind: 'characters', detail: 'the JSON breaks the rules for strings or commas' };
    return { value: value === NOTHING ? undefined : value, repairs: [repair] };
  }

  #value(depth: number): unknown {
    this.#skip(SPACE);
    const start = this.#text[this.#at];
    if (depth > MAX_DEPTH) return this.#cut();
    if (start === '{') return this.#object(depth);
    if (start === '[') return this.#array(depth);
    if (start === '"') return this.#string();
    const literal = this.#skip(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null/iy);
    if (literal === '') return this.#cut();
    // zeros in front, which JSON forbids, change nothing
    return JSON.parse(literal.toLowerCase().replace(/^(-?)0+(?=\d)/, '$1'));
  }

  #object(depth: number): unknown {
    const entries: [string, unknown][] = [];
    this.#at++;
    while (!this.#isCut && !this.#ends('}')) {
      const key = this.#text[this.#at] === '"' ? this.#string() : this.#cut();
      this.#skip(/\s*:/y);
      const value = this.#isCut ? NOTHING : this.#value(depth + 1);
      if (typeof key === 'string' && value !== NOTHING) entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const values: unknown[] = [];
    this.#at++;
    while (!this.#isCut && !this.#ends(']')) {
      const value = this.#value(depth + 1);
      if (value !== NOTHING) values.push(value);
    }
    return values;
  }

  /** Passes commas and spaces, and the bracket if it is there. */
  #ends(bracket: string): boolean {
    this.#skip(/[\s,]*/y);
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #string(): unknown {
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    while (end >= 0 && this.#isEscaped(end, start)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) return this.#cut();
    this.#at = end + 1;
    return unescaped(this.#text.slice(start, end));
  }

  /** Whether an odd number of backslashes stands before the quote. */
  #isEscaped(quote: number, start: number): boolean {
    let at = quote;
    while (at > start && this.#text[at - 1] === '\\') at--;
    return (quote - at) % 2 === 1;
  }

  #cut(): typeof NOTHING {
    this.#isCut = true;
    return NOTHING;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

const SPACE = /\s*/y;

function unescaped(inside: string): string {
  const escaped = inside
    .replace(/[\x00-\x1f]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\(u[0-9a-fA-F]{4}|["\\/bfnrt]|)/g, (whole, kind: string) => (kind === '' ? '\\\\' : whole));
  return JSON.parse(`"${escaped}"`);
}
