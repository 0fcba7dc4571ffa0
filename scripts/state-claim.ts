import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere } from './state-folder.ts';

/** Who runs a Worker on a state folder; two at once would write the same database. */
export interface ClaimHolder {
  pid: number;
  /** When that process began, where the system tells it: process ids come back. */
  began: string;
  /** Where its Worker answers, or will. */
  origin: string;
  command: 'start' | 'sources';
  /** Process group of its wrangler, once there is one. */
  group?: number;
}

export type ClaimResult = { kind: 'claimed'; claim: StateClaim } | { kind: 'held'; by: ClaimHolder };

/** The right to run the Worker on a state folder, until it is released or the process ends. */
export interface StateClaim {
  /** Notes wrangler's process group, for whoever finds this process killed. */
  recordGroup(group: number): void;
  release(): void;
}

/** Takes a state folder for this process, unless another that is alive has it. */
export function claimState(state: string, wanted: Pick<ClaimHolder, 'origin' | 'command'>): ClaimResult {
  const file = path.join(state, 'worker.lock');
  const me: ClaimHolder = { ...wanted, pid: process.pid, began: processBegan(process.pid) };
  for (;;) {
    if (writeWhole(file, me, { replace: false })) return { kind: 'claimed', claim: claimOf(file, me) };
    const holder = readHolder(state);
    if (holder && isAlive(holder)) return { kind: 'held', by: holder };
    // What a killed command left: its wrangler may still hold the port and the database.
    if (holder?.group !== undefined) killGroup(holder.group);
    rmSync(file, { force: true });
  }
}

/** Who has a state folder now, dead or alive. */
export function readHolder(state: string): ClaimHolder | undefined {
  const text = readIfThere(path.join(state, 'worker.lock'));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as ClaimHolder);
  } catch {
    return undefined;
  }
}

/** Whether the very process that made the claim still runs. */
function isAlive(holder: Pick<ClaimHolder, 'pid' | 'began'>): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return processBegan(holder.pid) === holder.began;
}

/** Ends every process of a group at once. One that is gone already is no error, nor one that is just going (macOS). */
export function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function claimOf(file: string, me: ClaimHolder): StateClaim {
  return {
    recordGroup: (group) => writeWhole(file, { ...me, group }, { replace: true }),
    release: () => rmSync(file, { force: true }),
  };
}

/** A hard link makes the file appear whole, and fails when it is there already. */
function writeWhole(file: string, holder: ClaimHolder, { replace }: { replace: boolean }): boolean {
  const draft = `${file}-${process.pid}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    if (replace) renameSync(draft, file);
    else linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Clock ticks from the system's start to the process's (proc(5), field 22); empty where there is no /proc. */
function processBegan(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
