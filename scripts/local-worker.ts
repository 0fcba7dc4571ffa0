import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { readConfig } from '../src/env.ts';
import { CommandFailure } from './command-failure.ts';
import { findFreePort } from './ports.ts';
import type { StateClaim } from './state-claim.ts';
import { readIfThere, shortPath, writePrivateFile } from './state-folder.ts';
import { PROJECT, startWrangler, stopWrangler, type Wrangler } from './wrangler.ts';

const MIGRATIONS = path.join(PROJECT, 'src/store/migrations');
/** Wrangler needs a few seconds; a machine that builds something else beside it, many. */
const TIME_TO_ANSWER_MS = 120_000;

/** A Worker that answers on this machine. */
export interface LocalWorker {
  origin: string;
  /** Resolves when its wrangler has ended, for whatever reason. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface LocalWorkerOptions {
  /** The state folder, as `openStateFolder` gives it. */
  state: string;
  /** The caller's right to run a Worker on that folder. */
  claim: StateClaim;
  port: number;
  adminToken: string;
  /** Private origins that may be asked for pictures. */
  privateOrigins: readonly string[];
  /** Told each line wrangler writes about an error, while the Worker runs. */
  onError?: (line: string) => void;
}

/**
 * Runs the Worker with `wrangler dev`, migrations applied, and resolves when it answers. What wrangler says goes to
 * `wrangler.log` in the state folder. @throws CommandFailure with the end of that log when it does not come up.
 */
export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  checkVariables(options);
  const log = openLog(options.state);
  const isNew = await applyMigrations(options, log);
  if (!isNew) await forgetQueuedPolls(options, log);
  const environmentFile = path.join(options.state, 'worker.env');
  writePrivateFile(
    environmentFile,
    `ADMIN_TOKEN='${options.adminToken}'\nPRIVATE_ORIGINS='${options.privateOrigins.join(',')}'\n${handedOn()}`,
  );
  const child = startWrangler(
    [
      'dev',
      '--ip=127.0.0.1',
      `--port=${options.port}`,
      // The default, 9229, is the same for every wrangler and every debugged Node.
      `--inspector-port=${await findFreePort()}`,
      `--persist-to=${databaseFolder(options.state)}`,
      `--env-file=${environmentFile}`,
      '--local',
      '--show-interactive-dev-session=false',
    ],
    { WRANGLER_REGISTRY_PATH: path.join(options.state, 'registry') },
  );
  options.claim.recordGroup(child.pid ?? 0);
  const origin = `http://127.0.0.1:${options.port}`;
  const ended = once(child, 'exit').then(() => {});
  // Wrangler outlives a failed build and waits for the next; at the start it is the end.
  const hopeless = new AbortController();
  void ended.then(() => hopeless.abort());
  let isUp = false;
  followOutput(child, log, (line) => {
    if (isUp) options.onError?.(line);
    // What is wrong with the build follows in the next lines.
    else if (line.includes('Build failed')) setTimeout(() => hopeless.abort(), 300);
  });
  isUp = await answersBefore(origin, hopeless.signal);
  if (!isUp) {
    await stopWrangler(child);
    throw new CommandFailure(`The Worker does not come up; wrangler's last words:\n${log.end()}`);
  }
  return { origin, ended, stop: () => stopWrangler(child) };
}

/** Variables of this process that the Worker is to have too. */
const HANDED_ON =
  'ALERT_URL ALERT_KEY KEEP_DAYS KEEP_ITEMS MAX_DB_MB PUBLIC_URL WEBSUB_HUB IMAGE_ACCESS IMAGE_HOSTS IMAGE_KEYS GIT_REPO GIT_BRANCH GIT_TOKEN GIT_POSTS'.split(
    ' ',
  );

/** A wrong variable would fail every request. */
function checkVariables({ privateOrigins }: LocalWorkerOptions): void {
  const given = HANDED_ON.map((name) => [name, process.env[name]]);
  try {
    readConfig({ ...Object.fromEntries(given), PRIVATE_ORIGINS: privateOrigins.join(',') });
  } catch (error) {
    throw new CommandFailure(`${(error as Error).message}.`);
  }
}

function handedOn(): string {
  return HANDED_ON.filter((name) => process.env[name])
    .map((name) => `${name}='${process.env[name]?.replace(/['\n]/g, '')}'\n`)
    .join('');
}

/** Whether a Worker of ours answers at an origin now. */
export async function answers(origin: string): Promise<boolean> {
  return isHealthy(await askForHealth(origin));
}

function isHealthy(response: Response | undefined): boolean {
  return response?.ok === true && response.headers.get('content-type')?.includes('json') === true;
}

async function askForHealth(origin: string): Promise<Response | undefined> {
  try {
    const response = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response;
  } catch {
    return undefined;
  }
}

async function answersBefore(origin: string, hopeless: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + TIME_TO_ANSWER_MS;
  while (!hopeless.aborted && Date.now() < deadline) {
    const response = await askForHealth(origin);
    if (isHealthy(response)) return true;
    // answered by the Worker itself: a variable in wrangler.toml is wrong, and stays so
    if (response?.status === 500 && response.headers.get('cache-control') === 'no-store') return false;
    await wait(100);
  }
  return false;
}

/**
 * Brings the local database up to the migrations, unless a stamp says that it is there: wrangler takes seconds. Tells
 * whether there was no database before.
 */
async function applyMigrations(options: LocalWorkerOptions, log: Log): Promise<boolean> {
  const stampFile = path.join(options.state, 'migrations-applied');
  const stamp = hashOfFolder(MIGRATIONS);
  const before = readIfThere(stampFile);
  if (before !== stamp) {
    await runOnDatabase(['migrations', 'apply', 'DB'], options, log);
    writeFileSync(stampFile, stamp);
  }
  return before === undefined;
}

/** The local queue ends with its process: polls that were queued or under way would be waited for in vain. */
async function forgetQueuedPolls(options: LocalWorkerOptions, log: Log): Promise<void> {
  await runOnDatabase(['execute', 'DB', '--yes', '--command=DELETE FROM poll_runs'], options, log);
}

async function runOnDatabase(
  command: readonly string[],
  { state, claim }: LocalWorkerOptions,
  log: Log,
): Promise<void> {
  const child = startWrangler(['d1', ...command, '--local', `--persist-to=${databaseFolder(state)}`]);
  claim.recordGroup(child.pid ?? 0);
  followOutput(child, log);
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new CommandFailure(`The database cannot be set up; wrangler's last words:\n${log.end()}`);
}

function databaseFolder(state: string): string {
  return path.join(state, 'wrangler');
}

function hashOfFolder(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort())
    hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

interface Log {
  write(chunk: string): void;
  /** The last lines, and where the others are. */
  end(): string;
}

function openLog(state: string): Log {
  const file = path.join(state, 'wrangler.log');
  writePrivateFile(file, '');
  let last = '';
  return {
    write(chunk) {
      appendFileSync(file, chunk);
      last = (last + chunk).slice(-2000);
    },
    end: () => `${last.trim().split('\n').slice(-15).join('\n')}\n(all of it is in ${shortPath(file)})`,
  };
}

/** Keeps what wrangler says, and tells `onError` the lines that begin an error. */
function followOutput(child: Wrangler, log: Log, onError?: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const text = stripVTControlCharacters(chunk);
      log.write(text);
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-10_000);
      for (const line of lines) if (line.includes('✘ [ERROR]')) onError?.(line.trim());
    });
  }
}
