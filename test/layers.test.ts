import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/**
 * What each folder (or file) of `src/` may import from the others. The map of the program: stages do not know each
 * other, they meet in `jobs/` and `routes/`.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'article.ts': [],
  markup: [],
  fetch: [],
  // the sources file holds the owner's views of feeds and profiles of posts
  sources: ['feeds', 'markup', 'posts'],
  discover: ['markup'],
  websub: [],
  parse: ['markup'],
  normalise: ['article.ts', 'parse', 'sources', 'markup'],
  store: ['article.ts', 'posts', 'sources', 'websub'],
  pattern: [],
  chinese: [],
  feeds: ['article.ts', 'chinese', 'markup', 'pattern'],
  posts: ['article.ts', 'markup'],
  pages: ['article.ts'],
  images: ['fetch'],
  git: [],
  jobs: [
    'article.ts',
    'discover',
    'fetch',
    'git',
    'markup',
    'normalise',
    'parse',
    'posts',
    'sources',
    'store',
    'websub',
  ],
  routes: [
    'app.ts',
    'article.ts',
    'chinese',
    'feeds',
    'fetch',
    'images',
    'jobs',
    'pages',
    'posts',
    'sources',
    'store',
    'user-agent.ts',
    'websub',
  ],
  'env.ts': ['fetch', 'git', 'images', 'jobs', 'sources'],
  'user-agent.ts': [],
  'app.ts': ['env.ts', 'routes', 'store'],
  'worker.ts': ['app.ts', 'env.ts', 'jobs', 'sources', 'store', 'user-agent.ts'],
};

/** The middle runs anywhere: no Worker platform, no Node but its hashes and buffers. */
const FREE_OF_THE_PLATFORM = [
  'article.ts',
  'markup',
  'sources',
  'discover',
  'websub',
  'parse',
  'normalise',
  'pattern',
  'chinese',
  'feeds',
  'posts',
];
const PACKAGES_OF_THE_MIDDLE = ['entities', 'fast-xml-parser', 'yaml', 'node:buffer', 'node:crypto'];
const GLOBALS_OF_THE_PLATFORM =
  /\bfetch\(|\bcaches\b|\bDate\.now\(|new Date\(\)|\bMath\.random\(|\bsetTimeout\(|\bD1Database\b|\bEnv\b/;

interface SourceFile {
  /** Folder in `src/`, or the file itself at its top. */
  part: string;
  path: string;
  text: string;
  imports: string[];
}

const FILES: SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const imports = [...text.matchAll(/^(?:import|export)[^;]*? from '([^']+)'/gm)].map(
      (match) => match[1] ?? '',
    );
    return { part: path.split('/')[0] ?? path, path, text, imports };
  });

describe('the layers', () => {
  it('are all in the table, and the table names nothing that is not there', () => {
    expect(new Set(FILES.map(({ part }) => part))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  it.each(Object.keys(MAY_IMPORT))('%s imports only what the table allows', (part) => {
    const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
    for (const file of FILES.filter((each) => each.part === part)) {
      for (const specifier of file.imports.filter((each) => each.startsWith('.'))) {
        const target = relative(SRC, resolve(SRC, dirname(file.path), specifier)).split('/')[0] ?? '';
        const isPackageJson = specifier.endsWith('package.json');
        if (!isPackageJson) expect(allowed, `${file.path} imports ${specifier}`).toContain(target);
      }
    }
  });

  it.each(FREE_OF_THE_PLATFORM)('%s knows neither platform nor clock', (part) => {
    for (const file of FILES.filter((each) => each.part === part)) {
      const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      expect(code.match(GLOBALS_OF_THE_PLATFORM)?.[0], file.path).toBeUndefined();
      for (const specifier of file.imports.filter((each) => !each.startsWith('.'))) {
        const name = specifier.startsWith('node:') ? specifier : specifier.split('/')[0];
        expect(PACKAGES_OF_THE_MIDDLE, `${file.path} imports ${specifier}`).toContain(name);
      }
    }
  });
});
