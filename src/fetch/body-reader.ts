import { Patience } from './patience.ts';

/** One step of reading a body. */
export type BodyStep =
  | { kind: 'chunk'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'end' }
  | { kind: 'timeout' }
  | { kind: 'broken' };

export interface BodyReader {
  /**
   * The next piece. `room` is how many bytes it may have, where the runtime lets the reader choose, or the memory that
   * it goes to; that of the piece then takes its place.
   */
  next(room?: number | ArrayBuffer): Promise<BodyStep>;
  /** Gives back what has not been read, for the runtime to pass on; nothing can be read here afterwards. */
  release(): ReadableStream<Uint8Array>;
  /** Stops the transfer; safe to call at any time. */
  cancel(): void;
}

/** Room for what may have arrived at once. */
export const CHUNK_BYTES = 131_072;

/**
 * Reads a body piece by piece. A piece that does not arrive within `idleMs` is a `timeout`, a transfer that breaks off
 * is `broken`; after either the transfer has been cancelled. Time in which nobody asks for a piece is not counted.
 */
export function openBody(
  body: ReadableStream<Uint8Array>,
  idleMs: number,
  patience = new Patience(),
): BodyReader {
  const reader = openReader(body);
  const cancel = () => {
    patience.end();
    reader.cancel();
  };
  const readInTime = (room: number | ArrayBuffer) =>
    new Promise<BodyStep>((resolve) => {
      patience.wait(idleMs, () => resolve({ kind: 'timeout' }));
      reader.read(room).then(resolve);
    });
  return {
    async next(room = CHUNK_BYTES) {
      const step = await readInTime(room);
      if (step.kind === 'chunk') patience.rest();
      else if (step.kind === 'end') patience.end();
      else cancel();
      return step;
    },
    release() {
      patience.end();
      reader.release();
      return body;
    },
    cancel,
  };
}

interface Reader {
  read(room: number | ArrayBuffer): Promise<BodyStep>;
  release(): void;
  cancel(): void;
}

/** Workers hands out 4 KB at a time unless it is given a buffer to fill; only byte streams can be read so. */
function openReader(body: ReadableStream<Uint8Array>): Reader {
  try {
    const reader = body.getReader({ mode: 'byob' });
    return toReader(reader, (room) =>
      // to the compiler they are two constructors
      reader.read(typeof room === 'number' ? new Uint8Array(room) : new Uint8Array(room)),
    );
  } catch {
    const reader = body.getReader();
    return toReader(reader, () => reader.read());
  }
}

interface ReadResult {
  done: boolean;
  value?: Uint8Array | undefined;
}

function toReader(
  owner: { cancel(): Promise<void>; releaseLock(): void },
  read: (room: number | ArrayBuffer) => Promise<ReadResult>,
): Reader {
  return {
    async read(room) {
      try {
        const { done, value } = await read(room);
        return done
          ? { kind: 'end' }
          : { kind: 'chunk', bytes: (value ?? new Uint8Array()) as Uint8Array<ArrayBuffer> };
      } catch {
        return { kind: 'broken' };
      }
    },
    release() {
      owner.releaseLock();
    },
    cancel() {
      owner.cancel().catch(() => {});
    },
  };
}
