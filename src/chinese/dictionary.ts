/** A phrase, or a single character, and what stands for it. */
interface Match {
  phrase: string;
  value: string;
}

/** What a dictionary has of phrases with one first character. */
interface Row {
  first: string;
  /** What the character by itself becomes, where it changes. */
  own: Match | undefined;
  /** The phrases, as they are written. */
  written: string;
}

/** Code units below are of no Chinese character, nor do phrases begin with one, but for some capital letters. */
const FIRST_LETTER = 0x41;

const NO_MATCHES: readonly Match[] = [];

/** Pairs of characters whose phrases are kept; when there are more, all are forgotten and read again as they are needed. */
const MAX_READ = 50_000;

/**
 * Characters and phrases of Chinese, and what they become. It is read from rows of text, and of each row only what a
 * text asks for, because a Worker has no time to read fifty thousand phrases:
 *
 *     发發 展 廊<髮 型<髮 …
 *
 * The first character, what it becomes where it changes, and the phrases that begin with it, without it and sorted. In
 * a phrase each character becomes what it does by itself, but for one with `>` behind it, which becomes what follows;
 * `<` says the same of the first. `=` and a text stand behind a phrase that becomes something else altogether.
 */
export class Dictionary {
  readonly #written = new Map<string, string>();
  readonly #rows: Row[] = [];
  /** By code unit the place of its row, counted from 1; 0 for one not looked for yet, -1 where there is none. */
  readonly #places = new Int16Array(0x10000);
  /** The same of characters of two units, by code point. */
  readonly #astralPlaces = new Map<number, number>();
  /** What was read of the rows, by the place of the row and the unit that follows the first character. */
  readonly #read = new Map<number, readonly Match[]>();

  /** `rows` are lines. */
  constructor(rows: string) {
    for (const row of rows.split('\n')) {
      const first = row.codePointAt(0);
      if (first !== undefined) this.#written.set(String.fromCodePoint(first), row);
    }
  }

  /** The text with everything converted that the dictionary has, the longest phrase at each place. */
  convert(text: string): string {
    let converted = '';
    let copied = 0;
    for (let at = 0; at < text.length; ) {
      const row = this.#rowAt(text, at);
      const match = row && (this.#longestPhrase(row, text, at) ?? this.#rows[row - 1]?.own);
      if (match) {
        converted += text.slice(copied, at) + match.value;
        at = copied = at + match.phrase.length;
      } else at += unitsAt(text, at);
    }
    return converted + text.slice(copied);
  }

  /** The text in pieces: each phrase of the dictionary by itself, and what stands between phrases. */
  segments(text: string): string[] {
    const segments: string[] = [];
    let copied = 0;
    for (let at = 0; at < text.length; ) {
      const row = this.#rowAt(text, at);
      const match = row && this.#longestPhrase(row, text, at);
      if (match) {
        if (at > copied) segments.push(text.slice(copied, at));
        segments.push(match.phrase);
        at = copied = at + match.phrase.length;
      } else at += unitsAt(text, at);
    }
    if (copied < text.length) segments.push(text.slice(copied));
    return segments;
  }

  /** The place of the row of a character, or 0. */
  #rowAt(text: string, at: number): number {
    const unit = text.charCodeAt(at);
    if (unit < FIRST_LETTER) return 0;
    const first = isHighSurrogate(unit) ? (text.codePointAt(at) ?? unit) : unit;
    let place = first > 0xffff ? this.#astralPlaces.get(first) : this.#places[first];
    if (!place) {
      place = this.#readRow(String.fromCodePoint(first));
      if (first > 0xffff) this.#astralPlaces.set(first, place);
      else this.#places[first] = place;
    }
    return place < 0 ? 0 : place;
  }

  #readRow(first: string): number {
    const written = this.#written.get(first);
    if (written === undefined) return -1;
    const value = this.#ownOf(first);
    return this.#rows.push({
      first,
      written,
      own: value === first ? undefined : { phrase: first, value },
    });
  }

  #longestPhrase(place: number, text: string, at: number): Match | undefined {
    const behind = at + unitsAt(text, at);
    const key = place * 0x10000 + text.charCodeAt(behind);
    let matches = this.#read.get(key);
    if (matches === undefined) {
      matches = this.#readPhrases(place, text.charAt(behind));
      if (this.#read.size >= MAX_READ) this.#read.clear();
      this.#read.set(key, matches);
    }
    if (matches === NO_MATCHES) return undefined;
    return matches.find(({ phrase }) => text.startsWith(phrase, at));
  }

  /** The phrases of a row that go on with that unit, which stand together; the longest first. */
  #readPhrases(place: number, second: string): readonly Match[] {
    const { first = '', written = '' } = this.#rows[place - 1] ?? {};
    const matches: Match[] = [];
    const wanted = ` ${second}`;
    let at = second === '' ? -1 : written.indexOf(wanted);
    while (at >= 0 && written.startsWith(wanted, at)) {
      const end = written.indexOf(' ', at + 1);
      matches.push(this.#readPhrase(first, written.slice(at + 1, end < 0 ? undefined : end)));
      at = end;
    }
    return matches.length === 0 ? NO_MATCHES : matches.sort((a, b) => b.phrase.length - a.phrase.length);
  }

  #readPhrase(first: string, written: string): Match {
    const [rest = '', whole] = written.split('=');
    if (whole !== undefined) return { phrase: first + rest, value: whole };
    const [others = '', own = this.#ownOf(first)] = rest.split('<');
    const match = { phrase: first, value: own };
    const characters = [...others];
    for (let i = 0; i < characters.length; i++) {
      const character = characters[i] ?? '';
      match.phrase += character;
      if (characters[i + 1] === '>') {
        match.value += characters[i + 2] ?? '';
        i += 2;
      } else match.value += this.#ownOf(character);
    }
    return match;
  }

  #ownOf(character: string): string {
    const written = this.#written.get(character) ?? '';
    const end = written.indexOf(' ');
    return written.slice(character.length, end < 0 ? undefined : end) || character;
  }
}

function unitsAt(text: string, at: number): number {
  return isHighSurrogate(text.charCodeAt(at)) && (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
