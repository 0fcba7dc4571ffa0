import {
  anyCharacter,
  type CharacterSet,
  type ClassItem,
  characterClass,
  classSource,
  oneCharacter,
  PERL_CLASSES,
  POSIX_CLASSES,
  unicodeClass,
} from './character-set.ts';
import type { PatternNode } from './pattern-tree.ts';

/** What an expression does not allow, and where: `at` counts characters from 1. */
export class PatternMistake extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

interface Flags {
  ignoreCase: boolean;
  multiLine: boolean;
  dotAll: boolean;
}

/** As in RE2. */
const MAX_REPEAT = 1000;
/** Deeper nesting is no expression that somebody wrote. */
const MAX_DEPTH = 100;

/** What other engines have and a linear one cannot, with what to write instead. */
const BEYOND: readonly [start: string, message: string][] = [
  ['(?=', 'look-ahead `(?=` is not possible; combine `filter` and `filterout` instead'],
  ['(?!', 'look-ahead `(?!` is not possible; put what must not occur into `filterout`'],
  ['(?<=', 'look-behind `(?<=` is not possible; write what stands before as part of the expression'],
  ['(?<!', 'look-behind `(?<!` is not possible; put what must not occur into `filterout`'],
  ['(?>', 'an atomic group `(?>` is not possible and not needed; write `(?:`'],
  ['(?#', 'a comment `(?#` is not possible; leave it out'],
  ['(?(', 'a condition `(?(` is not possible; write the two cases with `|`'],
  ['(?R', 'recursion `(?R)` is not possible'],
];

const ESCAPED_CONTROLS: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/**
 * Reads an expression in RE2's syntax (github.com/google/re2/wiki/Syntax), with the differences that matching yields
 * only yes or no and that `\C`, a single byte, has no meaning in text.
 * @throws PatternMistake
 */
export function parsePattern(source: string, options: { ignoreCase: boolean }): PatternNode {
  return new PatternParser(source, options.ignoreCase).parse();
}

class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags;

  constructor(source: string, ignoreCase: boolean) {
    this.#characters = [...source];
    this.#flags = { ignoreCase, multiLine: false, dotAll: false };
  }

  parse(): PatternNode {
    const tree = this.#choice();
    if (this.#next() === ')') throw this.#mistake('this `)` closes nothing; write `\\)` for the character');
    return tree;
  }

  #choice(): PatternNode {
    const items = [this.#sequence()];
    while (this.#skip('|')) items.push(this.#sequence());
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'choice', items };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (let next = this.#next(); next !== undefined && next !== '|' && next !== ')'; next = this.#next()) {
      if (this.#skip('\\Q')) items.push(...this.#quoted());
      else {
        // behind flags, a repetition is of what stands before them
        const item = this.#atom() ?? items.pop();
        if (item !== undefined) items.push(this.#repeated(item));
      }
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'sequence', items };
  }

  /** What stands between `\Q` and `\E`, or the end. A repetition behind it is of its last character. */
  #quoted(): PatternNode[] {
    const items: PatternNode[] = [];
    while (this.#next() !== undefined && !this.#skip('\\E')) {
      items.push(this.#characterOf(this.#take()));
    }
    const last = items.pop();
    return last === undefined ? [] : [...items, this.#repeated(last)];
  }

  /** Undefined for flags alone, as in `(?i)`. */
  #atom(): PatternNode | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'characters', set: this.#class() };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw this.#mistake(
          `\`${character}\` has nothing to repeat; write \`\\${character}\` for the character`,
        );
      case '{':
        if (this.#repetition() !== undefined) {
          throw this.#mistake('`{` has nothing to repeat; write `\\{` for the character');
        }
        break;
    }
    this.#at++;
    switch (character) {
      case '.':
        return { kind: 'characters', set: anyCharacter(this.#flags.dotAll) };
      case '^':
        return {
          kind: 'assertion',
          assertion: this.#flags.multiLine ? 'start-of-line' : 'start-of-text',
        };
      case '$':
        return { kind: 'assertion', assertion: this.#flags.multiLine ? 'end-of-line' : 'end-of-text' };
      default:
        return this.#characterOf(character ?? '');
    }
  }

  #repeated(item: PatternNode): PatternNode {
    const start = this.#at;
    const counts = this.#repetition();
    if (counts === undefined) return item;
    const [min, max, length] = counts;
    this.#at += length;
    if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT)) {
      throw this.#mistake(`a repetition goes to ${MAX_REPEAT} at most`, start);
    }
    if (max < min) throw this.#mistake('the smaller number of a repetition comes first', start);
    this.#skip('?'); // lazy or greedy, it matches or not
    const next = this.#next();
    if (next === '*' || next === '+' || next === '?' || this.#repetition() !== undefined) {
      throw this.#mistake('a repetition of a repetition is not possible; put the inner one in `(?:…)`');
    }
    return { kind: 'repeat', item, min, max };
  }

  /** The repetition that stands here: least, most, and its length in characters. `{,5}` and the like are text. */
  #repetition(): [min: number, max: number, length: number] | undefined {
    switch (this.#next()) {
      case '*':
        return [0, Number.POSITIVE_INFINITY, 1];
      case '+':
        return [1, Number.POSITIVE_INFINITY, 1];
      case '?':
        return [0, 1, 1];
      case '{': {
        const written = this.#characters.slice(this.#at, this.#at + 16).join('');
        const match = /^\{(\d+)(,?)(\d*)\}/.exec(written);
        if (!match || (match[2] === '' && match[3] !== '')) return undefined;
        const min = Number(match[1]);
        const most = match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
        return [min, match[2] === '' ? min : most, match[0].length];
      }
    }
    return undefined;
  }

  #group(): PatternNode | undefined {
    const start = this.#at;
    for (const [opening, message] of BEYOND) if (this.#isAt(opening)) throw this.#mistake(message);
    const outer = this.#flags;
    this.#at++;
    if (this.#isAt('?')) {
      if (!this.#skipGroupName()) {
        this.#readFlags(start);
        if (this.#skip(')')) return undefined; // the flags hold to the end of the group around
        this.#at++; // the colon
      }
    }
    if (++this.#depth > MAX_DEPTH) throw this.#mistake(`groups nest ${MAX_DEPTH} deep at most`, start);
    const tree = this.#choice();
    this.#depth--;
    if (!this.#skip(')'))
      throw this.#mistake('this `(` is never closed; write `\\(` for the character', start);
    this.#flags = outer;
    return tree;
  }

  #skipGroupName(): boolean {
    const start = this.#at;
    if (!this.#skip('?P<') && !this.#skip('?<')) return false;
    const end = this.#characters.indexOf('>', this.#at);
    const name = this.#characters.slice(this.#at, end < 0 ? undefined : end).join('');
    if (end < 0 || !/^\w+$/.test(name)) {
      throw this.#mistake('a group’s name is of letters, digits and `_`, as in `(?<name>…)`', start);
    }
    this.#at = end + 1;
    return true;
  }

  /** `?i-s`, up to the colon or the bracket behind it. */
  #readFlags(start: number): void {
    const flags = { ...this.#flags };
    let value = true;
    let seen = false;
    for (this.#at++; ; this.#at++) {
      const character = this.#next();
      if (character === 'i') flags.ignoreCase = value;
      else if (character === 'm') flags.multiLine = value;
      else if (character === 's') flags.dotAll = value;
      else if (character === '-' && value) value = false;
      else if ((character === ':' || character === ')') && (value || seen)) break;
      else if (character !== 'U') {
        throw this.#mistake('behind `(?` stand `:`, `<name>` or flags of `imsU`, as in `(?i)`', start);
      }
      seen = character !== '-';
    }
    this.#flags = flags;
  }

  #escape(): PatternNode {
    const start = this.#at;
    const letter = this.#characters[start + 1];
    switch (letter) {
      case 'A':
      case 'z':
        this.#at += 2;
        return { kind: 'assertion', assertion: letter === 'A' ? 'start-of-text' : 'end-of-text' };
      case 'b':
      case 'B':
        this.#at += 2;
        return { kind: 'assertion', assertion: letter === 'b' ? 'word-boundary' : 'no-word-boundary' };
    }
    const item = this.#escapedClass();
    if (item !== undefined) return { kind: 'characters', set: this.#setOf([item], false) };
    return { kind: 'characters', set: oneCharacter(this.#escapedCodePoint(), this.#flags.ignoreCase) };
  }

  /** `\d`, `\pL`, `\p{Han}` and their negations; undefined where something else stands. */
  #escapedClass(): ClassItem | undefined {
    const start = this.#at;
    const letter = this.#characters[start + 1] ?? '';
    const perl = PERL_CLASSES[letter.toLowerCase()];
    if (perl !== undefined) {
      this.#at += 2;
      return { source: perl, negated: letter !== letter.toLowerCase() };
    }
    if (letter !== 'p' && letter !== 'P') return undefined;
    this.#at += 2;
    let name = this.#take();
    if (name === '{') {
      const end = this.#characters.indexOf('}', this.#at);
      name = this.#characters.slice(this.#at, end < 0 ? this.#at : end).join('');
      this.#at = end + 1;
    }
    const isNegatedName = name.startsWith('^');
    const source = unicodeClass(isNegatedName ? name.slice(1) : name);
    if (source === undefined) {
      throw this.#mistake(
        `\`\\${letter}\` names a category such as \`\\p{L}\` or a script such as \`\\p{Han}\``,
        start,
      );
    }
    return { source, negated: (letter === 'P') !== isNegatedName };
  }

  /** The one character that an escape stands for. */
  #escapedCodePoint(): number {
    const start = this.#at;
    this.#at++;
    const letter = this.#take();
    const control = ESCAPED_CONTROLS[letter];
    if (control !== undefined) return control;
    if (letter === 'x') return this.#hexadecimal(start);
    if (/[0-7]/.test(letter) && (letter === '0' || /[0-7]/.test(this.#next() ?? ''))) {
      let digits = letter;
      while (digits.length < 3 && /[0-7]/.test(this.#next() ?? '')) digits += this.#take();
      return Number.parseInt(digits, 8);
    }
    if (/[1-9]/.test(letter)) {
      throw this.#mistake(`the back-reference \`\\${letter}\` is not possible; write the text out`, start);
    }
    if (letter === '')
      throw this.#mistake('a `\\` ends the expression; write `\\\\` for the character', start);
    if (/[\p{L}\p{N}]|[^\0-\x7f]/u.test(letter)) {
      throw this.#mistake(`\`\\${letter}\` means nothing; write \`${letter}\` for the character`, start);
    }
    return letter.codePointAt(0) ?? 0;
  }

  /** Behind `\x`: two digits, or any number of them in braces. */
  #hexadecimal(start: number): number {
    const written = this.#characters.slice(this.#at, this.#at + 12).join('');
    const match = /^(?:([\da-f]{2})|\{([\da-f]+)\})/i.exec(written);
    const value = Number.parseInt(match?.[1] ?? match?.[2] ?? '', 16);
    if (!match || value > 0x10ffff) throw this.#mistake('write `\\x41` or `\\x{4e2d}`', start);
    this.#at += match[0].length;
    return value;
  }

  #class(): CharacterSet {
    const start = this.#at++;
    const negated = this.#skip('^');
    const items: ClassItem[] = [];
    // a bracket in the first place is a character
    for (let first = true; first || this.#next() !== ']'; first = false) {
      if (this.#next() === undefined) {
        throw this.#mistake('this `[` is never closed; write `\\[` for the character', start);
      }
      items.push(
        this.#posixClass() ?? (this.#isAt('\\') ? this.#escapedClass() : undefined) ?? this.#range(),
      );
    }
    this.#at++;
    return this.#setOf(items, negated);
  }

  #posixClass(): ClassItem | undefined {
    if (!this.#isAt('[:')) return undefined;
    const written = this.#characters.slice(this.#at, this.#at + 12).join('');
    const match = /^\[:(\^?)(\w+):\]/.exec(written);
    if (!match) return undefined;
    const source = POSIX_CLASSES[match[2] ?? ''];
    if (source === undefined) {
      throw this.#mistake(`there is no class \`${match[0]}\`; \`[[:alpha:]]\` is one`);
    }
    this.#at += match[0].length;
    return { source, negated: match[1] === '^' };
  }

  #range(): ClassItem {
    const start = this.#at;
    const from = this.#classCharacter();
    const isRange = this.#next() === '-' && ![']', undefined].includes(this.#characters[this.#at + 1]);
    if (!isRange) return { source: classSource(from, from), negated: false };
    this.#at++;
    if (this.#isAt('\\') && this.#escapedClass() !== undefined) {
      throw this.#mistake('a range goes from a character to a character', start);
    }
    const to = this.#classCharacter();
    if (to < from) throw this.#mistake('the smaller character of a range comes first', start);
    return { source: classSource(from, to), negated: false };
  }

  #classCharacter(): number {
    return this.#isAt('\\') ? this.#escapedCodePoint() : (this.#take().codePointAt(0) ?? 0);
  }

  #setOf(items: readonly ClassItem[], negated: boolean): CharacterSet {
    return characterClass(items, { negated, ignoreCase: this.#flags.ignoreCase });
  }

  #characterOf(character: string): PatternNode {
    const set = oneCharacter(character.codePointAt(0) ?? 0, this.#flags.ignoreCase);
    return { kind: 'characters', set };
  }

  #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(): string {
    return this.#characters[this.#at++] ?? '';
  }

  #isAt(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#characters[this.#at + i] !== text[i]) return false;
    return true;
  }

  #skip(text: string): boolean {
    if (!this.#isAt(text)) return false;
    this.#at += text.length;
    return true;
  }

  #mistake(message: string, at = this.#at): PatternMistake {
    return new PatternMistake(message, at + 1);
  }
}
