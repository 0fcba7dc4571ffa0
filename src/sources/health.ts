import type { PollState, SourceFailure } from './source.ts';

/**
 * Failures that mostly pass by themselves. One alone is no news: of some hundred sources a few hiccup every hour, and
 * an alarm that cries then is switched off.
 */
const PASSING: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'broken', 'internal']);

/** How often in a row a passing failure must happen until the source counts as broken. */
const FAILURES_IN_A_ROW = 2;

/**
 * Whether a source counts as broken: one that never worked or whose failure is definite (404, a web page instead of a
 * feed) at once, one that may just have hiccuped (a timeout, 503) from the second failure in a row on.
 */
export function isBroken({ failure, lastSuccessAt, consecutiveFailures }: PollState): boolean {
  if (failure === undefined) return false;
  return lastSuccessAt === undefined || consecutiveFailures >= FAILURES_IN_A_ROW || !mayPass(failure);
}

function mayPass({ kind, status }: SourceFailure): boolean {
  if (kind !== 'status') return PASSING.has(kind);
  return status === undefined || status >= 500 || status === 408 || status === 429;
}
