/**
 * Feeds with what a widely used reader (Python feedparser) reads from each. A tool beside the corpus runs
 * `inspect --raw` over them and compares field by field; here are the shares that must agree.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConformanceResult } from './result.ts';

/** How many comparisons were made and how many agreed. */
interface Agreement {
  n: number;
  ok: number;
}

/** What the tool writes. */
interface Comparison {
  files: number;
  read: number;
  whole: number;
  fields: Record<string, Agreement>;
  groups: Record<string, Agreement>;
  fails: [file: string, what: string, detail: string][];
}

interface Share {
  what: string;
  required: number;
  agreement: Agreement;
}

const ROOT = path.resolve(import.meta.dirname, '..');
/** Misses that are printed when a share is not reached. */
const MAX_MISSES = 20;

export function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'feeds with an oracle', passed: 0, failed: 0, lines: [] };
  const corpus = path.join(data, 'feeds-oracle.jsonl.gz');
  const tool = path.join(data, '../tools/compare-feeds.mjs');
  const missing = [corpus, tool].find((file) => !existsSync(file));
  if (missing !== undefined)
    return Promise.resolve({ ...result, lines: [`skipped: ${missing} is not there`] });
  const comparison = compare(tool, corpus);
  if (typeof comparison === 'string')
    return Promise.resolve({ ...result, failed: 1, lines: [`FAILED: ${comparison}`] });
  for (const { what, required, agreement } of sharesOf(comparison)) {
    const share = percent(agreement);
    const isReached = agreement.n > 0 && share >= required;
    if (isReached) result.passed++;
    else result.failed++;
    result.lines.push(
      `${isReached ? 'ok' : 'FAILED'}: ${what}: ${share.toFixed(2)} % (${agreement.ok} of ${agreement.n}), required ${required} %`,
    );
  }
  if (result.failed > 0)
    result.lines.push(...comparison.fails.slice(0, MAX_MISSES).map((miss) => `miss: ${miss.join('  ')}`));
  return Promise.resolve(result);
}

/** Of all fields the one that agrees least speaks for every one. */
function sharesOf({ files, read, whole, fields, groups }: Comparison): Share[] {
  const [field, least] = Object.entries(fields).reduce<[string, Agreement]>(
    (worst, each) => (worst[1].n === 0 || percent(each[1]) < percent(worst[1]) ? each : worst),
    ['none', { n: 0, ok: 0 }],
  );
  return [
    { what: 'files that are read', required: 100, agreement: { n: files, ok: read } },
    { what: 'files that are wholly right', required: 98.5, agreement: { n: files, ok: whole } },
    { what: `every field; least agrees ${field}`, required: 99, agreement: least },
    {
      what: 'fields of real feeds',
      required: 99.5,
      agreement: { n: groups.real?.n ?? 0, ok: groups.real?.ok ?? 0 },
    },
  ];
}

function percent({ n, ok }: Agreement): number {
  return n === 0 ? 0 : (100 * ok) / n;
}

/** Runs the tool; a string says why there is no result. */
function compare(tool: string, corpus: string): Comparison | string {
  const folder = mkdtempSync(path.join(tmpdir(), 'feed-oracle-'));
  const out = path.join(folder, 'comparison.json');
  try {
    const reader = [process.execPath, 'scripts/inspect.ts', '--raw', '--list'];
    // the tool looks for its packages in the folder it is started in
    const run = spawnSync(process.execPath, [tool, '--corpus', corpus, '--json', out, '--', ...reader], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (existsSync(out)) return JSON.parse(readFileSync(out, 'utf8'));
    return `the comparison gave no result: ${run.stderr.trim() || `status ${run.status}`}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
