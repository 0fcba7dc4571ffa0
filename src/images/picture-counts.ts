/** Why a request was refused: before anybody else was asked. */
export type RefusalReason = 'malformed' | 'address' | 'access' | 'loop' | 'rate';

/**
 * How a request for a picture was answered: from the memory or the cache, by its origin, with an old copy or an
 * archived one because the origin failed or was not to be asked, with a failure of the origin, or with a refusal.
 * `rendered` counts the smaller forms that were made of pictures, besides.
 */
export type Outcome =
  | 'memory'
  | 'cache'
  | 'origin'
  | 'stale'
  | 'archive'
  | 'rendered'
  | `failed ${number}`
  | `refused ${RefusalReason}`;

/** An isolate writes its counts no more often than this; each time it writes a row, of which a day has 100,000. */
const PAUSE_MS = 300_000;

/** What an isolate has counted and not yet written down. */
export class PictureCounts {
  #counts: Record<string, number> = {};
  #dueAt = 0;

  add(outcome: Outcome, times = 1): void {
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + times;
  }

  /** Whether they are to be written down; says so to one request, and then to none for some minutes. */
  isDue(now: number): boolean {
    if (now < this.#dueAt) return false;
    this.#dueAt = now + PAUSE_MS;
    return true;
  }

  /** Gives the counts to `save`. What could not be saved is counted on. */
  async flush(save: (counts: Readonly<Record<string, number>>) => Promise<void>): Promise<void> {
    const counts = this.#counts;
    this.#counts = {};
    // whether the database works is told elsewhere
    await save(counts).catch(() => {
      for (const [outcome, times] of Object.entries(counts)) this.add(outcome as Outcome, times);
    });
  }
}
