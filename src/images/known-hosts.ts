import type { KnownHost } from './access.ts';

/** How long what is known of a picture's host is believed without a look at the database. */
const BELIEVED_MS = 60_000;
const MAX_PICTURES = 5_000;

/**
 * What is known of the hosts of pictures that were asked for lately, in the memory of the isolate. Only hosts that are
 * known are kept: one that is not may be shown by an article at any moment.
 */
export class KnownHosts {
  readonly #known = new Map<string, { host: KnownHost; until: number }>();

  /** What `find` says of this picture's host, or said lately. `now` is in milliseconds since 1970. */
  async of(
    picture: URL,
    find: (picture: URL) => Promise<KnownHost | undefined>,
    now: number,
  ): Promise<KnownHost | undefined> {
    const kept = this.#known.get(picture.href);
    if (kept && kept.until > now) return kept.host;
    const host = await find(picture);
    if (this.#known.size >= MAX_PICTURES) this.forget();
    if (host) this.#known.set(picture.href, { host, until: now + BELIEVED_MS });
    return host;
  }

  /** Something new was learned. */
  forget(): void {
    this.#known.clear();
  }
}
