/** Each large picture that goes two ways at once takes some megabytes of the 128 that an isolate has. */
const MAX_LARGE = 4;
const LARGE_BYTES = 1_000_000;
/** After that somebody else may try: of a client that goes away nobody says that it is gone. */
const ARRIVAL_MS = 60_000;

/**
 * Pictures that are on their way to the cache: each goes there once, however many ask for it before it is there, and
 * only a few large ones at a time. What may not is stored when it is asked for again.
 */
export class Arrivals {
  readonly #pictures = new Map<string, { isLarge: boolean; until: number }>();

  /** Whether this one may go; `end` is to be called when it is there. `now` is in milliseconds since 1970. */
  begin(key: string, length: number | undefined, now: number): boolean {
    for (const [each, { until }] of this.#pictures) if (until <= now) this.#pictures.delete(each);
    const isLarge = length === undefined || length > LARGE_BYTES;
    const large = [...this.#pictures.values()].filter((each) => each.isLarge).length;
    if (this.#pictures.has(key) || (isLarge && large >= MAX_LARGE)) return false;
    this.#pictures.set(key, { isLarge, until: now + ARRIVAL_MS });
    return true;
  }

  end(key: string): void {
    this.#pictures.delete(key);
  }
}
