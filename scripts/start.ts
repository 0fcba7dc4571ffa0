// `npm start`: the Worker on this machine, with the sources of a file or those of the sample newsroom.

import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Newsroom } from '../newsroom/newsroom.ts';
import type { SourceList } from '../src/sources/source-list.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { startLocalWorker } from './local-worker.ts';
import { pollAndShow } from './poll-progress.ts';
import { readPort, requireFreePort } from './ports.ts';
import { followNewsroom, leaveNewsroom, startSampleNewsroom } from './sample-newsroom.ts';
import { readSourcesFile } from './sources-file.ts';
import { claimState, type StateClaim } from './state-claim.ts';
import { adminToken, openStateFolder, shortPath, tokenFile } from './state-folder.ts';
import { onStopSignal } from './stop-signals.ts';
import { toTextTable } from './text-table.ts';
import { WorkerApi } from './worker-api.ts';
import { killAllWranglers, PROJECT, stopAllWranglers } from './wrangler.ts';

/** What `scheduled` is called with in production; there Cloudflare calls it, here we do. */
const CRON_PATH = '/cdn-cgi/handler/scheduled?cron=3-58%2F5+*+*+*+*';
const CRON_EVERY_MS = 60_000;
/** A `sources` command that has its own Worker on the same state is done within seconds. */
const PATIENCE_WITH_SOURCES_MS = 60_000;

let newsroom: Newsroom | undefined;
let stopping = false;

onStopSignal(stop);
process.once('exit', killAllWranglers);
stopWithNpm();
await start().catch(async (error: unknown) => {
  // While we stop, what was under way fails, and that is no news.
  if (stopping) return;
  await stopAllWranglers();
  exitOver(error);
});

async function start(): Promise<void> {
  const ownList = readOwnList();
  const port = await readPort(process.env.PORT);
  const state = openStateFolder();
  const claim = await claimForStart(state, `http://127.0.0.1:${port}`);
  process.once('exit', claim.release);
  await requireFreePort(port);
  const token = adminToken(state);
  if (!ownList) newsroom = await startSampleNewsroom(state, port);

  say('Starting the Worker ...');
  const worker = await startLocalWorker({
    state,
    port,
    claim,
    adminToken: token,
    privateOrigins: [
      ...(newsroom ? [newsroom.origin] : []),
      ...(process.env.PRIVATE_ORIGINS?.split(',') ?? []),
    ],
    onError: (line) => process.stderr.write(`${line}\n`),
  });
  void worker.ended.then(() => endedByItself(state));
  void callCronForever(worker.origin);

  const api = new WorkerApi(worker.origin, token);
  await followSources(api, { state, ownList });
  await pollAndShow(api, process.stdout);
  say(await describeAddresses(worker.origin, state));
}

/** The list that `SOURCES` names, or the one that lies in the project's folder; none means the sample newsroom. */
function readOwnList(): SourceList | undefined {
  const named = process.env.SOURCES;
  const file =
    named ||
    ['sources.yaml', 'sources.opml'].map((name) => path.join(PROJECT, name)).find((each) => existsSync(each));
  return file === undefined ? undefined : readSourcesFile(file);
}

async function claimForStart(state: string, origin: string): Promise<StateClaim> {
  const deadline = Date.now() + PATIENCE_WITH_SOURCES_MS;
  let told = false;
  for (;;) {
    const result = claimState(state, { origin, command: 'start' });
    if (result.kind === 'claimed') return result.claim;
    const { by } = result;
    if (by.command === 'start' || Date.now() > deadline) {
      throw new CommandFailure(
        `Tributary already runs on ${shortPath(state)}, at ${by.origin} (process ${by.pid}): stop it first, or choose another PORT and STATE.`,
      );
    }
    if (!told) say('Waiting for a `sources` command that is at work on the same state ...');
    told = true;
    await wait(200);
  }
}

async function followSources(
  api: WorkerApi,
  { state, ownList }: { state: string; ownList: SourceList | undefined },
): Promise<void> {
  if (ownList) {
    const left = await leaveNewsroom(api, state);
    const { added, updated, unchanged } = await api.import(ownList);
    if (left > 0) say(`The sample newsroom's ${left} sources are removed: you have a list of your own now.`);
    say(`Sources: ${added} added, ${updated} updated, ${unchanged} as before.`);
  } else if (newsroom && !(await followNewsroom(api, state, newsroom))) {
    await newsroom.close();
    newsroom = undefined;
  }
}

/** Locally nothing calls the cron handler by itself. */
async function callCronForever(origin: string): Promise<void> {
  for (;;) {
    await wait(CRON_EVERY_MS);
    await fetch(origin + CRON_PATH).then(
      (response) => response.body?.cancel(),
      (error: Error) => process.stderr.write(`The cron handler cannot be called: ${error.message}\n`),
    );
  }
}

async function describeAddresses(origin: string, state: string): Promise<string> {
  const picture = await findPicture(origin);
  const kept = shortPath(tokenFile(state));
  return toTextTable([
    ['Page', `${origin}/`],
    ['RSS', `${origin}/feed.xml`],
    ['Atom', `${origin}/atom.xml`],
    ['JSON Feed', `${origin}/feed.json`],
    ['Posts', `${origin}/posts.json`],
    ...(picture === undefined ? [] : [['Picture', picture]]),
    ...(newsroom === undefined
      ? []
      : [['Newsroom', `${newsroom.origin}/ (sample sites; SOURCES=file npm start follows yours)`]]),
    [
      'Owner',
      process.env.ADMIN_TOKEN
        ? `your ADMIN_TOKEN, kept in ${kept}`
        : `token ${adminToken(state)}, kept in ${kept}`,
    ],
  ]).replace(/^/, 'Tributary is running; Ctrl-C stops it.\n\n');
}

/** A picture as a reader of our feed would ask for it. */
async function findPicture(origin: string): Promise<string | undefined> {
  const feed = await fetch(`${origin}/feed.json`).then((response) => response.json());
  return (feed as { items: { image?: string }[] }).items.find(({ image }) => image !== undefined)?.image;
}

async function endedByItself(state: string): Promise<void> {
  if (stopping) return;
  process.stderr.write(
    `The Worker has ended by itself; ${shortPath(path.join(state, 'wrangler.log'))} may say why.\n`,
  );
  await stop(1);
}

/** npm hands on SIGINT and SIGTERM, and leaves us behind when it ends in another way: a closed terminal, SIGKILL. */
function stopWithNpm(): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm && !stopping) void stop(128 + constants.signals.SIGHUP);
  }, 500).unref();
}

/** Stops everything that was started and ends the process. */
async function stop(exitCode: number): Promise<void> {
  stopping = true;
  await Promise.all([stopAllWranglers(), newsroom?.close()]);
  process.exit(exitCode);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
