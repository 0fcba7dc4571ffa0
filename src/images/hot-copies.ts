import type { PictureCache } from './picture-cache.ts';

/** Larger pictures gain little: passing them on costs more than finding them. */
const MAX_PICTURE_BYTES = 65_536;
/** Of the 128 MB that an isolate has. */
const MAX_BYTES = 8_000_000;
/** How long a copy is good without a look at the cache, where another isolate may have put a newer one. */
const HOT_MS = 60_000;

interface HotCopy {
  bytes: Uint8Array<ArrayBuffer>;
  headers: Headers;
  /** Milliseconds since 1970. */
  until: number;
}

/** Small pictures that were found in the cache lately, in the memory of the isolate, which halves the cost of a hit. */
export class HotCopies {
  /** The oldest first. */
  readonly #copies = new Map<string, HotCopy>();
  #bytes = 0;

  /** The same cache with these copies in front of it. `now` is in milliseconds since 1970. */
  over(cache: PictureCache, now: number): PictureCache {
    return {
      match: async (request) => {
        // cutting parts out is the cache's business
        if (request.headers.has('range')) return cache.match(request);
        const hot = this.#copies.get(request.url);
        if (hot && hot.until > now) return new Response(hot.bytes, { headers: hot.headers });
        const found = await cache.match(request);
        return found && isSmall(found) ? this.#keep(request.url, found, now) : found;
      },
      put: async (request, response) => {
        this.#drop(request.url);
        await cache.put(request, response);
        this.#drop(request.url);
      },
    };
  }

  async #keep(key: string, found: Response, now: number): Promise<Response> {
    const bytes = new Uint8Array(await found.arrayBuffer());
    const { headers } = found;
    this.#drop(key);
    this.#copies.set(key, { bytes, headers, until: now + HOT_MS });
    this.#bytes += bytes.length;
    for (const oldest of this.#copies.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#drop(oldest);
    }
    return new Response(bytes, { headers });
  }

  #drop(key: string): void {
    this.#bytes -= this.#copies.get(key)?.bytes.length ?? 0;
    this.#copies.delete(key);
  }
}

/** A remembered failure holds for too short a time to be kept here as well; its length is not that of a picture. */
function isSmall({ status, headers }: Response): boolean {
  const length = headers.get('content-length');
  return (
    status === 200 &&
    length !== null &&
    Number(length) <= MAX_PICTURE_BYTES &&
    (headers.get('content-type') ?? '').startsWith('image/')
  );
}
