// `npm run sources`: the list of sources of the local Worker, or of a deployed one.

import { setTimeout as wait } from 'node:timers/promises';
import { toOpml } from '../src/sources/opml.ts';
import { checkSourceUrl } from '../src/sources/source-entry.ts';
import type { SourceList } from '../src/sources/source-list.ts';
import { toSourcesYaml } from '../src/sources/sources-yaml.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { answers, startLocalWorker } from './local-worker.ts';
import { findFreePort, readPort } from './ports.ts';
import { readSourcesArguments, type SourcesCommand, USAGE } from './sources-arguments.ts';
import { readSourcesFile } from './sources-file.ts';
import { toSourcesReport } from './sources-report.ts';
import { claimState } from './state-claim.ts';
import { adminToken, keptAdminToken, openStateFolder, shortPath } from './state-folder.ts';
import { onStopSignal } from './stop-signals.ts';
import { type ListedSource, WorkerApi } from './worker-api.ts';
import { killAllWranglers, stopAllWranglers } from './wrangler.ts';

/** How long `npm start` may take from taking the state to answering. */
const PATIENCE_MS = 120_000;

let stopping = false;

onStopSignal(async (exitCode) => {
  stopping = true;
  await stopAllWranglers();
  process.exit(exitCode);
});
process.once('exit', killAllWranglers);
await main().catch(async (error: unknown) => {
  // While we stop, what was under way fails, and that is no news.
  if (stopping) return;
  await stopAllWranglers();
  exitOver(error);
});

async function main(): Promise<void> {
  const { command, at } = readSourcesArguments(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  // A file that is not right is told before anything is started or asked.
  const job = command.kind === 'import' ? { ...command, list: readListToImport(command) } : command;
  const api = at === undefined ? await localApi() : new WorkerApi(at, requireToken(at));
  process.stdout.write(`${await run(job, api)}\n`);
  await stopAllWranglers();
}

type Job =
  | Exclude<SourcesCommand, { kind: 'help' | 'import' }>
  | { kind: 'import'; list: SourceList; prune: boolean };

async function run(job: Job, api: WorkerApi): Promise<string> {
  switch (job.kind) {
    case 'import': {
      const counts = await api.import(job.list, { prune: job.prune });
      const { added, updated, removed, unchanged } = counts;
      return `${added} added, ${updated} updated, ${removed} removed, ${unchanged} as before.`;
    }
    case 'export':
      return exportList(await api.list(), job.format).trimEnd();
    case 'list':
      return toSourcesReport((await api.list()).sources);
    case 'add': {
      const { id, isNew } = await api.add(job.entry);
      return `${isNew ? 'Added' : 'Changed'} ${id} ${job.entry.url}`;
    }
    case 'remove': {
      const source = findSource((await api.list()).sources, job.idOrUrl);
      await api.remove(source.id);
      return `Removed ${source.id} ${source.url}`;
    }
    case 'accept': {
      const { id, proposedUrl } = findProposal((await api.list()).sources, job.idOrUrl);
      await api.move(id, proposedUrl);
      return `${id} is followed at ${proposedUrl} from now on; its articles stay.`;
    }
    case 'refuse': {
      const { id, proposedUrl } = findProposal((await api.list()).sources, job.idOrUrl);
      await api.refuseProposal(id);
      return `${proposedUrl} is proposed for ${id} no more.`;
    }
  }
}

function readListToImport({ file, prune }: { file: string; prune: boolean }): SourceList {
  const list = readSourcesFile(file);
  // A file that was cut short reads as an empty list.
  if (prune && list.sources.length === 0) {
    throw new CommandFailure(`${file} lists no source: with --prune that would remove all there are.`);
  }
  return list;
}

function exportList(
  { rsshub, sources, profiles, views }: Awaited<ReturnType<WorkerApi['list']>>,
  format: 'yaml' | 'opml',
): string {
  const list: SourceList = {
    rsshub,
    profiles,
    views,
    sources: sources.map(({ url, title, categories, poll, author, timezone, fulltext }) => ({
      url,
      ...(title === undefined ? {} : { title }),
      categories,
      ...(poll === undefined ? {} : { poll }),
      ...(author === undefined ? {} : { author }),
      ...(timezone === undefined ? {} : { timezone }),
      ...(fulltext === undefined ? {} : { fulltext }),
    })),
  };
  return format === 'opml' ? toOpml(list, { title: 'Tributary' }) : toSourcesYaml(list);
}

function findSource(sources: readonly ListedSource[], idOrUrl: string): ListedSource {
  const checked = checkSourceUrl(idOrUrl);
  const url = checked.kind === 'ok' ? checked.value : undefined;
  const found = sources.find((source) => source.id === idOrUrl || source.url === url);
  if (!found)
    throw new CommandFailure(`There is no source ${idOrUrl}: npm run sources -- list shows those there are.`);
  return found;
}

function findProposal(
  sources: readonly ListedSource[],
  idOrUrl: string,
): { id: string; proposedUrl: string } {
  const { id, failure } = findSource(sources, idOrUrl);
  if (failure?.proposedUrl === undefined)
    throw new CommandFailure(
      `No other address is proposed for ${id}: npm run sources -- list shows what is.`,
    );
  return { id, proposedUrl: failure.proposedUrl };
}

/** A deployed Worker's token is never the one kept for this machine. */
function requireToken(at: string): string {
  const token = process.env.ADMIN_TOKEN;
  if (!token) throw new CommandFailure(`Set ADMIN_TOKEN to the token of ${at}.`);
  return token;
}

/**
 * The local Worker: the one that runs on our state, or that `npm start` is about to run there; without one, our own on
 * the same state for the length of the command.
 */
async function localApi(): Promise<WorkerApi> {
  const state = openStateFolder();
  const port = await readPort(process.env.PORT);
  const deadline = Date.now() + PATIENCE_MS;
  const ownPort = await findFreePort();
  while (Date.now() < deadline) {
    const result = claimState(state, { origin: `http://127.0.0.1:${ownPort}`, command: 'sources' });
    if (result.kind === 'held') {
      const { origin, command } = result.by;
      if (command === 'start' && (await answers(origin))) return new WorkerApi(origin, localToken(state));
      await wait(200);
      continue;
    }
    process.once('exit', result.claim.release);
    // A Worker that somebody runs by other means, with `wrangler dev` for one.
    const usual = `http://127.0.0.1:${port}`;
    if (process.env.PORT && process.env.ADMIN_TOKEN && (await answers(usual))) {
      return new WorkerApi(usual, process.env.ADMIN_TOKEN);
    }
    const token = adminToken(state);
    const { claim } = result;
    const worker = await startLocalWorker({
      state,
      claim,
      port: ownPort,
      adminToken: token,
      privateOrigins: [],
    });
    return new WorkerApi(worker.origin, token);
  }
  throw new CommandFailure(`The Worker that is to run on ${shortPath(state)} does not answer.`);
}

function localToken(state: string): string {
  return process.env.ADMIN_TOKEN || keptAdminToken(state) || '';
}
