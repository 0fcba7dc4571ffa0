import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Newsroom, startNewsroom } from '../newsroom/newsroom.ts';
import { sampleSources } from '../newsroom/sample-sources.ts';
import { readIfThere } from './state-folder.ts';
import type { ListedSource, WorkerApi } from './worker-api.ts';

/**
 * Starts the newsroom where it was the last time, else on the port after the Worker's: its addresses are what its
 * articles are known by.
 */
export function startSampleNewsroom(state: string, workerPort: number): Promise<Newsroom> {
  const before = originBefore(state);
  return startNewsroom({
    port: before === undefined ? (workerPort + 1) % 65536 : Number(new URL(before).port),
  });
}

/**
 * Has the Worker follow the newsroom, in a state that follows nothing yet or follows it already; elsewhere the owner
 * has a list of his own, and `false` comes back. A newsroom that had to move takes its sources along.
 */
export async function followNewsroom(api: WorkerApi, state: string, { origin }: Newsroom): Promise<boolean> {
  const { sources } = await api.list();
  const known = sources.filter((source) => isFrom(originBefore(state), source));
  if (sources.length > 0 && known.length === 0) return false;
  if (known.length === 0 || originBefore(state) !== origin) {
    await leave(api, known);
    await api.import(sampleSources(origin));
    writeFileSync(originFile(state), origin);
  }
  return true;
}

/** Stops following the newsroom, which does not run beside an owner's own list. Tells how many sources that were. */
export async function leaveNewsroom(api: WorkerApi, state: string): Promise<number> {
  const { sources } = await api.list();
  const known = sources.filter((source) => isFrom(originBefore(state), source));
  await leave(api, known);
  rmSync(originFile(state), { force: true });
  return known.length;
}

async function leave(api: WorkerApi, sources: readonly ListedSource[]): Promise<void> {
  for (const { id } of sources) await api.remove(id);
}

function isFrom(origin: string | undefined, { url }: ListedSource): boolean {
  return origin !== undefined && url.startsWith(`${origin}/`);
}

function originBefore(state: string): string | undefined {
  return readIfThere(originFile(state));
}

function originFile(state: string): string {
  return path.join(state, 'newsroom-origin');
}
