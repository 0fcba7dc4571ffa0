import { Dictionary } from './dictionary.ts';

/** The dictionaries, in the order in which their file has them. */
export const DICTIONARIES = [
  'simplified-to-traditional',
  'traditional-to-simplified',
  'traditional-to-taiwan',
  'traditional-to-taiwan-words',
  'taiwan-to-traditional',
  'taiwan-words-to-traditional',
  'traditional-to-hong-kong',
  'hong-kong-to-traditional',
  'traditional-to-japanese',
  'japanese-to-traditional',
] as const;

export type DictionaryName = (typeof DICTIONARIES)[number];

/** How one configuration converts. */
interface Configuration {
  /** One after the other. */
  steps: readonly DictionaryName[];
  /** Whose phrases the steps convert each by itself, so that none joins the end of one and the start of the next. */
  segments?: DictionaryName;
  /** The language Chinese is in afterwards (BCP 47). */
  language?: string;
  /** Whether it is for texts in Japanese, which the others would spoil: it shares characters with both. */
  isForJapanese?: true;
}

const [S2T, T2S] = ['simplified-to-traditional', 'traditional-to-simplified'] as const;

/** OpenCC's configurations (github.com/BYVoid/OpenCC, `data/config`). */
const CONFIGURATIONS = {
  s2t: { steps: [S2T], language: 'zh-Hant' },
  t2s: { steps: [T2S], language: 'zh-CN' },
  s2tw: { steps: [S2T, 'traditional-to-taiwan'], segments: S2T, language: 'zh-TW' },
  tw2s: { steps: ['taiwan-to-traditional', T2S], segments: T2S, language: 'zh-CN' },
  s2hk: { steps: [S2T, 'traditional-to-hong-kong'], segments: S2T, language: 'zh-HK' },
  hk2s: { steps: ['hong-kong-to-traditional', T2S], segments: T2S, language: 'zh-CN' },
  s2twp: { steps: [S2T, 'traditional-to-taiwan-words'], segments: S2T, language: 'zh-TW' },
  tw2sp: { steps: ['taiwan-words-to-traditional', T2S], segments: T2S, language: 'zh-CN' },
  t2tw: { steps: ['traditional-to-taiwan'], language: 'zh-TW' },
  hk2t: { steps: ['hong-kong-to-traditional'], language: 'zh-Hant' },
  t2hk: { steps: ['traditional-to-hong-kong'], language: 'zh-HK' },
  t2jp: { steps: ['traditional-to-japanese'] },
  jp2t: { steps: ['japanese-to-traditional'], isForJapanese: true },
  tw2t: { steps: ['taiwan-to-traditional'], language: 'zh-Hant' },
} satisfies Record<string, Configuration>;

/** Forms of characters for old encodings, which OpenCC converts as the characters they are forms of. */
const COMPATIBILITY = /[\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** Keeps the end of one phrase from joining the start of the next. A noncharacter, which bodies have none of. */
const MARK = '\ufdd1';

const NOT_ASCII = /[^\0-\x7f]/;

export type ConversionName = keyof typeof CONFIGURATIONS;

/** The names of the conversions there are, such as `s2t`: simplified to traditional Chinese. */
export const CONVERSIONS = Object.keys(CONFIGURATIONS) as readonly ConversionName[];

/** Converts texts from one way to write Chinese to another. */
export interface Converter {
  convert: (text: string) => string;
  /** The language Chinese is in afterwards (BCP 47); undefined where it stays what it was. */
  language?: string;
  /** Whether it is for texts in Japanese. */
  isForJapanese: boolean;
}

/** The dictionaries of a file that `scripts/chinese-dictionaries.ts` has written, each read when it is needed. */
export class Dictionaries {
  readonly #written: ReadonlyMap<string, string>;
  readonly #read = new Map<DictionaryName, Dictionary>();

  constructor(file: string) {
    const [_notice, ...sections] = file.split('\n\n');
    this.#written = new Map(DICTIONARIES.map((name, index) => [name, sections[index] ?? '']));
  }

  /** What converts a text in linear time, by the longest phrases that the dictionaries have. */
  converter(name: ConversionName): Converter {
    const { steps, segments, language, isForJapanese }: Configuration = CONFIGURATIONS[name];
    const [first = S2T, ...others] = steps;
    // the first step sets the marks itself, if it has the same phrases
    const passes: ((text: string) => string)[] = [
      segments === undefined || segments === first
        ? (text) => this.#dictionary(first).convert(text, segments && { mark: MARK })
        : (text) =>
            this.#dictionary(first).convert(
              this.#dictionary(segments).convert(text, { mark: MARK, isMarkingOnly: true }),
            ),
      ...others.map((step) => (text: string) => this.#dictionary(step).convert(text)),
    ];
    return {
      convert(text) {
        if (!NOT_ASCII.test(text)) return text;
        const normalised = text.replace(COMPATIBILITY, (character) => character.normalize());
        return passes.reduce((part, pass) => pass(part), normalised).replaceAll(MARK, '');
      },
      ...(language !== undefined && { language }),
      isForJapanese: isForJapanese === true,
    };
  }

  #dictionary(name: DictionaryName): Dictionary {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const dictionary = new Dictionary(this.#written.get(name) ?? '');
    this.#read.set(name, dictionary);
    return dictionary;
  }
}
