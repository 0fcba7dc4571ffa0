import { parseOpml } from './opml.ts';
import type { SourceListResult } from './source-list.ts';
import { parseSourcesYaml } from './sources-yaml.ts';

/** Reads a sources file of either kind: OPML when the text or the file's name says so, YAML otherwise. */
export function readSourceList(text: string, fileName: string): SourceListResult {
  const isOpml = /\.(opml|xml)$/i.test(fileName) || text.trimStart().startsWith('<');
  return isOpml ? parseOpml(text) : parseSourcesYaml(text);
}
