import { type BodyReader, openBody } from '../fetch/body-reader.ts';
import type { PictureStream, StoredPicture } from './picture-cache.ts';
import { ShortMemory } from './short-memory.ts';

const MAX_PICTURE_BYTES = 2_000_000;
/** Of the 128 MB that an isolate has. */
const MAX_BYTES = 16_000_000;
/** How long a copy is good without a look at the cache, where another isolate may have put a newer one. */
const HOT_MS = 60_000;

/** After that somebody else may try: of a client that goes away nobody says that it is gone. */
const ARRIVAL_MS = 10_000;

interface HotCopy extends Omit<StoredPicture, 'body'> {
  /** The runtime streams a blob without copying it. */
  blob: Blob;
  /** Milliseconds since 1970. */
  until: number;
}

/** Pictures that are asked for often, in the memory of the isolate: they cost less there than in the cache. */
export class HotCopies {
  /** The oldest first. */
  readonly #copies = new Map<string, HotCopy>();
  #bytes = 0;
  readonly #asked = new ShortMemory<true>({ ms: HOT_MS, size: 5_000 });
  /** Keys of pictures that are being read; a crowd that asks for one at once shall not fill the memory with it. */
  readonly #arriving = new ShortMemory<true>({ ms: ARRIVAL_MS, size: 100 });
  /** Keys of pictures that turned out to be too large. */
  readonly #large = new ShortMemory<true>({ ms: HOT_MS, size: 1_000 });

  /** `now` is in milliseconds since 1970. */
  find(key: string, now: number): StoredPicture | undefined {
    const copy = this.#copies.get(key);
    return copy && copy.until > now ? { ...copy, body: copy.blob.stream() } : undefined;
  }

  /**
   * Keeps a picture if somebody asks for it the second time within a minute and it is small enough, which may show only
   * while it is read. Gives the same picture, with a body to read in place of one that was. Rejects when the body fails.
   */
  async keep<Body extends BodyInit | null>(
    key: string,
    picture: StoredPicture<Body>,
    now: number,
  ): Promise<StoredPicture<Body | PictureStream>> {
    const isOften = this.#copies.has(key) || this.#asked.get(key, now) === true;
    this.#asked.set(key, true, now);
    if (!isOften || this.#isLarge(key, picture, now) || this.#arriving.get(key, now)) return picture;
    this.#arriving.set(key, true, now);
    try {
      const read = await readSmall(picture);
      if (read.kind === 'large') {
        this.#large.set(key, true, now);
        return { ...picture, body: read.body };
      }
      const { blob } = read;
      this.drop(key);
      this.#copies.set(key, { ...picture, blob, length: blob.size, until: now + HOT_MS });
      this.#bytes += blob.size;
      this.#makeRoom();
      return { ...picture, length: blob.size, body: blob.stream() };
    } finally {
      this.#arriving.delete(key);
    }
  }

  /** There is something newer. */
  drop(key: string): void {
    this.#bytes -= this.#copies.get(key)?.blob.size ?? 0;
    this.#copies.delete(key);
  }

  #isLarge(key: string, { length = 0 }: { length: number | undefined }, now: number): boolean {
    return length > MAX_PICTURE_BYTES || this.#large.get(key, now) === true;
  }

  #makeRoom(): void {
    for (const oldest of this.#copies.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.drop(oldest);
    }
  }
}

type ReadPicture = { kind: 'small'; blob: Blob } | { kind: 'large'; body: PictureStream };

/** Reads a picture into memory; one that did not say how large it is comes back whole when it is too large for that. */
async function readSmall({
  body,
  length,
}: Pick<StoredPicture<BodyInit | null>, 'body' | 'length'>): Promise<ReadPicture> {
  if (length !== undefined || !(body instanceof ReadableStream))
    return { kind: 'small', blob: await new Response(body).blob() };
  // it comes no faster than a client takes it who gets it at the same time
  const reader = openBody(body, HOT_MS);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let bytes = 0; bytes <= MAX_PICTURE_BYTES; ) {
    const step = await reader.next();
    if (step.kind === 'end') return { kind: 'small', blob: new Blob(pieces) };
    if (step.kind !== 'chunk') throw new Error(`the picture broke off (${step.kind})`);
    pieces.push(step.bytes);
    bytes += step.bytes.length;
  }
  return { kind: 'large', body: resume(pieces, reader) };
}

/** What has been read of a body, and the rest of it as it is asked for. */
function resume(pieces: Uint8Array<ArrayBuffer>[], reader: BodyReader): PictureStream {
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces.shift();
      const step = piece ? ({ kind: 'chunk', bytes: piece } as const) : await reader.next();
      if (step.kind === 'chunk') controller.enqueue(step.bytes);
      else if (step.kind === 'end') controller.close();
      else controller.error(new Error(`the picture broke off (${step.kind})`));
    },
    cancel: () => reader.cancel(),
  });
}
