// `npm run plan [-- FILE]`: what following the sources of a file costs on Cloudflare's free and paid plan.

import { exitOver } from './command-failure.ts';
import { toCostReport } from './cost-plan.ts';
import { readSourcesFile } from './sources-file.ts';

try {
  const list = readSourcesFile(process.argv[2] ?? process.env.SOURCES ?? 'sources.yaml');
  process.stdout.write(`${toCostReport(list)}\n`);
} catch (error) {
  exitOver(error);
}
