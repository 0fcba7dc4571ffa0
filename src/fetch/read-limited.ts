import { openBody } from './body-reader.ts';

export type ReadResult =
  | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'too-large'; limit: number }
  | { kind: 'timeout' }
  | { kind: 'broken' };

/** Room for most feeds at once: what is there in one piece is not copied. */
const FIRST_BYTES = 131_072;
const NEXT_BYTES = 32_768;

/**
 * Reads a whole body into memory, at most `limit` bytes of it, counted as the stream delivers them, which for a
 * response is after decompression. As soon as there are more the transfer is cancelled and nothing is kept. `idleMs`
 * bounds the wait for each piece.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  { limit, idleMs }: { limit: number; idleMs: number },
): Promise<ReadResult> {
  if (body === null) return { kind: 'bytes', bytes: new Uint8Array() };
  const reader = openBody(body, idleMs);
  let buffer = new Uint8Array();
  let length = 0;
  for (;;) {
    const step = await reader.next(length === 0 ? FIRST_BYTES : NEXT_BYTES);
    if (step.kind === 'end') return { kind: 'bytes', bytes: buffer.subarray(0, length) };
    if (step.kind !== 'chunk') return step;
    const end = length + step.bytes.length;
    if (end > limit) {
      reader.cancel();
      return { kind: 'too-large', limit };
    }
    if (length === 0) buffer = step.bytes;
    else {
      if (end > buffer.length) buffer = grown(buffer, length, end);
      buffer.set(step.bytes, length);
    }
    length = end;
  }
}

/** Doubling keeps the copying linear in the size of the body. */
function grown(buffer: Uint8Array<ArrayBuffer>, used: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, buffer.length * 2));
  larger.set(buffer.subarray(0, used));
  return larger;
}
