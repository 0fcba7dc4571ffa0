/**
 * Guesses the encoding of bytes that are not UTF-8 and declare nothing. Looks at which multi-byte encoding the bytes
 * fit, and how many of the characters would be common ones. Undefined when none is likely: then it is a Western text.
 */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  // any bytes are letters of some single-byte alphabet, but few make frequent characters of a multi-byte one
  return likeliest(sample, MULTI_BYTE) ?? likeliest(sample, SINGLE_BYTE);
}

type Candidate = readonly [label: string, common: RegExp];

function likeliest(sample: Uint8Array, candidates: readonly Candidate[]): string | undefined {
  let best: string | undefined;
  let bestShare = LIKELY;
  for (const [label, common] of candidates) {
    const share = commonShare(sample, label, common);
    if (share > bestShare) [best, bestShare] = [label, share];
  }
  return best;
}

const SAMPLE = 65_536;

/** Share of common characters among all that are not ASCII; chance gives far less in every candidate. */
const LIKELY = 0.5;

/** What is common in text of each encoding. Kana and Hangul prove themselves; Han needs a list of frequent ones. */
const HAN =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运';
const HAN_TRADITIONAL =
  '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運';
const CJK_MARKS = '，。、：；！？“”‘’（）《》「」『』【】…—　';

/** Nine in ten letters of Russian text; the rare ones are left out, since other alphabets would be made of them. */
const FREQUENT_CYRILLIC = /(?<=[а-яё])[аеиоутнсрвлкмдпзыья]|[А-Я](?=[а-яё])/g;

const MULTI_BYTE: readonly Candidate[] = [
  ['gb18030', new RegExp(`[${HAN}${CJK_MARKS}]`, 'g')],
  ['big5', new RegExp(`[${HAN_TRADITIONAL}${CJK_MARKS}]`, 'g')],
  ['shift_jis', /[\u3041-\u3096\u30a1-\u30fc、。]/g],
  ['euc-jp', /[\u3041-\u3096\u30a1-\u30fc、。]/g],
  ['euc-kr', /[\uac00-\ud7a3]/g],
];

const SINGLE_BYTE: readonly Candidate[] = [
  ['windows-1251', FREQUENT_CYRILLIC],
  ['koi8-r', FREQUENT_CYRILLIC],
  // runs of three, because accented Latin letters, which these would be too, stand alone or in pairs
  ['windows-874', /(?<=[\u0e01-\u0e4e]{2})[\u0e01-\u0e4e]/g],
  ['windows-1255', /(?<=[\u05d0-\u05ea])[\u05d0-\u05ea]/g],
  ['windows-1253', /(?<=[α-ωά-ώ])[α-ωά-ώ]/g],
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
