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

  /** `now` is in milliseconds since 1970. */
  find(key: string, now: number): StoredPicture | undefined {
    const copy = this.#copies.get(key);
    return copy && copy.until > now ? { ...copy, body: copy.blob.stream() } : undefined;
  }

  /**
   * Keeps a picture if somebody asks for it the second time within a minute and it is small enough. Gives the same
   * picture, of which the body has been read when it is kept. Rejects when the body fails.
   */
  async keep<Body extends BodyInit | null>(
    key: string,
    picture: StoredPicture<Body>,
    now: number,
  ): Promise<StoredPicture<Body | PictureStream>> {
    const isOften = this.#copies.has(key) || this.#asked.get(key, now) === true;
    this.#asked.set(key, true, now);
    if (!isOften || !isSmall(picture) || this.#arriving.get(key, now)) return picture;
    this.#arriving.set(key, true, now);
    try {
      const blob = await new Response(picture.body).blob();
      this.drop(key);
      this.#copies.set(key, { ...picture, blob, until: now + HOT_MS });
      this.#bytes += blob.size;
      this.#makeRoom();
      return { ...picture, body: blob.stream() };
    } finally {
      this.#arriving.delete(key);
    }
  }

  /** There is something newer. */
  drop(key: string): void {
    this.#bytes -= this.#copies.get(key)?.blob.size ?? 0;
    this.#copies.delete(key);
  }

  #makeRoom(): void {
    for (const oldest of this.#copies.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.drop(oldest);
    }
  }
}

function isSmall({ length }: { length: number | undefined }): boolean {
  return length !== undefined && length <= MAX_PICTURE_BYTES;
}
