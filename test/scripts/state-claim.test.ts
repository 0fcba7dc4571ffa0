import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimState, readHolder } from '../../scripts/state-claim.ts';
import { adminToken, keptAdminToken, tokenFile } from '../../scripts/state-folder.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), 'tributary-state-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const WANTED = { origin: 'http://127.0.0.1:8787', command: 'start' } as const;

test('a state has one holder until it is released', () => {
  const first = claimState(state, WANTED);
  expect(first.kind).toBe('claimed');
  expect(claimState(state, WANTED)).toMatchObject({
    kind: 'held',
    by: { pid: process.pid, command: 'start' },
  });
  if (first.kind === 'claimed') first.claim.release();
  expect(claimState(state, WANTED).kind).toBe('claimed');
});

test('what a killed holder left running is ended by the next', async () => {
  const orphan = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const dead = spawn('true');
  await once(dead, 'exit');
  writeFileSync(
    path.join(state, 'worker.lock'),
    JSON.stringify({ ...WANTED, pid: dead.pid, began: '1', group: orphan.pid }),
  );
  const ended = once(orphan, 'exit');
  expect(claimState(state, WANTED).kind).toBe('claimed');
  expect((await ended)[1]).toBe('SIGKILL');
  expect(readHolder(state)?.pid).toBe(process.pid);
});

test('the owner’s token is made once, kept, and readable by its owner alone', () => {
  writeFileSync(tokenFile(state), '', { mode: 0o644 });
  const made = adminToken(state, '');
  expect(made).toMatch(/^[\w-]{32}$/);
  expect(statSync(tokenFile(state)).mode & 0o777).toBe(0o600);
  expect(adminToken(state, '')).toBe(made);
  expect(adminToken(state, 'chosen')).toBe('chosen');
  expect(keptAdminToken(state)).toBe('chosen');
});

test('a token that a header or the env file would change is refused', () => {
  for (const token of ['two words', "it's", 'a$HOME', 'back\\slash', 'line\nbreak', '令牌']) {
    expect(() => adminToken(state, token), token).toThrow(/^ADMIN_TOKEN may have/);
  }
});
