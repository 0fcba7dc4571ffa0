import { constants } from 'node:os';

/** Signals after this long are impatience; earlier ones are the same wish delivered twice. */
const SAME_WISH_MS = 1000;

/**
 * Calls `stop` once with the exit code that SIGINT, SIGTERM or SIGHUP ask for. A terminal and `timeout` signal a whole
 * process group, and npm hands the signal on again: the second must not end us before the first has stopped our
 * children. A later one ends the process at once, exit handlers included.
 */
export function onStopSignal(stop: (exitCode: number) => unknown): void {
  let asked: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const exitCode = 128 + constants.signals[signal];
      if (asked === undefined) {
        asked = Date.now();
        stop(exitCode);
      } else if (Date.now() - asked > SAME_WISH_MS) {
        process.exit(exitCode);
      }
    });
  }
}
