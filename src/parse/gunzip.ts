/** Whether bytes begin as a gzip stream (RFC 1952, 2.3.1), as some servers send without saying so. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
}

/**
 * Unpacks gzip bytes that were served without `Content-Encoding`. Stops at `limit` bytes of output, so that a small
 * bomb stays small; a stream that is cut off gives what came before the cut.
 */
export async function gunzip(bytes: Uint8Array, limit: number): Promise<Gunzipped> {
  const reader = unpacking(bytes).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: 'unpacked', bytes: joined(parts, size) };
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        return { kind: 'too-large' };
      }
      parts.push(value);
    }
  } catch {
    return size > 0 ? { kind: 'unpacked', bytes: joined(parts, size) } : { kind: 'broken' };
  }
}

export type Gunzipped = { kind: 'unpacked'; bytes: Uint8Array } | { kind: 'too-large' } | { kind: 'broken' };

/** Given in pieces, because a decompressor that meets a broken end drops all it made of the same piece. */
const PIECE = 16_384;

function unpacking(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  const packed = new ReadableStream<BufferSource>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + PIECE)));
      at += PIECE;
    },
  });
  return packed.pipeThrough(new DecompressionStream('gzip')) as ReadableStream<Uint8Array>;
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
