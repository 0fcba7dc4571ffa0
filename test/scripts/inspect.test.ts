import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const COMMAND = path.join(import.meta.dirname, '../../scripts/inspect.ts');

function inspect(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

it.each([
  [[], 'It takes one FILE or URL.'],
  [['one.xml', 'two.xml'], 'It takes one FILE or URL.'],
  [['--row', 'one.xml'], "Unknown option '--row'"],
])('inspect %j ends with 2 and says how it is called', (args, message) => {
  const { status, stderr } = inspect(...args);
  expect(status).toBe(2);
  expect(stderr.startsWith(`${message}\nusage: `)).toBe(true);
});

it('inspect says what is wrong with a file that cannot be read', () => {
  expect(inspect('/nowhere/feed.xml')).toMatchObject({
    status: 1,
    stdout: '{"file":"/nowhere/feed.xml","ok":false,"error":"there is no such file"}\n',
  });
  expect(inspect('--list', '/nowhere/names')).toEqual({
    status: 1,
    stdout: '',
    stderr: '/nowhere/names cannot be read: there is no such file.\n',
  });
});
