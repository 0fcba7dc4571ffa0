import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { killGroup } from './state-claim.ts';

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const CLI = path.join(PROJECT, 'node_modules/wrangler/wrangler-dist/cli.js');
const TIME_TO_STOP_MS = 3000;

/** Wrangler as it is needed on a laptop: nothing asked of Cloudflare, nothing written outside the project. */
const LOCAL_ENVIRONMENT = {
  // No question can be answered, because wrangler has no terminal here.
  CI: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  // Both cost a third of a local request's time.
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
};

/** A running wrangler, its output piped. */
export type Wrangler = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Wrangler>();

/**
 * Starts wrangler in a process group of its own, so that Ctrl-C reaches us alone and stopping it takes its workerd
 * children along.
 */
export function startWrangler(args: readonly string[], environment: Record<string, string> = {}): Wrangler {
  const child = spawn(process.execPath, ['--no-warnings', CLI, ...args], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...LOCAL_ENVIRONMENT, ...environment },
  });
  running.add(child);
  child.once('exit', () => {
    if (child.pid !== undefined) killGroup(child.pid);
    running.delete(child);
  });
  return child;
}

/** Stops one wrangler and its children: politely, and after three seconds by force. */
export async function stopWrangler(child: Wrangler): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // not `exit`, behind which its last words still come
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const force = setTimeout(killGroup, TIME_TO_STOP_MS, child.pid);
  await closed;
  clearTimeout(force);
}

/** Stops every wrangler this process has started. */
export async function stopAllWranglers(): Promise<void> {
  await Promise.all([...running].map(stopWrangler));
}

/** Kills what is left, at once: for the moment in which a process ends and can wait for nothing. */
export function killAllWranglers(): void {
  for (const { pid } of running) if (pid !== undefined) killGroup(pid);
}
