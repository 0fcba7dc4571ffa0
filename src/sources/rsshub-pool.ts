/** How an RSSHub instance did with one route lately: the newer an answer, the more it weighs. */
export interface InstanceHealth {
  /** Share of requests that gave a feed, 0 to 1. */
  success: number;
  /** How long it took to answer. */
  milliseconds: number;
  /** When it last answered, or was given up: milliseconds since 1970. */
  at: number;
}

/** What a failure costs in waiting: an instance that fails half the time is worth it only where others are slow. */
const FAILURE_MS = 30_000;
/** Of an instance that has not been asked for this route. */
const UNKNOWN: Omit<InstanceHealth, 'at'> = { success: 1, milliseconds: 1000 };
/** How much the newest answer weighs against all before. */
const WEIGHT = 0.3;
/** An instance that failed is tried again when this has passed, because only asking shows that it is well. */
const FORGET_AFTER = 24 * 3_600_000;

/** What is known of an instance and a route after another answer. */
export function instanceHealth(
  known: InstanceHealth | undefined,
  answer: { ok: boolean; milliseconds: number; at: number },
): InstanceHealth {
  const { success, milliseconds } = isFresh(known, answer.at) ? known : UNKNOWN;
  return {
    success: round(success + WEIGHT * (Number(answer.ok) - success), 3),
    milliseconds: round(milliseconds + WEIGHT * (answer.milliseconds - milliseconds), 0),
    at: answer.at,
  };
}

/**
 * Instances for one route, the one that will likely answer soonest first; equals in the owner's order. `wait` tells the
 * milliseconds until an instance may be asked at all.
 */
export function byHealth(
  instances: readonly string[],
  health: Readonly<Record<string, InstanceHealth>>,
  { now, wait }: { now: number; wait: (instance: string) => number },
): string[] {
  const cost = (instance: string) => {
    const known = health[instance];
    const { success, milliseconds } = isFresh(known, now) ? known : UNKNOWN;
    return wait(instance) + milliseconds + (1 - success) * FAILURE_MS;
  };
  return instances.toSorted((a, b) => cost(a) - cost(b));
}

function isFresh(known: InstanceHealth | undefined, now: number): known is InstanceHealth {
  return known !== undefined && now - known.at < FORGET_AFTER;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
