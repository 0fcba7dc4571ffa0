/** Text as GBK bytes. @throws RangeError for a character that GBK has not. */
export function toGbk(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    if (character < '\x80') {
      bytes.push(character.charCodeAt(0));
      continue;
    }
    const pair = gbkPairs().get(character);
    if (!pair) throw new RangeError(`GBK has no ${character}`);
    bytes.push(...pair);
  }
  return Uint8Array.from(bytes);
}

let pairs: Map<string, [number, number]> | undefined;

/** The platform decodes GBK and does not encode it, so the table is its decoder turned round. */
function gbkPairs(): Map<string, [number, number]> {
  if (pairs) return pairs;
  pairs = new Map();
  const decoder = new TextDecoder('gbk');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if ([...character].length === 1 && character !== '\uFFFD') pairs.set(character, [lead, trail]);
    }
  }
  return pairs;
}
