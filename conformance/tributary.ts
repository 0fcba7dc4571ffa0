import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocalWorker } from '../scripts/local-worker.ts';
import { findFreePort } from '../scripts/ports.ts';
import { claimState } from '../scripts/state-claim.ts';
import { type ListedSource, WorkerApi } from '../scripts/worker-api.ts';

const TOKEN = 'the-token-of-a-conformance-run';

/** A whole Tributary on this machine with a state of its own, as `npm start` runs it. */
export interface RunningTributary {
  origin: string;
  api: WorkerApi;
  /** Process group of its wrangler and workerd. */
  group: number;
  /** Ends it in the ordinary way; its state stays. */
  stop(): Promise<void>;
}

/** A folder for the state of one run. The caller removes it. */
export function temporaryState(): { state: string; remove: () => void } {
  const state = mkdtempSync(path.join(tmpdir(), 'tributary-'));
  return { state, remove: () => rmSync(state, { recursive: true, force: true }) };
}

/**
 * Starts Tributary on a state folder, free of any other run; with what its settings are at the origin it gets. Of
 * private origins only those listed may be asked for pictures.
 */
export async function startTributary(
  state: string,
  settingsAt: (origin: string) => Record<string, string> = () => ({}),
  { privateOrigins = [] }: { privateOrigins?: readonly string[] } = {},
): Promise<RunningTributary> {
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const claimed = claimState(state, { origin, command: 'start' });
  if (claimed.kind === 'held') throw new Error(`${state} is in use`);
  let group = 0;
  const claim = {
    ...claimed.claim,
    recordGroup(id: number) {
      group = id;
      claimed.claim.recordGroup(id);
    },
  };
  const settings = settingsAt(origin);
  Object.assign(process.env, settings);
  const worker = await startLocalWorker({ state, claim, port, adminToken: TOKEN, privateOrigins });
  for (const name of Object.keys(settings)) delete process.env[name];
  return {
    origin: worker.origin,
    api: new WorkerApi(worker.origin, TOKEN),
    get group() {
      return group;
    },
    async stop() {
      await worker.stop();
      claimed.claim.release();
    },
  };
}

/** Polls every source now and waits until each has been checked. Gives them as they are then. */
export async function pollAll(api: WorkerApi, { seconds = 120 } = {}): Promise<ListedSource[]> {
  const started = Date.now();
  await api.refresh();
  while (Date.now() < started + seconds * 1000) {
    const { sources } = await api.list();
    if (sources.every(({ lastCheckedAt }) => Date.parse(lastCheckedAt ?? '') >= started)) return sources;
    await wait(200);
  }
  throw new Error(`not all sources were polled within ${seconds} s`);
}
