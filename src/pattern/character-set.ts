/** The characters that one place of an expression accepts. */
export interface CharacterSet {
  /** Equal for sets that were written alike. */
  key: string;
  has: (character: string) => boolean;
}

/** One member of a bracket expression, as the inside of a JavaScript class: `a-z`, `\p{Han}`. */
export interface ClassItem {
  source: string;
  negated: boolean;
}

/** `\d`, `\s`, `\w` as RE2 has them: of ASCII alone. */
export const PERL_CLASSES: Record<string, string> = {
  d: '0-9',
  s: '\\t\\n\\f\\r ',
  w: '0-9A-Za-z_',
};

/** `[[:alpha:]]` and its kin. */
export const POSIX_CLASSES: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** Every character but a line feed, or with `(?s)` every one. */
export function anyCharacter(includingLineFeed: boolean): CharacterSet {
  return includingLineFeed
    ? { key: '(?s).', has: () => true }
    : { key: '.', has: (character) => character !== '\n' };
}

export function oneCharacter(codePoint: number, ignoreCase: boolean): CharacterSet {
  const wanted = String.fromCodePoint(codePoint);
  if (ignoreCase && wanted.toLowerCase() + wanted.toUpperCase() !== wanted + wanted) {
    return characterClass([{ source: classSource(codePoint, codePoint), negated: false }], {
      negated: false,
      ignoreCase,
    });
  }
  return { key: `=${wanted}`, has: (character) => character === wanted };
}

/**
 * A set of class items. The platform's regular expressions answer for it, one character at a time, which takes no
 * backtracking; so Unicode and its case folding are the platform's. A negated item is asked for on its own, because
 * RE2 folds case before it negates.
 */
export function characterClass(
  items: readonly ClassItem[],
  { negated, ignoreCase }: { negated: boolean; ignoreCase: boolean },
): CharacterSet {
  const flags = ignoreCase ? 'iu' : 'u';
  const positive = items.flatMap((item) => (item.negated ? [] : item.source)).join('');
  const sources = [
    ...(positive === '' ? [] : [`[${positive}]`]),
    ...items.flatMap((item) => (item.negated ? `[^${item.source}]` : [])),
  ];
  const classes = sources.map((source) => new RegExp(source, flags));
  return {
    key: `${negated ? '!' : ''}${flags}${sources.join('')}`,
    has: (character) => classes.some((each) => each.test(character)) !== negated,
  };
}

/** From one code point to another, as the inside of a JavaScript class. */
export function classSource(from: number, to: number): string {
  const escaped = (codePoint: number) => `\\u{${codePoint.toString(16)}}`;
  return from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`;
}

/** What `\p{name}` stands for: `Any`, a general category of one or two letters, or a script such as `Han`. */
export function unicodeClass(name: string): string | undefined {
  if (name === 'Any') return '\\u{0}-\\u{10ffff}';
  const source = /^[A-Z][a-z]?$/.test(name) ? `\\p{${name}}` : `\\p{Script=${name}}`;
  if (!/^[A-Za-z_]+$/.test(name)) return undefined;
  try {
    new RegExp(source, 'u');
    return source;
  } catch {
    return undefined;
  }
}
