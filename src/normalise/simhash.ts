/** Features that count, for copies are alike from the start and CPU time is scarce; fewer than a byte can count. */
const MAX_FEATURES = 120;
/** Features below this number say more about chance than about the text. */
const MIN_FEATURES = 16;
/** One bit of each byte. */
const EACH = 0x0101_0101;

/**
 * 64 bits, as 16 hex digits, that differ in few places between texts that differ in few (Charikar's simhash): each bit is
 * what most features of the text have there. Features are words, or in scripts written without spaces one in four pairs of
 * neighbours, chosen by what they are, so that two texts have the same ones. Undefined for a text that is too short to
 * tell.
 */
export function simhash(text: string): string | undefined {
  const counter = new BitCounter();
  let word = 0;
  let before = 0;
  for (let i = 0; i <= text.length && counter.features < MAX_FEATURES; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x20;
    if (code >= 0x3040 && code < 0xfb00) {
      const pair = before === 0 ? 1 : mixed(Math.imul(before, 0x1_0001) ^ code);
      if ((pair & 3) === 0) counter.add(pair);
      before = code;
      word = 0;
    } else if (isWordCharacter(code)) {
      // of capitals ASCII's alone are worth the time
      word = Math.imul(word ^ (code >= 0x41 && code <= 0x5a ? code | 0x20 : code), 0x0100_0193) | 1;
    } else {
      if (word !== 0) counter.add(mixed(word));
      word = 0;
      before = 0;
    }
  }
  return counter.features < MIN_FEATURES ? undefined : counter.majority();
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0xc0 && code < 0x2000)
  );
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the output's. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}

/** Counts how often each of 64 bits is set, four in one addition: a byte of a counter is one bit's. */
class BitCounter {
  features = 0;
  readonly #counts = new Int32Array(16);

  add(feature: number): void {
    this.features++;
    const counts = this.#counts;
    const other = mixed(feature ^ 0x5bd1_e995);
    for (let i = 0; i < 8; i++) {
      counts[i] = (counts[i] as number) + ((feature >>> i) & EACH);
      counts[i + 8] = (counts[i + 8] as number) + ((other >>> i) & EACH);
    }
  }

  /** For each bit whether it was set more often than not, as hex digits. */
  majority(): string {
    let digits = '';
    for (const lanes of this.#counts) {
      let digit = 0;
      for (let i = 0; i < 4; i++) if (2 * ((lanes >>> (8 * i)) & 0xff) > this.features) digit |= 1 << i;
      digits += digit.toString(16);
    }
    return digits;
  }
}
