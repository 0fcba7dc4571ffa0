const BLOCK = 512;
const ENCODER = new TextEncoder();

/**
 * One file of a tar archive (POSIX.1-2001, pax): header and content in whole blocks. A name that is not short ASCII
 * stands in an extended header, in UTF-8. @param time milliseconds since 1970
 */
export function toTarEntry(path: string, content: string, time: number): Uint8Array {
  const bytes = ENCODER.encode(content);
  const seconds = Math.max(0, Math.floor(time / 1000));
  const isPlain = path.length <= 100 && /^[\x20-\x7e]+$/.test(path);
  const extended = isPlain ? undefined : ENCODER.encode(paxRecord('path', path));
  const name = isPlain ? path : `post-${path.slice(-11)}`;
  return joined([
    ...(extended === undefined
      ? []
      : [headerOf('pax-path', extended.length, seconds, 'x'), inBlocks(extended)]),
    headerOf(name.replace(/[^\x20-\x7e]/g, '_'), bytes.length, seconds, '0'),
    inBlocks(bytes),
  ]);
}

/** The end of an archive: two blocks of zeros. */
export const TAR_END = new Uint8Array(2 * BLOCK);

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ENCODER.encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length++;
  return `${length} ${key}=${value}\n`;
}

function headerOf(name: string, size: number, seconds: number, type: string): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => header.set(ENCODER.encode(text), offset);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  put(0, name.slice(0, 100));
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(seconds, 11));
  // the sum is taken with spaces in its own place
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\0');
  put(263, '00');
  put(
    148,
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  );
  return header;
}

function inBlocks(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  blocks.set(bytes);
  return blocks;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
