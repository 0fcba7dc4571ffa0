import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const MODULE = new URL('../../scripts/stop-signals.ts', import.meta.url).href;
const PROGRAM = `
import { onStopSignal } from ${JSON.stringify(MODULE)};
onStopSignal((exitCode) => {
  process.stdout.write('stopping ' + exitCode + '\\n');
  setTimeout(() => { process.stdout.write('stopped\\n'); process.exit(exitCode); }, 300);
});
setInterval(() => {}, 1000);
process.stdout.write('ready\\n');
`;

test('a signal that comes twice at once is one wish, and stopping is waited for', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (chunk.includes('ready')) for (let i = 0; i < 5; i++) child.kill('SIGTERM');
    if (chunk.includes('stopping')) for (let i = 0; i < 5; i++) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(143);
  expect(output).toBe('ready\nstopping 143\nstopped\n');
});
