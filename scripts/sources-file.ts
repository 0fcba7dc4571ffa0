import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readSourceList } from '../src/sources/read-source-list.ts';
import type { SourceList } from '../src/sources/source-list.ts';
import { CommandFailure } from './command-failure.ts';
import { fileErrorInWords } from './file-error.ts';

/** Reads a sources file, YAML or OPML. @throws CommandFailure with every problem as `file:line: what is wrong`. */
export function readSourcesFile(file: string): SourceList {
  const result = readSourceList(readText(file), path.basename(file));
  if (result.kind === 'list') return result.list;
  throw new CommandFailure(
    result.problems.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${fileErrorInWords(error)}.`);
  }
}
