/**
 * Posts with hostile bodies and titles, built by the real generators: Hexo from the packages in `GENERATORS` (a folder
 * with `node_modules`), Hugo from the PATH. The generator must hand every body on byte for byte.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toPost } from '../src/posts/post.ts';
import { readPostOptions } from '../src/posts/post-options.ts';
import type { ConformanceResult } from './result.ts';

/** Clean bodies whose text means something to Markdown, Nunjucks, Liquid, Hugo's shortcodes or Hexo itself. */
const BODIES = [
  '<p>{{ x }} {% raw %} {% endraw %} {{{ {# c #} {%- if a -%}</p>',
  '<p>{{&lt; x &gt;}} {{% y %}}</p>',
  '<p>a</p>\n\n    four spaces\n\n\ttab\n\n# heading\n\n1. one\n\n---\n\n===',
  '<pre>\n```js\n{% x %}\n\n\n  two\n~~~\n</pre><pre><pre>a\n\nb</pre>\n\nc</pre>',
  '<p>```\n~~~\n`code` *a* _b_ **c** [d](e) ![f](g) https://example.org -- "q" ...</p>',
  '<p>\uFFFC &lt;!--swig\uFFFC0--&gt; &lt;!-- more --&gt;</p>',
  'text<br>: definition\n\n: x\n\n[^1]: note',
  '<table><tbody><tr><td>a | b</td></tr></tbody></table>\n\n| a |\n|---|',
  '<p>$$ a_b $$ \\( x \\) \\* &amp;copy; &#38;amp; 🀄</p>',
];

export async function run(): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'posts', passed: 0, failed: 0, lines: [] };
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-posts-'));
  try {
    for (const [name, build] of Object.entries({ hexo: buildHexo, hugo: buildHugo })) {
      const site = path.join(folder, name);
      const posts = BODIES.map((body, i) => writePost(name, body, i));
      const pages = build(site, posts);
      if (typeof pages === 'string') {
        result.lines.push(`${name} skipped: ${pages}`);
        continue;
      }
      posts.forEach((post, i) => {
        const body = post.slice(post.indexOf('\n---\n\n') + 6).trim();
        if (pages[i]?.includes(body)) result.passed++;
        else {
          result.failed++;
          result.lines.push(`${name} changed body ${i}: ${JSON.stringify(pages[i]?.slice(0, 200))}`);
        }
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

function writePost(profile: string, contentHtml: string, i: number): string {
  const options = readPostOptions({ profile });
  if (options.kind === 'wrong') throw new Error(options.message);
  const article = {
    id: String(i).padStart(32, '0'),
    sourceId: 'a',
    title: `{{ ${i} }} "it's": <b>#</b> %}`,
    categories: ['a', 'b', 'c'],
    tags: ['{{ t }}'],
    author: '{% a %}',
    authors: [],
    published: Date.UTC(2021, 9, 18, 6, 56, 51),
    publishedInferred: false,
    enclosures: [],
    contentHtml,
  };
  return toPost({ article, sourceTitle: '<s>' }, { ...options.options, pictureUrl: String });
}

/** What Hexo makes of each body, or why it was not asked. */
function buildHexo(site: string, posts: readonly string[]): string[] | string {
  const packages = path.join(process.env.GENERATORS ?? '', 'node_modules');
  if (!process.env.GENERATORS || !existsSync(path.join(packages, 'hexo'))) return 'GENERATORS names no Hexo';
  const list = JSON.parse(readFileSync(path.join(packages, '../package.json'), 'utf8'));
  mkdirSync(path.join(site, 'node_modules'), { recursive: true });
  for (const name of readdirSync(packages))
    symlinkSync(path.join(packages, name), path.join(site, 'node_modules', name));
  const version = JSON.parse(readFileSync(path.join(packages, 'hexo/package.json'), 'utf8')).version;
  writeFileSync(
    path.join(site, 'package.json'),
    JSON.stringify({ ...list, name: 'site', hexo: { version } }),
  );
  writeFileSync(path.join(site, '_config.yml'), 'title: T\n');
  writePosts(path.join(site, 'source/_posts'), posts);
  const script = `const hexo = new (require('hexo'))(process.cwd(), { silent: true });
    hexo.init().then(() => hexo.load()).then(() => {
      const posts = hexo.locals.get('posts').toArray().sort((a, b) => (a.source < b.source ? -1 : 1));
      process.stdout.write(JSON.stringify(posts.map((post) => post.content)));
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: site, encoding: 'utf8' });
  if (stdout === '') throw new Error(`Hexo failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** What Hugo makes of each body, or why it was not asked. */
function buildHugo(site: string, posts: readonly string[]): string[] | string {
  if (spawnSync('hugo', ['version']).status !== 0) return 'there is no hugo in the PATH';
  mkdirSync(path.join(site, 'layouts/_default'), { recursive: true });
  writeFileSync(path.join(site, 'config.toml'), '[markup.goldmark.renderer]\nunsafe = true\n');
  writeFileSync(path.join(site, 'layouts/_default/single.html'), '{{ .Content }}');
  writePosts(path.join(site, 'content/posts'), posts);
  const { status, stderr, stdout } = spawnSync('hugo', ['--quiet'], { cwd: site, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Hugo failed: ${stderr}${stdout}`);
  return posts.map((_, i) => readFileSync(path.join(site, `public/posts/post-${i}/index.html`), 'utf8'));
}

function writePosts(folder: string, posts: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  posts.forEach((post, i) => {
    writeFileSync(path.join(folder, `post-${i}.md`), post);
  });
}
