import { type BodyReader, CHUNK_BYTES, openBody } from '../fetch/body-reader.ts';
import type { Patience } from '../fetch/patience.ts';
import { SURE_BYTES, TYPE_BYTES } from './picture-type.ts';

/** A body of which the beginning has been read. */
export interface PictureBody {
  /** The first bytes, as many as show the type. */
  head: Uint8Array<ArrayBuffer>;
  /** Whether there is nothing behind the head. */
  isWhole: boolean;
  rest: BodyReader;
}

/** What is no larger is taken whole if it is there: another stream behind its beginning costs more than its bytes. */
const SMALL_BYTES = 131_072;
/** Room for the beginning of what is larger. */
const HEAD_BYTES = 65_536;

export type OpenedBody = { kind: 'opened'; body: PictureBody } | { kind: 'timeout' } | { kind: 'broken' };

/**
 * Reads as much of a body as its type needs, so that the first bytes go on as soon as they are there, and all of one
 * that came in one piece. `isKnown` tells whether a beginning shows its type; `idleMs` bounds the wait for every piece,
 * of the rest too.
 */
export async function openPicture(
  body: ReadableStream<Uint8Array>,
  {
    idleMs,
    patience,
    length,
    isKnown,
  }: {
    idleMs: number;
    patience: Patience;
    length: number | undefined;
    isKnown: (head: Uint8Array) => boolean;
  },
): Promise<OpenedBody> {
  const rest = openBody(body, idleMs, patience);
  const room = length !== undefined && length <= SMALL_BYTES ? length : HEAD_BYTES;
  let head: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (const start = Date.now(); ; ) {
    if (Date.now() - start > idleMs) {
      rest.cancel();
      return { kind: 'timeout' };
    }
    const step = await rest.next(Math.max(1, room - head.length));
    if (step.kind === 'end') return { kind: 'opened', body: { head, isWhole: true, rest } };
    if (step.kind !== 'chunk') return step;
    head = head.length === 0 ? step.bytes : concat(head, step.bytes);
    // what is whole needs no stream, which costs more than it does
    if (head.length === length) {
      patience.end();
      return { kind: 'opened', body: { head, isWhole: true, rest } };
    }
    if (head.length >= TYPE_BYTES || (head.length >= SURE_BYTES && isKnown(head)))
      return { kind: 'opened', body: { head, isWhole: false, rest } };
  }
}

/** A transfer that is slower than this over its whole length is given up: 64 kbit a second. */
const LOWEST_BYTES_PER_MS = 8;

/**
 * The body as a stream of exactly `length` bytes that the runtime passes on by itself, which costs a fraction of doing
 * it here. Pauses go unseen meanwhile, so the whole transfer has a limit: `idleMs`, and as long as the length takes at
 * the lowest rate.
 */
export function passOn(
  { head, rest }: PictureBody,
  { length, idleMs }: { length: number; idleMs: number },
): ReadableStream<Uint8Array> {
  const { readable, writable } = openPipe(length);
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), idleMs + length / LOWEST_BYTES_PER_MS);
  const pass = async () => {
    const writer = writable.getWriter();
    await writer.write(head);
    writer.releaseLock();
    await rest.release().pipeTo(writable, { signal: impatience.signal });
  };
  pass()
    // the client went away before the head was taken; otherwise the pipe has ended both sides
    .catch(() => rest.cancel())
    .finally(() => clearTimeout(timer));
  return readable;
}

/**
 * The body as a stream of at most `limitBytes`, read no faster than it is taken. With a `copy` every piece goes there
 * as well, and the slower of the two sets the pace, so that neither piles up in memory. When the picture is too large
 * or breaks off both streams fail, because a picture cut short must not pass for a whole one. So they do when it comes
 * more slowly than the lowest rate, on which `idleMs` are allowed; the time that a client takes is not counted.
 */
export function streamPicture(
  { head, rest }: PictureBody,
  { length, limitBytes, idleMs }: { length: number | undefined; limitBytes: number; idleMs: number },
  copy?: BodyCopy,
): ReadableStream<Uint8Array> {
  const { readable, writable } = openPipe(length);
  const writer = writable.getWriter();
  const send = async (bytes: Uint8Array) => {
    await Promise.all([writer.write(bytes), copy?.write(bytes)]);
  };
  const pass = async () => {
    let sent = 0;
    let waitedMs = 0;
    // One piece of memory serves for all: what is thrown away piles up faster than it is collected.
    let memory = new ArrayBuffer(CHUNK_BYTES);
    for (let bytes = head; ; ) {
      sent += bytes.length;
      if (sent > limitBytes) throw new Error(`the picture is larger than ${limitBytes} bytes`);
      await send(bytes);
      const start = Date.now();
      const step = await rest.next(memory);
      waitedMs += Date.now() - start;
      if (step.kind === 'end') break;
      if (waitedMs > idleMs + sent / LOWEST_BYTES_PER_MS) throw new Error('the picture comes too slowly');
      if (step.kind !== 'chunk') throw new Error(`the picture broke off (${step.kind})`);
      bytes = step.bytes;
      memory = bytes.buffer;
    }
    await writer.close();
    copy?.finish();
  };
  pass().catch((reason) => {
    rest.cancel();
    copy?.drop();
    writer.abort(reason).catch(() => {});
  });
  return readable;
}

/** A second way out of a stream, for the cache. */
export interface BodyCopy {
  readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Waits until somebody reads, unless the copy was given up. */
  write(bytes: Uint8Array): Promise<void>;
  finish(): void;
  /** Gives the copy up; whoever reads it sees it fail, and writing no longer waits for it. */
  drop(): void;
}

/** `length` is how many bytes will be written, when that is known. */
export function openCopy(length: number | undefined): BodyCopy {
  const { readable, writable } = openPipe(length);
  const writer = writable.getWriter();
  const dropped = Promise.withResolvers<void>();
  return {
    readable,
    write: (bytes) => Promise.race([writer.write(bytes).catch(() => {}), dropped.promise]),
    finish: () => void writer.close().catch(() => {}),
    drop() {
      dropped.resolve();
      writer.abort(new Error('the picture was not read to its end')).catch(() => {});
    },
  };
}

type Pipe = TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>;

/**
 * A stream to write to and one to read from, which the runtime passes on by itself. What was written has been taken, so
 * that its memory may be used again. Workers sends a length only for a stream that promises one; elsewhere the header
 * alone does it.
 */
export function openPipe(length: number | undefined): Pipe {
  const { FixedLengthStream, IdentityTransformStream } = globalThis as unknown as {
    FixedLengthStream?: new (length: number) => Pipe;
    IdentityTransformStream?: new () => Pipe;
  };
  if (length !== undefined && FixedLengthStream) return new FixedLengthStream(length);
  if (IdentityTransformStream) return new IdentityTransformStream();
  return new TransformStream({ transform: (bytes, controller) => controller.enqueue(bytes.slice()) });
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
