/**
 * Beginnings of month names, lower-case and without accents: English, German, French, Spanish, Portuguese, Italian,
 * Dutch, Danish, Norwegian, Swedish, Finnish, Indonesian, Polish, Czech, Romanian, Turkish, Russian, Ukrainian, Greek,
 * Hungarian. Four letters where three would be a weekday or another month. Czech June and July begin alike and are left out.
 */
const MONTH_STARTS: readonly (readonly string[])[] = [
  ['jan', 'ene', 'gen', 'ian', 'sty', 'ledn', 'oca', 'tamm', 'янв', 'січ', 'ιαν'],
  ['feb', 'fev', 'lut', 'unor', 'sub', 'helm', 'фев', 'лют', 'φεβ'],
  ['mar', 'maer', 'mrz', 'mrt', 'brez', 'maal', 'мар', 'бер', 'μαρ', 'μαω'],
  ['apr', 'avr', 'abr', 'kwi', 'dubn', 'nis', 'huht', 'апр', 'кві', 'απρ'],
  ['may', 'mai', 'mei', 'maj', 'mag', 'kvet', 'touk', 'маи', 'мая', 'тра', 'μαι'],
  ['jun', 'juin', 'giu', 'iun', 'cze', 'haz', 'kesa', 'июн', 'черв', 'ιουν', 'ιον'],
  ['jul', 'juil', 'lug', 'iul', 'lip', 'tem', 'hein', 'июл', 'лип', 'ιουλ', 'ιολ'],
  ['aug', 'aou', 'ago', 'agu', 'sie', 'srpn', 'elok', 'авг', 'серп', 'αυγ'],
  ['sep', 'set', 'wrz', 'szep', 'zari', 'eyl', 'syys', 'сен', 'вере', 'σεπ'],
  ['oct', 'okt', 'out', 'ott', 'paz', 'rijn', 'eki', 'loka', 'окт', 'жов', 'οκτ'],
  ['nov', 'noi', 'lis', 'kas', 'marr', 'ноя', 'лис', 'νοε'],
  ['dec', 'dez', 'dic', 'des', 'gru', 'pros', 'ara', 'joul', 'дек', 'гру', 'δεκ'],
];

const MONTH_OF = new Map(
  MONTH_STARTS.flatMap((starts, index) => starts.map((start) => [start, index + 1] as const)),
);

/** Tuesdays, which begin like March. `mar` alone is decided by what stands beside it. */
const TUESDAYS = new Set(['martes', 'mardi', 'marti', 'martedi']);

/** 1 to 12 for the name of a month or its abbreviation (lower-case, no accents); undefined for another word. */
export function monthOf(word: string): number | undefined {
  if (TUESDAYS.has(word)) return undefined;
  return MONTH_OF.get(word.slice(0, 4)) ?? MONTH_OF.get(word.slice(0, 3));
}

/** Minutes east of UTC of the zone names that dates use (RFC 822, 5, and custom). Single letters: RFC 5322, 4.3. */
const ZONE_MINUTES = new Map<string, number>([
  ['ut', 0],
  ['utc', 0],
  ['gmt', 0],
  ['z', 0],
  ['wet', 0],
  ['bst', 60],
  ['west', 60],
  ['cet', 60],
  ['met', 60],
  ['mez', 60],
  ['cest', 120],
  ['mest', 120],
  ['mesz', 120],
  ['eet', 120],
  ['sast', 120],
  ['eest', 180],
  ['msk', 180],
  ['msd', 240],
  ['trt', 180],
  ['irst', 210],
  ['pkt', 300],
  ['ist', 330],
  ['ict', 420],
  ['npt', 345],
  ['wib', 420],
  ['hkt', 480],
  ['sgt', 480],
  ['pht', 480],
  ['wita', 480],
  ['awst', 480],
  ['jst', 540],
  ['kst', 540],
  ['wit', 540],
  ['acst', 570],
  ['aest', 600],
  ['acdt', 630],
  ['aedt', 660],
  ['nzst', 720],
  ['nzdt', 780],
  ['nst', -210],
  ['ndt', -150],
  ['brt', -180],
  ['art', -180],
  ['uyt', -180],
  ['clst', -180],
  ['clt', -240],
  ['adt', -180],
  ['ast', -240],
  ['at', -240],
  ['edt', -240],
  ['et', -300],
  ['est', -300],
  ['cot', -300],
  ['pet', -300],
  ['cdt', -300],
  ['ct', -360],
  ['cst', -360],
  ['mdt', -360],
  ['mt', -420],
  ['mst', -420],
  ['pdt', -420],
  ['pt', -480],
  ['pst', -480],
  ['akdt', -480],
  ['akst', -540],
  ['hst', -600],
]);

/** Undefined for a word that is no zone. */
export function zoneMinutes(word: string): number | undefined {
  return ZONE_MINUTES.get(word);
}
