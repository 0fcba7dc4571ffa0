/**
 * Guesses the encoding of bytes that are not UTF-8 and declare nothing, by which encoding the bytes fit, and how many of
 * the characters would be common ones. Undefined when none is likely: then it is a Western text.
 */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  // what is not ASCII begins with the first byte of a character, in every encoding that is asked for
  const start = bytes.findIndex((byte) => byte >= 0x80);
  const sample = bytes.subarray(start, start + SAMPLE);
  for (const candidates of [KOREAN, JAPANESE, CHINESE, ALPHABETS]) {
    const found = likeliest(sample, candidates);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * What is common in text of the encoding, as characters or as pairs of bytes, and the least share of it among all that is
 * not ASCII.
 */
type Candidate = readonly [label: string, common: RegExp | CommonPair, least: number];
type CommonPair = (lead: number, trail: number) => boolean;

/** Of the candidates that are likely, the one that passes its mark by most. */
function likeliest(sample: Uint8Array, candidates: readonly Candidate[]): string | undefined {
  let best: string | undefined;
  let bestRatio = 1;
  for (const [label, common, least] of candidates) {
    const text = fitting(sample, label);
    if (text === undefined) continue;
    const share = common instanceof RegExp ? shareOfCharacters(text, common) : shareOfPairs(sample, common);
    if (share / least > bestRatio) [best, bestRatio] = [label, share / least];
  }
  return best;
}

/** Enough for hundreds of characters; decoding for a dozen times what is not going to be kept is dear. */
const SAMPLE = 4096;

/*
 * The languages are asked for in an order in which none is taken for a later one: only Korean has its endings so often
 * (Chinese characters, which come in the order of their sounds, make rare Hangul); only Japanese has kana; Chinese keeps
 * to the rows of its encoding that hold punctuation and the common characters; any bytes are letters of some alphabet.
 */
const KOREAN: readonly Candidate[] = [
  [
    'euc-kr',
    /[이다는에의을가로고하지를은한기사도리어자아나스시인정대일해서수그들있게라과부장원국전만보상제주세여성신경소공우니]/g,
    0.25,
  ],
];
const JAPANESE: readonly Candidate[] = [
  ['shift_jis', /[\u3041-\u3096\u30a1-\u30fc、。]/g, 0.3],
  ['euc-jp', /[\u3041-\u3096\u30a1-\u30fc、。]/g, 0.3],
];
const CHINESE: readonly Candidate[] = [
  [
    'gb18030',
    (lead, trail) => isWithin(trail, 0xa1, 0xfe) && (isWithin(lead, 0xb0, 0xd7) || isMark(lead, trail)),
    0.9,
  ],
  ['big5', (lead) => isWithin(lead, 0xa1, 0xc6), 0.9],
];

/** Quotes, brackets and stops, and in a row of their own the wide forms of ASCII. */
function isMark(lead: number, trail: number): boolean {
  return lead === 0xa3 || (lead === 0xa1 && trail <= 0xbf);
}

function isWithin(byte: number, first: number, last: number): boolean {
  return byte >= first && byte <= last;
}

/** Nine in ten letters of Russian text; the rare ones are left out, since other alphabets would be made of them. */
const FREQUENT_CYRILLIC = /(?<=[а-яё])[аеиоутнсрвлкмдпзыья]|[А-Я](?=[а-яё])/g;

const ALPHABETS: readonly Candidate[] = [
  ['windows-1251', FREQUENT_CYRILLIC, 0.5],
  ['koi8-r', FREQUENT_CYRILLIC, 0.5],
  ['iso-8859-5', FREQUENT_CYRILLIC, 0.5],
  ['ibm866', FREQUENT_CYRILLIC, 0.5],
  // runs of three, because accented Latin letters, which these would be too, stand alone or in pairs
  ['windows-874', /(?<=[\u0e01-\u0e4e]{2})[\u0e01-\u0e4e]/g, 0.5],
  ['windows-1255', /(?<=[\u05d0-\u05ea])[\u05d0-\u05ea]/g, 0.5],
  ['windows-1256', /(?<=[\u0621-\u064a])[\u0621-\u064a]/g, 0.5],
  ['windows-1253', /(?<=[α-ωά-ώ])[αεηικλμνοπρστυάέήίόύ]/g, 0.5],
];

/** The text, if the bytes fit the encoding. A character cut in half by the end of the sample is no fault. */
function fitting(sample: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(sample, { stream: true });
  } catch {
    return undefined;
  }
}

function shareOfCharacters(text: string, common: RegExp): number {
  const foreign = text.match(/[^\x00-\x7f]/g)?.length ?? 0;
  return foreign === 0 ? 0 : (text.match(common)?.length ?? 0) / foreign;
}

function shareOfPairs(sample: Uint8Array, isCommon: CommonPair): number {
  let pairs = 0;
  let common = 0;
  for (let at = 0; at + 1 < sample.length; at++) {
    const lead = sample[at] ?? 0;
    if (lead < 0x80) continue;
    at++;
    pairs++;
    if (isCommon(lead, sample[at] ?? 0)) common++;
  }
  return pairs === 0 ? 0 : common / pairs;
}
