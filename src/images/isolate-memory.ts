import type { Judgement } from './admission.ts';
import { Arrivals } from './arrivals.ts';
import { HotCopies } from './hot-copies.ts';
import { PictureCounts } from './picture-counts.ts';
import { ShortMemory } from './short-memory.ts';

const MINUTE_MS = 60_000;

/** What an isolate keeps from one request for a picture to the next, of pictures for no longer than a minute. */
export class IsolateMemory {
  readonly counts = new PictureCounts();
  readonly hotCopies = new HotCopies();
  readonly arrivals = new Arrivals();
  /**
   * Addresses that were let in, as they were asked for. Refusals are not kept: an article may show the picture at any
   * moment.
   */
  readonly admissions = new ShortMemory<Judgement>({ ms: MINUTE_MS, size: 5_000 });
  /** Cache keys of pictures that may not be stored, for which the cache need not be asked. */
  readonly unstored = new ShortMemory<true>({ ms: MINUTE_MS, size: 5_000 });
  /** Cache keys of renditions that cannot be made, or are not worth it. */
  readonly asTheyAre = new ShortMemory<true>({ ms: MINUTE_MS, size: 5_000 });
  /** How often the articles were searched for a picture in vain. */
  readonly searches = new ShortMemory<number>({ ms: MINUTE_MS, size: 1 });
}
