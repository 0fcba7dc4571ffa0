// `npm run posts`: the articles of a running Tributary as posts in a blog's folder.

import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readPostOptions } from '../src/posts/post-options.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { PostsFolder } from './posts-folder.ts';
import { oneLine } from './text-table.ts';

const USAGE = `Usage:
  npm run posts -- --out DIR [--from https://news.example.org]
    --profile hexo|hugo|jekyll|astro|eleventy    the blog's generator (hexo)
    --theme volantis|butterfly|next|fluid|stellar|landscape
    --timezone Asia/Shanghai                     the site's zone (UTC)
    --images proxy|origin                        where posts load pictures from (proxy)
    --layout folders|flat                        folders of the category path, or none (folders)
    --since 2026-01-31                           only what was published since
    --category a/b                               only what is in this category or below
    --prune                                      remove our posts that are not among these any more
Without --from it is the Tributary that runs on this machine (PORT).`;

/** One post of `/posts.json`. */
interface IndexEntry {
  id: string;
  categories: string[];
  published: string;
  hash: string;
  path: string;
  url: string;
}

await main().catch(exitOver);

async function main(): Promise<void> {
  const { out, from, prune, since, category, help, ...given } = readArguments();
  if (help) return void process.stdout.write(`${USAGE}\n`);
  if (out === undefined) throw misuse('Say with --out which folder the posts go to.');
  const options = readPostOptions(given);
  if (options.kind === 'wrong') throw misuse(`--${options.message}.`);
  const earliest = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(earliest)) throw misuse(`--since is a day such as 2026-01-31, not "${since}".`);
  const path = category?.split('/').filter((level) => level !== '') ?? [];
  const origin = readOrigin(from ?? `http://127.0.0.1:${process.env.PORT || 8787}`);

  const query = String(new URLSearchParams(given));
  const selected = (await readIndex(`${origin}/posts.json?${query}`)).filter(
    (entry) =>
      Date.parse(entry.published) >= earliest && path.every((level, i) => entry.categories[i] === level),
  );
  // an empty index is what a fresh or broken Tributary has
  if (prune && selected.length === 0) {
    throw new CommandFailure('There is no such post: with --prune that would remove all there are.');
  }
  process.stdout.write(
    `${await sync(new PostsFolder(out), selected, { origin, query, prune: prune === true })}\n`,
  );
}

async function sync(
  folder: PostsFolder,
  entries: readonly IndexEntry[],
  { origin, query, prune }: { origin: string; query: string; prune: boolean },
): Promise<string> {
  const counts = { added: 0, updated: 0, unchanged: 0, foreign: 0, removed: 0 };
  const foreign: string[] = [];
  for (const [done, entry] of entries.entries()) {
    const version = createHash('sha256')
      .update(`${entry.hash}\n${query}\n${origin}`)
      .digest('hex')
      .slice(0, 32);
    if (folder.isCurrent(entry.id, version)) {
      counts.unchanged++;
      continue;
    }
    const text = await (await get(`${origin}/posts/${entry.id}.md?${query}`)).text();
    const result = folder.write(entry.id, entry.path, version, text);
    counts[result]++;
    if (result === 'foreign') foreign.push(folder.pathOf(entry.id, entry.path));
    showProgress(done + 1, entries.length);
  }
  if (prune) {
    const listed = new Set(entries.map(({ id }) => id));
    for (const id of folder.ids.filter((each) => !listed.has(each))) {
      if (folder.remove(id)) counts.removed++;
      else foreign.push(folder.pathOf(id, id));
    }
  }
  folder.finish();
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  const { added, updated, removed, unchanged } = counts;
  return [
    `${added} added, ${updated} updated, ${removed} removed, ${unchanged} as before.`,
    ...foreign.map((file) => `Left alone, because it is not as we wrote it: ${oneLine(file)}`),
  ].join('\n');
}

function showProgress(done: number, total: number): void {
  if (!process.stdout.isTTY) return;
  const filled = Math.round((done / total) * 30);
  process.stdout.write(`\r\x1b[K[${'#'.repeat(filled).padEnd(30)}] ${done} of ${total} posts`);
}

async function readIndex(first: string): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for (let url: string | undefined = first; url !== undefined; ) {
    const page: { posts: IndexEntry[]; next?: string } = await (await get(url)).json();
    entries.push(...page.posts);
    // the Worker may be reached elsewhere than where it says it is
    url = page.next && new URL(first).origin + new URL(page.next).pathname + new URL(page.next).search;
  }
  return entries;
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw new CommandFailure(`No Tributary answers at ${new URL(url).origin} (${error.message}).`);
  });
  if (response.ok) return response;
  throw new CommandFailure(`${url} answered ${response.status}.`);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string' },
        from: { type: 'string' },
        profile: { type: 'string' },
        theme: { type: 'string' },
        timezone: { type: 'string' },
        images: { type: 'string' },
        layout: { type: 'string' },
        since: { type: 'string' },
        category: { type: 'string' },
        prune: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw misuse(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function readOrigin(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text).origin;
  throw misuse(`--from is an address such as https://news.example.org, not "${text}".`);
}

function misuse(sentence: string): CommandFailure {
  return new CommandFailure(`${sentence}\n${USAGE}`, 2);
}
