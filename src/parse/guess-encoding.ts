/**
 * Guesses the encoding of bytes that are not UTF-8 and declare nothing, by which encoding the bytes fit, and how many of
 * the characters would be common ones. Undefined when none is likely: then it is a Western text.
 */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  for (const candidates of [KOREAN, JAPANESE, chinese, ALPHABETS]) {
    const found = likeliest(sample, typeof candidates === 'function' ? candidates() : candidates);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is common in text of the encoding, and the least share of it among all that is not ASCII. */
type Candidate = readonly [label: string, common: RegExp, least: number];

/** Of the candidates that are likely, the one that passes its mark by most. */
function likeliest(sample: Uint8Array, candidates: readonly Candidate[]): string | undefined {
  let best: string | undefined;
  let bestRatio = 1;
  for (const [label, common, least] of candidates) {
    const ratio = commonShare(sample, label, common) / least;
    if (ratio > bestRatio) [best, bestRatio] = [label, ratio];
  }
  return best;
}

const SAMPLE = 65_536;

const CJK_MARKS = '，。、：；！？“”‘’（）《》「」『』【】…—　';

/*
 * The languages are asked for in an order in which none is taken for a later one: only Korean has its endings so often
 * (Chinese characters, which come in the order of their sounds, make rare Hangul); only Japanese has kana; Chinese keeps
 * to the part of its encoding that holds the common characters; any bytes are letters of some alphabet.
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

function chinese(): readonly Candidate[] {
  const simplified = commonHan('gb18030', { leads: [0xb0, 0xd7], trails: [[0xa1, 0xfe]] });
  const traditional = commonHan('big5', {
    leads: [0xa4, 0xc6],
    trails: [
      [0x40, 0x7e],
      [0xa1, 0xfe],
    ],
  });
  return [
    ['gb18030', simplified, 0.9],
    ['big5', traditional, 0.9],
  ];
}

/** The characters between the first and last lead and trail bytes, with punctuation. */
function commonHan(
  label: string,
  {
    leads: [first, last],
    trails,
  }: { leads: readonly [number, number]; trails: readonly (readonly [number, number])[] },
): RegExp {
  const bytes: number[] = [];
  for (let lead = first; lead <= last; lead++) {
    for (const [from, to] of trails) for (let trail = from; trail <= to; trail++) bytes.push(lead, trail);
  }
  const characters = new TextDecoder(label).decode(Uint8Array.from(bytes)).replace(/[\x00-\x7f\ufffd]/g, '');
  return new RegExp(`[${characters}${CJK_MARKS}]`, 'g');
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

/** 0 when the bytes do not fit the encoding. A character cut in half by the end of the sample is no fault. */
function commonShare(sample: Uint8Array, label: string, common: RegExp): number {
  let text: string;
  try {
    text = new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(sample, { stream: true });
  } catch {
    return 0;
  }
  const foreign = text.match(/[^\x00-\x7f]/g)?.length ?? 0;
  return foreign === 0 ? 0 : (text.match(common)?.length ?? 0) / foreign;
}
