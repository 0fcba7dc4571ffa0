/** Values that are believed for a while, in the memory of an isolate. */
export class ShortMemory<Value> {
  readonly #kept = new Map<string, { value: Value; until: number }>();
  readonly #ms: number;
  readonly #size: number;

  /** `ms` is how long a value is believed, `size` how many there may be. */
  constructor({ ms, size }: { ms: number; size: number }) {
    this.#ms = ms;
    this.#size = size;
  }

  /** `now` is in milliseconds since 1970. */
  get(key: string, now: number): Value | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && kept.until > now ? kept.value : undefined;
  }

  set(key: string, value: Value, now: number): void {
    // Whatever is needed often is there again at once, so that finding out what is not would cost more.
    if (this.#kept.size >= this.#size) this.clear();
    this.#kept.set(key, { value, until: now + this.#ms });
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }
}
