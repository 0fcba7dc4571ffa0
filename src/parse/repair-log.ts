import type { Repair } from './parsed-feed.ts';

/** Collects what was mended; a thing that happens a thousand times is told once, with its first detail. */
export class RepairLog {
  readonly #repairs = new Map<Repair['kind'], { detail: string; times: number }>();

  note(kind: Repair['kind'], detail: string): void {
    const known = this.#repairs.get(kind);
    if (known === undefined) this.#repairs.set(kind, { detail, times: 1 });
    else known.times++;
  }

  toList(): Repair[] {
    return [...this.#repairs].map(([kind, { detail, times }]) => ({
      kind,
      detail: times === 1 ? detail : `${detail}, and ${times - 1} more like it`,
    }));
  }
}
