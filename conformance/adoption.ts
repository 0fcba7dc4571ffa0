/**
 * A blog that ran for years changes over: its posts lie in a folder as the old program named them, Tributary follows the
 * feeds behind them. Each post must be adopted by its own article, none changed by the next run, and one renewed under
 * its name and date when the publisher changes the article.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { categoriesOf, type ExpectedItem, pathOf, readExpected, serveFeeds } from './blog.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

const COMMAND = path.join(import.meta.dirname, '../scripts/posts.ts');
const ADDITION = '（更正）';

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'adoption', passed: 0, failed: 0, lines: [] };
  const folder = path.join(data, 'feeds');
  if (!existsSync(folder)) return { ...result, lines: [`skipped: ${folder} is not there`] };
  const expected = readExpected(folder);
  const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));
  let isChanged = false;
  const { origin, close } = await serveFeeds(folder, files, (_, text) =>
    isChanged ? text.toString().replaceAll('<description><![CDATA[', `$&${ADDITION}`) : text,
  );
  const blog = mkdtempSync(path.join(tmpdir(), 'tributary-blog-'));
  const { state, remove } = temporaryState();
  const tributary = await startTributary(state);
  const posts = (...args: string[]) =>
    spawnSync(process.execPath, [COMMAND, ...args, '--from', tributary.origin], { encoding: 'utf8' }).stdout;
  const check = (what: string, holds: boolean) => {
    if (holds) result.passed++;
    else {
      result.failed++;
      result.lines.push(what);
    }
  };
  try {
    const old = new Map(expected.map((item) => [oldPath(data, item), item]));
    for (const [file, item] of old) {
      mkdirSync(path.dirname(path.join(blog, file)), { recursive: true });
      writeFileSync(path.join(blog, file), readFileSync(path.join(data, 'posts', item.file)));
    }
    const before = readBlog(blog);
    await tributary.api.import({
      rsshub: [],
      sources: files.map((file) => ({
        url: `${origin}/${encodeURIComponent(file)}`,
        categories: categoriesOf(file, folder, expected),
      })),
    });
    await pollAll(tributary.api);

    const report = posts('adopt', blog);
    result.lines.push(...report.trim().split('\n'));
    const index: { posts: { id: string; link: string }[] } = await (
      await fetch(`${tributary.origin}/posts.json`)
    ).json();
    const manifest = readBlog(blog)['.tributary-posts.json'] ?? '{"posts":{}}';
    const adopted: Record<string, { path: string }> = JSON.parse(manifest).posts;
    for (const [file, item] of old) {
      const id = Object.keys(adopted).find((each) => adopted[each]?.path === file);
      const link = index.posts.find((each) => each.id === id)?.link;
      check(`${file}: has the article ${link}`, link?.includes(`/${item.file.slice(0, 3)}`) === true);
    }
    check(`the next run: ${posts('--out', blog)}`, isSame(before, without(readBlog(blog))));
    check('adopting again changed something', posts('adopt', blog).startsWith('0 adopted'));
    check('adopting again changed the manifest', readBlog(blog)['.tributary-posts.json'] === manifest);

    isChanged = true;
    await pollAll(tributary.api);
    posts('--out', blog);
    const after = readBlog(blog);
    check('the files are others', isSame(Object.keys(before), Object.keys(without(after))));
    for (const [file, text] of Object.entries(before)) {
      const date = /^date: ((?!Invalid).*)$/m.exec(text)?.[0];
      const renewed = after[file] ?? '';
      check(`${file}: has not the new text`, renewed.includes(ADDITION));
      check(`${file}: has not its date`, date === undefined || renewed.includes(`\n${date}\n`));
    }
  } finally {
    await tributary.stop();
    close();
    remove();
    rmSync(blog, { recursive: true });
  }
  return result;
}

/** Where the old program put a post: the list of posts says it of some, its rule for names of the others. */
function oldPath(data: string, item: ExpectedItem): string {
  const lines = readFileSync(path.join(data, 'posts/index.tsv'), 'utf8').split('\n');
  const origin = lines.find((line) => line.startsWith(item.file))?.split('\t')[3] ?? '';
  const known = /(?:source\/_posts|post)\/(.*\.md) id=/.exec(origin)?.[1];
  const name = item.title.replace(/[:/\\*?"<>|“”‘’[\]]/g, '_').replace(/[.#\n]/g, '');
  return known ?? [...pathOf(item), `${name.slice(0, 70)}.md`].join('/');
}

function readBlog(blog: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(blog, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(blog, file), readFileSync(file, 'utf8')]),
  );
}

function without({ '.tributary-posts.json': _, ...posts }: Record<string, string>): Record<string, string> {
  return posts;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
