/** Workers in workerd as it is, without the simulators that wrangler puts around it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The program that the package brings for this machine; the package has no types. */
const WORKERD: string = createRequire(import.meta.url)('workerd').default;

/** A workerd of its own with one Worker in it. */
export interface WorkerProcess {
  url: URL;
  pid: string;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  bindings?: Record<string, string>;
  /** Whether the script listens for events instead of being a module. */
  isServiceWorker?: boolean;
  /** Address, as `127.0.0.1:4801`, of the service behind the Cache API. */
  cache?: string;
  /** A class that the script exports: a Durable Object with a database on disk, bound by that name. */
  durableObject?: { className: string; binding: string };
}

/** Starts workerd with a bundled Worker, on a free port of the loopback interface, and lets it ask others there. */
export async function startWorker(script: string, options: WorkerOptions = {}): Promise<WorkerProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-bench-'));
  writeFileSync(path.join(folder, 'worker.js'), script);
  mkdirSync(path.join(folder, 'objects'));
  writeFileSync(path.join(folder, 'config.capnp'), configuration(options, folder));
  const child = spawn(WORKERD, ['serve', '--control-fd=3', path.join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  };
  const started = Promise.race([once(child.stdio[3] ?? child, 'data'), once(child, 'exit')]);
  const { port } = JSON.parse(String((await started)[0])) as { port?: number };
  if (port === undefined) {
    await stop();
    throw new Error('workerd does not start');
  }
  return { url: new URL(`http://127.0.0.1:${port}`), pid: String(child.pid), stop };
}

/** CPU milliseconds of all threads of a process. */
export function cpuMs(pid: string): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0]),
  );
  return nanoseconds.reduce((sum, own) => sum + own, 0) / 1e6;
}

/** The most memory that a process has held so far, in MB. */
export function peakMemoryMb(pid: string): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function configuration(
  { bindings = {}, isServiceWorker = false, cache, durableObject }: WorkerOptions,
  folder: string,
): string {
  const code = isServiceWorker
    ? 'serviceWorkerScript = embed "worker.js"'
    : 'modules = [(name = "worker.js", esModule = embed "worker.js")]';
  const all = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  if (durableObject !== undefined) {
    const { binding, className } = durableObject;
    all.push(`(name = "${binding}", durableObjectNamespace = "${className}")`);
  }
  const objects =
    durableObject === undefined
      ? ''
      : `durableObjectNamespaces = [(className = "${durableObject.className}", uniqueKey = "bench", enableSql = true, preventEviction = true)],
      durableObjectStorage = (localDisk = "disk"),`;
  const disk =
    durableObject === undefined
      ? ''
      : `(name = "disk", disk = (path = ${JSON.stringify(path.join(folder, 'objects'))}, writable = true)),`;
  const outbound = cache === undefined ? '' : 'cacheApiOutbound = "cache",';
  const service =
    cache === undefined ? '' : `(name = "cache", external = (address = "${cache}", http = ())),`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      ${code},
      ${outbound}
      compatibilityDate = "2026-10-20",
      ${objects}
      bindings = [${all.join(', ')}],
    )),
    ${service}
    ${disk}
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}
