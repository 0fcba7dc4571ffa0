import { guessEncoding } from './guess-encoding.ts';
import type { Repair } from './parsed-feed.ts';

export interface DecodedText {
  /** Without a byte order mark. */
  text: string;
  /** Label of the encoding that was used, as `TextDecoder` names it, or `utf-32le`, `utf-32be`. */
  encoding: string;
  repairs: Repair[];
}

/**
 * Decodes a document of unknown encoding. In order: the byte order mark; UTF-16 and UTF-32 by where their zero bytes
 * fall (XML 1.0, appendix F); UTF-8 where the bytes are valid UTF-8, whatever is declared, because text in another
 * encoding is hardly ever valid UTF-8 by chance while wrong labels are common; then the `charset` of `contentType`
 * (RFC 7303, 3), the XML declaration or HTML `meta`, as far as the bytes fit them; then a guess from the bytes. Never
 * fails: what fits nothing is read as the declared encoding, or windows-1252.
 */
export function bytesToText(bytes: Uint8Array, contentType?: string): DecodedText {
  const mark = BYTE_ORDER_MARKS.find(([start]) => start.every((byte, index) => bytes[index] === byte));
  if (mark !== undefined) return fromMark(bytes.subarray(mark[0].length), mark[1]);
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return plain(decodeWide(bytes, wide), wide);
  return fromLabels(bytes, declaredLabels(bytes, contentType));
}

/** UTF-32 stands before UTF-16, whose mark it begins with. */
const BYTE_ORDER_MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe, 0, 0], 'utf-32le'],
  [[0, 0, 0xfe, 0xff], 'utf-32be'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Encodings written in seven bits, so that their text is valid UTF-8 and only the escapes betray it. */
const SEVEN_BIT = new Set(['iso-2022-jp']);

/** Where an XML declaration or a `meta` that names the encoding may stand. */
const DECLARATION_BYTES = 1024;

function fromMark(bytes: Uint8Array, encoding: string): DecodedText {
  if (encoding !== 'utf-8') return plain(decodeWide(bytes, encoding), encoding);
  const text = decodeStrictly(bytes, 'utf-8');
  return text === undefined ? brokenUtf8(bytes) : plain(text, 'utf-8');
}

function fromLabels(bytes: Uint8Array, labels: readonly string[]): DecodedText {
  const sevenBit = labels.find((label) => SEVEN_BIT.has(label));
  if (sevenBit !== undefined && bytes.includes(0x1b)) return plain(decode(bytes, sevenBit), sevenBit);
  const utf8 = decodeStrictly(bytes, 'utf-8');
  if (utf8 !== undefined) return asUtf8(utf8, labels);
  for (const label of labels) {
    const text = label === 'utf-8' ? undefined : decodeStrictly(bytes, label);
    if (text !== undefined) return { text, encoding: label, repairs: differing(labels, label) };
  }
  return undeclared(bytes, labels);
}

/** UTF-8 by its bytes; a declaration that says otherwise is worth telling only where it would have mattered. */
function asUtf8(text: string, labels: readonly string[]): DecodedText {
  const other = labels.find((label) => label !== 'utf-8');
  const mattered = other !== undefined && /[^\x00-\x7f]/.test(text);
  return { text, encoding: 'utf-8', repairs: mattered ? [wrongLabel(other, 'utf-8')] : [] };
}

/** Bytes that are not what they are declared to be, or that declare nothing. */
function undeclared(bytes: Uint8Array, labels: readonly string[]): DecodedText {
  const declared = labels.find((label) => label !== 'utf-8');
  if (declared !== undefined) {
    const detail = `some bytes are not valid ${declared}`;
    return { text: decode(bytes, declared), encoding: declared, repairs: [{ kind: 'encoding', detail }] };
  }
  if (mostlyUtf8(bytes)) return brokenUtf8(bytes);
  const guess = guessEncoding(bytes) ?? 'windows-1252';
  return {
    text: decodeStrictly(bytes, guess) ?? decode(bytes, guess),
    encoding: guess,
    repairs: [wrongLabel(labels[0] ?? 'nothing', guess)],
  };
}

function differing(labels: readonly string[], used: string): Repair[] {
  const first = labels[0];
  return first === undefined || first === used ? [] : [wrongLabel(first, used)];
}

function wrongLabel(declared: string, actual: string): Repair {
  return { kind: 'encoding', detail: `declared ${declared}, was ${actual}` };
}

function plain(text: string, encoding: string): DecodedText {
  return { text, encoding, repairs: [] };
}

/** Whether multi-byte sequences that are right outnumber the bytes that are wrong: UTF-8 with a few strays. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  let right = 0;
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const length = sequenceLength(bytes, at);
    if (length === 0) wrong++;
    else {
      right++;
      at += length - 1;
    }
  }
  return right > wrong;
}

/** UTF-8 in which stray bytes are read as windows-1252, where pasted quotes and dashes come from. */
function brokenUtf8(bytes: Uint8Array): DecodedText {
  const strict = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  const stray = new TextDecoder('windows-1252');
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length - 1;
      continue;
    }
    parts.push(strict.decode(bytes.subarray(from, at)), stray.decode(bytes.subarray(at, at + 1)));
    from = at + 1;
  }
  parts.push(strict.decode(bytes.subarray(from)));
  const detail = 'bytes that are not UTF-8 were read as windows-1252';
  return { text: parts.join(''), encoding: 'utf-8', repairs: [{ kind: 'encoding', detail }] };
}

/** Length of the valid multi-byte sequence at `at` (RFC 3629, 4), or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  for (let index = 1; index < length; index++) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  const overlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  const beyond = (lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

/** The labels that are named, most binding first, as `TextDecoder` would call them; unknown ones are left out. */
function declaredLabels(bytes: Uint8Array, contentType: string | undefined): string[] {
  const http = /;\s*charset\s*=\s*["']?\s*([^\s"';,]+)/i.exec(contentType ?? '')?.[1];
  const start = new TextDecoder('windows-1252').decode(bytes.subarray(0, DECLARATION_BYTES));
  const xml = /<\?xml\s[^>]*?encoding\s*=\s*["']?\s*([\w.:-]+)/i.exec(start)?.[1];
  const meta =
    xml === undefined ? /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(start)?.[1] : undefined;
  const labels = [http, xml, meta].map(knownLabel).filter((label) => label !== undefined);
  return [...new Set(labels)];
}

/** The encoding's own name; undefined for a label that nobody knows, and for UTF-16, which has no zero pattern here. */
function knownLabel(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    const { encoding } = new TextDecoder(ALIASES[label.toLowerCase()] ?? label);
    if (encoding.startsWith('utf-16')) return undefined;
    return encoding === 'gbk' ? 'gb18030' : encoding;
  } catch {
    return undefined;
  }
}

/** Labels that documents use and the Encoding standard does not list. gb2312 and gbk are subsets of gb18030. */
const ALIASES: Readonly<Record<string, string>> = {
  gb2312: 'gb18030',
  gbk: 'gb18030',
  cp936: 'gb18030',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp932: 'shift_jis',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  'us-ascii': 'windows-1252',
};

/** UTF-16 or UTF-32 without a mark: one ASCII character at the start shows which bytes are zero. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (bytes.length < 4) return undefined;
  if (a !== 0 && b === 0 && c === 0 && d === 0) return 'utf-32le';
  if (a === 0 && b === 0 && c === 0 && d !== 0) return 'utf-32be';
  if (a !== 0 && b === 0 && d === 0) return 'utf-16le';
  if (a === 0 && b !== 0 && c === 0) return 'utf-16be';
  return undefined;
}

function decodeWide(bytes: Uint8Array, encoding: string): string {
  return encoding.startsWith('utf-32')
    ? decodeUtf32(bytes, encoding === 'utf-32le')
    : decode(bytes.subarray(0, bytes.length - (bytes.length % 2)), encoding);
}

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    parts.push(code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code));
  }
  return parts.join('').replace(/^\ufeff/, '');
}

function decode(bytes: Uint8Array, label: string): string {
  return new TextDecoder(label).decode(bytes);
}

/** Undefined when the bytes are not valid. A document may be cut off within its last character, which is then dropped. */
function decodeStrictly(bytes: Uint8Array, label: string): string | undefined {
  return decodeWhole(bytes, label, false) ?? decodeWhole(bytes, label, true);
}

function decodeWhole(bytes: Uint8Array, label: string, isCutOff: boolean): string | undefined {
  try {
    const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: false });
    const text = decoder.decode(bytes, { stream: isCutOff });
    // one letter of another encoding at the very end would look the same
    return isCutOff && !/[^\x00-\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
