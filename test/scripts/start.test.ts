import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFreePort } from '../../scripts/ports.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command that must fail before it starts anything. */
async function run(script: string, args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(PROJECT, 'scripts', script), ...args], {
    env: { PATH: process.env.PATH, STATE: path.join(folder, 'state'), PORT: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

const write = (name: string, text: string) => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};

test('a taken port is told in one sentence, and nothing is started', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, output } = await run('start.ts', [], { PORT: String(port) });
  server.close();
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`^Port ${port} is taken by another program: .*\\n$`));
});

test('a port that is no port is told in one sentence', async () => {
  expect(await run('start.ts', [], { PORT: 'eighty' })).toEqual({
    code: 1,
    output: 'PORT is a number from 1 to 65535, not "eighty".\n',
  });
});

test.each([
  ['IMAGE_ACCESS', 'everybody', 'IMAGE_ACCESS is sources, signed or open, not "everybody".'],
  ['KEEP_DAYS', '-3', 'KEEP_DAYS is a whole number above 0, not "-3".'],
  [
    'PRIVATE_ORIGINS',
    'laptop',
    'PRIVATE_ORIGINS is an address such as https://news.example.org, not "laptop".',
  ],
  ['GIT_REPO', 'owner/blog', 'GIT_REPO needs GIT_TOKEN, a token that may write to the repository.'],
])('%s=%s is told in one sentence, and no Worker is started', async (name, value, sentence) => {
  const file = write('mine.yaml', 'sources: []\n');
  const port = String(await findFreePort());
  const { code, output } = await run('start.ts', [], { SOURCES: file, PORT: port, [name]: value });
  expect({ code, output }).toEqual({ code: 1, output: `Starting the Worker ...\n${sentence}\n` });
});

test('a sources file is refused with file, line and reason for each problem, before anything is made', async () => {
  const file = write(
    'mine.yaml',
    'sources:\n  - url: nowhere\n  - url: https://example.org/feed\n    colour: red\n',
  );
  const { code, output } = await run('start.ts', [], { SOURCES: file });
  expect(code).toBe(1);
  const lines = output.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(`${file}:2: `);
  expect(lines[1]).toMatch(`${file}:3: unknown field \`colour\``);
  expect(readdirSync(folder)).toEqual(['mine.yaml']);
});

test('a sources file that is not there is told by its name', async () => {
  const { code, output } = await run('start.ts', [], { SOURCES: path.join(folder, 'none.yaml') });
  expect(code).toBe(1);
  expect(output).toBe(`${path.join(folder, 'none.yaml')} cannot be read: there is no such file.\n`);
});

test('the sources command ends with 2 over misuse, and with 1 over a file that is not right', async () => {
  expect(await run('sources.ts', ['frob'])).toMatchObject({ code: 2 });
  const file = write('mine.opml', '<html></html>');
  expect(await run('sources.ts', ['import', file])).toMatchObject({ code: 1 });
  expect(readdirSync(folder)).toEqual(['mine.opml']);
});

test('an empty list with --prune is refused, since it would remove every source', async () => {
  const file = write('empty.yaml', 'sources: []\n');
  const { code, output } = await run('sources.ts', ['import', file, '--prune']);
  expect(code).toBe(1);
  expect(output).toBe(`${file} lists no source: with --prune that would remove all there are.\n`);
});

test('a deployed Worker is not asked without its own token', async () => {
  const { code, output } = await run('sources.ts', ['list', '--at', 'http://127.0.0.1:1']);
  expect(code).toBe(1);
  expect(output).toBe('Set ADMIN_TOKEN to the token of http://127.0.0.1:1.\n');
});

test('a Worker that does not answer is told by its address', async () => {
  const { code, output } = await run('sources.ts', ['list', '--at', 'http://127.0.0.1:9'], {
    ADMIN_TOKEN: 't',
  });
  expect(code).toBe(1);
  expect(output).toMatch(/^No Worker answers at http:\/\/127\.0\.0\.1:9 \(/);
});
