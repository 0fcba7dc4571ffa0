/** A phrase, or a single character, and what stands for it. */
interface Match {
  phrase: string;
  value: string;
}

/** What a dictionary has of one first character. */
interface Row {
  first: string;
  /** What the character by itself becomes, where it changes. */
  own: Match | undefined;
  /** The phrases, as they are written. */
  written: string;
  /** The units that phrases go on with. */
  seconds: string;
}

/** How a text is gone through. */
interface Way {
  /** Stands at both ends of each phrase in what comes out. */
  mark?: string;
  /** Whether only marks are set. */
  isMarkingOnly?: true;
}

const NO_MATCHES: readonly Match[] = [];

/** Pairs of characters for which phrases are kept, for each row; two of them may want one slot, which the later one gets. */
const SLOTS_A_ROW = 16;

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
  readonly #written: readonly string[];
  readonly #rows: (Row | undefined)[] = [];
  /** By code unit the place of its row, or -1. */
  readonly #places = new Int16Array(0x10000).fill(-1);
  /** The same of characters of two units, by code point. */
  readonly #astralPlaces = new Map<number, number>();
  /** Phrases that were read, the longest first, and for which row and unit behind its character. */
  readonly #read: (readonly Match[])[];
  readonly #readFor: Int32Array;

  /** `rows` are lines. */
  constructor(rows: string) {
    this.#written = rows.split('\n');
    const slots = 2 ** Math.ceil(Math.log2(SLOTS_A_ROW * this.#written.length));
    this.#read = new Array(slots).fill(NO_MATCHES);
    this.#readFor = new Int32Array(slots).fill(-1);
    for (let place = 0; place < this.#written.length; place++) {
      const first = this.#written[place]?.codePointAt(0) ?? 0;
      if (first > 0xffff) this.#astralPlaces.set(first, place);
      else this.#places[first] = place;
    }
  }

  /** The text with everything converted that the dictionary has, the longest phrase at each place. */
  convert(text: string, { mark = '', isMarkingOnly }: Way = {}): string {
    let converted = '';
    let copied = 0;
    for (let at = 0; at < text.length; ) {
      const unit = text.charCodeAt(at);
      const place = unit >= 0xd800 && unit < 0xdc00 ? this.#placeAt(text, at) : (this.#places[unit] ?? -1);
      if (place < 0) {
        at++;
        continue;
      }
      const row = this.#rows[place] ?? this.#readRow(place);
      const phrase = row.written === '' ? undefined : this.#longestPhrase(place, row, text, at);
      if (phrase !== undefined) {
        converted += text.slice(copied, at) + mark + (isMarkingOnly ? phrase.phrase : phrase.value) + mark;
        at = copied = at + phrase.phrase.length;
      } else if (row.own === undefined || isMarkingOnly) at += row.first.length;
      else {
        converted += text.slice(copied, at) + row.own.value;
        at = copied = at + row.first.length;
      }
    }
    return converted + text.slice(copied);
  }

  #placeAt(text: string, at: number): number {
    const code = text.codePointAt(at) ?? 0;
    return (code > 0xffff ? this.#astralPlaces.get(code) : this.#places[code]) ?? -1;
  }

  #readRow(place: number): Row {
    const line = this.#written[place] ?? '';
    const first = String.fromCodePoint(line.codePointAt(0) ?? 0);
    const end = line.indexOf(' ');
    const written = end < 0 ? '' : line.slice(end);
    const value = this.#ownOf(first);
    const row = {
      first,
      own: value === first ? undefined : { phrase: first, value },
      written,
      seconds: written.replace(/ (.)[^ ]*/g, '$1'),
    };
    this.#rows[place] = row;
    return row;
  }

  /** What a character becomes by itself. */
  #ownOf(character: string): string {
    const line = this.#written[this.#placeAt(character, 0)] ?? '';
    const end = line.indexOf(' ');
    return line.slice(character.length, end < 0 ? undefined : end) || character;
  }

  #longestPhrase(place: number, row: Row, text: string, at: number): Match | undefined {
    const behind = at + row.first.length;
    if (behind >= text.length) return undefined;
    const unit = text.charCodeAt(behind);
    const key = place * 0x10000 + unit;
    const slot = (Math.imul(place, 0x9e3779b1) ^ unit) & (this.#readFor.length - 1);
    if (this.#readFor[slot] !== key) {
      this.#read[slot] = this.#readPhrases(row, text.charAt(behind));
      this.#readFor[slot] = key;
    }
    const matches = this.#read[slot] ?? NO_MATCHES;
    return matches === NO_MATCHES ? undefined : matches.find(({ phrase }) => text.startsWith(phrase, at));
  }

  /** The phrases of a row that go on with that unit, which stand together; the longest first. */
  #readPhrases({ first, written, seconds }: Row, second: string): readonly Match[] {
    if (!seconds.includes(second)) return NO_MATCHES;
    const matches: Match[] = [];
    const wanted = ` ${second}`;
    let at = written.indexOf(wanted);
    while (at >= 0 && written.startsWith(wanted, at)) {
      const end = written.indexOf(' ', at + 1);
      matches.push(this.#readPhrase(first, written.slice(at + 1, end < 0 ? undefined : end)));
      at = end;
    }
    return matches.sort((a, b) => b.phrase.length - a.phrase.length);
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
}
