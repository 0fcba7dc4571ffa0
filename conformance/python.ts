import { spawnSync } from 'node:child_process';

/** The Python that has the libraries of a suite: `PYTHON`, or the one in the PATH. */
const PYTHON = process.env.PYTHON ?? 'python3';

/** Runs a program with a JSON value as its input, and gives the JSON value it writes, or why there is none. */
export function runPython<T>(
  program: string,
  input: unknown,
  path?: string,
): { kind: 'value'; value: T } | { kind: 'failed'; detail: string } {
  const { status, stdout, stderr, error } = spawnSync(PYTHON, ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8', ...(path !== undefined && { PYTHONPATH: path }) },
  });
  if (status === 0) return { kind: 'value', value: JSON.parse(stdout) };
  // a program that ends before it has read its input also breaks the pipe; what it wrote says why it ended
  const written = stderr?.trim().split('\n').at(-1);
  return { kind: 'failed', detail: written || (error?.message ?? '') };
}
