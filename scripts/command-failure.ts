/** An expected failure of a command: its message is what the user reads, one problem a line. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends the process over `error`: a sentence for an expected failure, a stack for a bug. */
export function exitOver(error: unknown): never {
  if (!(error instanceof CommandFailure)) {
    console.error(error);
    process.exit(1);
  }
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
}
