import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const HOOK = fileURLToPath(new URL('../../scripts/ensure-dependencies.cjs', import.meta.url));
const LOCK_FILE = {
  packages: { '': {}, 'node_modules/left': { version: '1.0.0', integrity: 'sha512-left' } },
};

/** Counts its runs, takes its time, and leaves what `npm ci` leaves. */
const NPM_THAT_WORKS = `
const fs = require('node:fs');
fs.appendFileSync('npm-runs', process.argv.slice(2).join(' ') + '\\n');
setTimeout(() => {
  fs.mkdirSync('node_modules', { recursive: true });
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
}, 400);
`;

let project: string;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'tributary-hook-'));
  mkdirSync(path.join(project, 'scripts'));
  cpSync(HOOK, path.join(project, 'scripts/ensure-dependencies.cjs'));
  writeJson('package-lock.json', LOCK_FILE);
  writeNpm(NPM_THAT_WORKS);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const file = (name: string) => path.join(project, name);
const writeJson = (name: string, value: unknown) => writeFileSync(file(name), JSON.stringify(value));
const writeNpm = (source: string) => writeFileSync(file('npm-cli.cjs'), source);
const npmRuns = () =>
  existsSync(file('npm-runs')) ? readFileSync(file('npm-runs'), 'utf8').trim().split('\n') : [];

function startHook() {
  return spawn(process.execPath, ['scripts/ensure-dependencies.cjs'], {
    cwd: project,
    env: { PATH: process.env.PATH, npm_execpath: file('npm-cli.cjs'), npm_node_execpath: process.execPath },
  });
}

async function runHook(child = startHook()): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('it installs once, by the npm that runs it, and is silent the second time', async () => {
  const first = await runHook();
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(/^Installing the dependencies .*\n$/);
  expect(npmRuns()).toHaveLength(1);
  expect(npmRuns()[0]).toMatch(/^ci .*--include=dev/);
  expect(await runHook()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(npmRuns()).toHaveLength(1);
});

test('it installs again when the lock file asks for another version', async () => {
  await runHook();
  writeJson('package-lock.json', {
    packages: { 'node_modules/left': { version: '1.0.1', integrity: 'sha512-new' } },
  });
  await runHook();
  expect(npmRuns()).toHaveLength(2);
});

test('a package for another platform need not be there, one for this platform must', async () => {
  await runHook();
  const optional = { version: '1.0.0', integrity: 'sha512-x', optional: true, cpu: [process.arch] };
  const packages = { ...LOCK_FILE.packages, 'node_modules/x': { ...optional, os: ['plan9'] } };
  writeJson('package-lock.json', { packages });
  await runHook();
  expect(npmRuns()).toHaveLength(1);
  writeJson('package-lock.json', {
    packages: { ...packages, 'node_modules/x': { ...optional, os: [process.platform] } },
  });
  await runHook();
  expect(npmRuns()).toHaveLength(2);
});

test('of two at the same moment one installs and the other waits with one line', async () => {
  const results = await Promise.all([runHook(), runHook()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(npmRuns()).toHaveLength(1);
  const said = results.map(({ stderr }) => stderr).sort();
  expect(said[0]).toMatch(
    /^Another command is installing the dependencies \(process \d+\); waiting for it\.\n$/,
  );
  expect(said[1]).toMatch(/^Installing/);
  expect(existsSync(file('.install-lock'))).toBe(false);
});

test('the lock of a process that is gone is taken over, by one of many', async () => {
  mkdirSync(file('.install-lock'));
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  writeFileSync(file('.install-lock/1'), `${gone.pid} 1`);
  const results = await Promise.all([runHook(), runHook(), runHook()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(npmRuns()).toHaveLength(1);
});

test('a process id that came back to another process is no owner', async () => {
  mkdirSync(file('.install-lock'));
  writeFileSync(file('.install-lock/1'), `${process.pid} began-long-ago`);
  expect((await runHook()).code).toBe(0);
  expect(npmRuns()).toHaveLength(1);
});

test('without a network it says so in one sentence and keeps npm’s noise to itself', async () => {
  writeNpm(`console.error('npm error code EAI_AGAIN\\nnpm error a long story'); process.exit(1);`);
  const { code, stderr } = await runHook();
  expect(code).toBe(1);
  expect(stderr).not.toContain('long story');
  expect(stderr).toContain('the npm registry cannot be reached');
  expect(existsSync(file('.install-lock'))).toBe(false);
});

test('a failure it does not know is shown in npm’s own words', async () => {
  writeNpm(`console.error('npm error something new'); process.exit(3);`);
  const { code, stderr } = await runHook();
  expect(code).toBe(1);
  expect(stderr).toContain('npm error something new');
});

test('a signal stops npm too and gives the lock back', async () => {
  writeNpm(`require('node:fs').writeFileSync('npm-pid', String(process.pid)); setInterval(() => {}, 1000);`);
  const child = startHook();
  const result = runHook(child);
  while (!existsSync(file('npm-pid')) || readFileSync(file('npm-pid'), 'utf8') === '') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGTERM');
  expect((await result).code).toBe(1);
  expect(() => process.kill(Number(readFileSync(file('npm-pid'), 'utf8')), 0)).toThrow('ESRCH');
  expect(existsSync(file('.install-lock'))).toBe(false);
});

test('our own Node is put aside where it cannot run', async () => {
  await runHook();
  mkdirSync(file('node_modules/.bin'));
  writeFileSync(file('node_modules/broken-node'), 'no program', { mode: 0o755 });
  symlinkSync('../broken-node', file('node_modules/.bin/node'));
  expect((await runHook()).code).toBe(0);
  expect(existsSync(file('node_modules/.bin/node'))).toBe(false);
});
