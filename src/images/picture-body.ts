import { type BodyReader, openBody } from '../fetch/body-reader.ts';
import { SURE_BYTES, TYPE_BYTES } from './picture-type.ts';

/** A body of which the beginning has been read. */
export interface PictureBody {
  /** The first bytes, as many as show the type. */
  head: Uint8Array<ArrayBuffer>;
  /** Whether there is nothing behind the head. */
  isWhole: boolean;
  rest: BodyReader;
}

/** A small picture needs no more room than its own, and a beginning no more than this. */
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
    length,
    isKnown,
  }: { idleMs: number; length: number | undefined; isKnown: (head: Uint8Array) => boolean },
): Promise<OpenedBody> {
  const rest = openBody(body, idleMs);
  let head: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (;;) {
    const step = await rest.next(Math.min(HEAD_BYTES, Math.max(1, (length ?? HEAD_BYTES) - head.length)));
    if (step.kind === 'end') return { kind: 'opened', body: { head, isWhole: true, rest } };
    if (step.kind !== 'chunk') return step;
    head = head.length === 0 ? step.bytes : concat(head, step.bytes);
    // what is whole needs no stream, which costs more than it does
    if (head.length === length) return { kind: 'opened', body: { head, isWhole: true, rest } };
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
 * The body as a stream of at most `limit` bytes, read no faster than it is taken. With a `copy` every piece goes there
 * as well, and the slower of the two sets the pace, so that neither piles up in memory. When the picture is too large
 * or breaks off both streams fail, because a picture cut short must not pass for a whole one.
 */
export function streamPicture(
  { head, rest }: PictureBody,
  limit: number,
  copy?: BodyCopy,
): ReadableStream<Uint8Array> {
  let sent = 0;
  const pass = async (controller: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array) => {
    sent += bytes.length;
    if (sent > limit) return stop(controller, `the picture is larger than ${limit} bytes`);
    controller.enqueue(bytes);
    await copy?.write(bytes);
  };
  const stop = (controller: ReadableStreamDefaultController<Uint8Array>, reason: string) => {
    rest.cancel();
    copy?.drop();
    controller.error(new Error(reason));
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent === 0 && head.length > 0) return pass(controller, head);
      const step = await rest.next();
      if (step.kind === 'chunk') return pass(controller, step.bytes);
      if (step.kind !== 'end') return stop(controller, `the picture broke off (${step.kind})`);
      controller.close();
      copy?.finish();
    },
    cancel() {
      rest.cancel();
      copy?.drop();
    },
  });
}

/** A second way out of a stream, for the cache. */
export interface BodyCopy {
  readable: ReadableStream<Uint8Array>;
  /** Waits until somebody reads, unless the copy was given up. */
  write(bytes: Uint8Array): Promise<void>;
  finish(): void;
  /** Gives the copy up; whoever reads it sees it fail, and writing no longer waits for it. */
  drop(): void;
}

/** Not a `TransformStream`, which cannot be aborted while a write waits for a reader that never comes. */
export function openCopy(): BodyCopy {
  let isOpen = true;
  let demand = Promise.withResolvers<void>();
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;
  const close = (how: (controller: ReadableStreamDefaultController<Uint8Array>) => void) => {
    if (isOpen && output) how(output);
    isOpen = false;
    demand.resolve();
  };
  return {
    readable: new ReadableStream<Uint8Array>(
      {
        start(controller) {
          output = controller;
        },
        pull: () => demand.resolve(),
        cancel: () => close(() => {}),
      },
      { highWaterMark: 0 },
    ),
    async write(bytes) {
      await demand.promise;
      if (!isOpen) return;
      demand = Promise.withResolvers();
      output?.enqueue(bytes);
    },
    finish: () => close((controller) => controller.close()),
    drop: () => close((controller) => controller.error(new Error('the picture was not read to its end'))),
  };
}

/** A stream that is known to be `length` bytes long. */
export function withLength(stream: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  const { readable, writable } = openPipe(length);
  stream.pipeTo(writable).catch(() => {});
  return readable;
}

/** Workers sends a length only for a stream that promises one; elsewhere the header alone does it. */
function openPipe(length: number): TransformStream<Uint8Array, Uint8Array> {
  const { FixedLengthStream } = globalThis as unknown as {
    FixedLengthStream?: new (length: number) => TransformStream<Uint8Array, Uint8Array>;
  };
  return FixedLengthStream ? new FixedLengthStream(length) : new TransformStream();
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
