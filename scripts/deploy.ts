// `npm run deploy`: to Cloudflare; with --dry-run only the bundle, into `dist/`, without an account.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { CommandFailure, exitOver } from './command-failure.ts';
import { PROJECT } from './wrangler.ts';

/** A cold isolate pays for every kilobyte of code. */
const MAX_CODE_GZIP_KB = 200;
/** With the modules that are read only when they are asked for; Cloudflare's free plan ends at 3 MB. */
const MAX_GZIP_KB = 600;
const UNSET_DATABASE_ID = '00000000-0000-0000-0000-000000000000';
const WRANGLER = path.join(PROJECT, 'node_modules/wrangler/wrangler-dist/cli.js');
const DIST = path.join(PROJECT, 'dist');

try {
  const args = process.argv.slice(2);
  if (args.includes('--dry-run')) dryRun(args);
  else deploy(args);
} catch (error) {
  exitOver(error);
}

function dryRun(args: readonly string[]): void {
  rmSync(DIST, { recursive: true, force: true });
  runWrangler(['deploy', '--outdir=dist', ...args], { quiet: true });
  const files = readdirSync(DIST);
  const code = gzippedKb(files.filter((name) => /\.(?:m?js|wasm)$/.test(name)));
  const data = gzippedKb(files.filter((name) => name.endsWith('.bin')));
  const size = `dist/: ${code.toFixed(1)} KB gzip of code, ${data.toFixed(1)} KB of modules read when they are asked for`;
  if (code > MAX_CODE_GZIP_KB || code + data > MAX_GZIP_KB)
    throw new CommandFailure(
      `${size}: we allow ourselves ${MAX_CODE_GZIP_KB} KB of code, and ${MAX_GZIP_KB} KB in all.`,
    );
  process.stdout.write(`${size}\n`);
}

function gzippedKb(names: readonly string[]): number {
  return gzipSync(Buffer.concat(names.map((name) => readFileSync(path.join(DIST, name))))).length / 1024;
}

function deploy(args: readonly string[]): void {
  requireDatabase();
  process.stdout.write(
    'Needed in the account: the D1 database of wrangler.toml, its queues (npx wrangler queues create tributary-polls, and tributary-polls-dead)\n' +
      'and the owner’s token (npx wrangler secret put ADMIN_TOKEN).\n',
  );
  runWrangler(['d1', 'migrations', 'apply', 'DB', '--remote']);
  runWrangler(['deploy', ...args]);
}

function requireDatabase(): void {
  const settings = readFileSync(path.join(PROJECT, 'wrangler.toml'), 'utf8');
  if (!settings.includes(UNSET_DATABASE_ID)) return;
  throw new CommandFailure(
    'wrangler.toml has no database yet: run `npx wrangler d1 create tributary` and put the id it prints into database_id;\n' +
      'then `npx wrangler queues create tributary-polls` and the same for `tributary-polls-dead`, and after the first deployment `npx wrangler secret put ADMIN_TOKEN`.',
  );
}

/** Runs wrangler in our terminal; a quiet one shows what it said only when it fails. */
function runWrangler(args: readonly string[], { quiet = false } = {}): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', WRANGLER, ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
    stdio: quiet ? 'pipe' : 'inherit',
    env: {
      ...process.env,
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
    },
  });
  if (status === 0) return;
  throw new CommandFailure(`${quiet ? `${stdout}${stderr}\n` : ''}wrangler ${args[0]} failed.`, status ?? 1);
}
