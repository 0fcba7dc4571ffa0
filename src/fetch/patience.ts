/**
 * One timer for all the waits of a transfer, one after the other: starting and stopping a timer for each costs more
 * than what is done between them.
 */
export class Patience {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer runs out. */
  #due = 0;
  #waiting: { until: number; giveUp: () => void } | undefined;

  /** Calls `giveUp` after so many milliseconds, unless `rest` or `end` comes first. */
  wait(ms: number, giveUp: () => void): void {
    const until = Date.now() + ms;
    this.#waiting = { until, giveUp };
    if (this.#timer === undefined || until < this.#due) this.#start(ms);
  }

  /** What was waited for is there. The timer runs on, for the next wait. */
  rest(): void {
    this.#waiting = undefined;
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(ms: number): void {
    clearTimeout(this.#timer);
    this.#due = Date.now() + ms;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#waiting) return;
    const left = this.#waiting.until - Date.now();
    if (left > 0) this.#start(left);
    else this.#waiting.giveUp();
  }
}
