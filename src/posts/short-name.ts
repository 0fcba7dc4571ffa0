const MAX_GRAPHEMES = 120;
/** Linux takes 255 bytes in a name, and a program that writes it may put something before or behind. */
const MAX_BYTES = 230;

/**
 * As much of a text as can be a file's or folder's name everywhere, cut between graphemes (UAX #29): at most 120 of them
 * and 230 bytes in UTF-8, less the `taken` ASCII characters that stand beside it.
 */
export function shortenName(name: string, taken = 0): string {
  let length = 0;
  let graphemes = taken;
  let bytes = taken;
  for (const { segment } of GRAPHEMES.segment(name)) {
    graphemes++;
    bytes += utf8Length(segment);
    if (graphemes > MAX_GRAPHEMES || bytes > MAX_BYTES) break;
    length += segment.length;
  }
  return name.slice(0, length);
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
