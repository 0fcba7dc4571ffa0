// `npm run posts`: the articles of a running Tributary as posts in a blog's folder.

import { parseArgs } from 'node:util';
import { readPostOptions } from '../src/posts/post-options.ts';
import { adoptPosts } from './adopt-posts.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { PostsFolder } from './posts-folder.ts';
import { readIndex } from './posts-index.ts';
import { syncPosts } from './sync-posts.ts';

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
  npm run posts -- adopt DIR [--from https://news.example.org] [--dry-run]
                                                 takes posts of another program for those of their articles
Without --from it is the Tributary that runs on this machine (PORT).`;

await main().catch(exitOver);

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const { out, from, prune, since, category, help, 'dry-run': dryRun, ...given } = values;
  if (help) return void process.stdout.write(`${USAGE}\n`);
  const origin = readOrigin(from ?? `http://127.0.0.1:${process.env.PORT || 8787}`);
  const [command, folder, ...more] = positionals;
  if (command !== undefined) {
    if (command !== 'adopt') throw misuse(`There is no command "${command}".`);
    if (folder === undefined || more.length > 0) throw misuse('`adopt` takes the folder of the old posts.');
    const report = await adoptPosts(folder, { origin, dryRun: dryRun === true });
    return void process.stdout.write(`${report}\n`);
  }
  if (out === undefined) throw misuse('Say with --out which folder the posts go to.');
  const options = readPostOptions(given);
  if (options.kind === 'wrong') throw misuse(`--${options.message}.`);
  const earliest = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(earliest)) throw misuse(`--since is a day such as 2026-01-31, not "${since}".`);
  const path = category?.split('/').filter((level) => level !== '') ?? [];

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
    `${await syncPosts(new PostsFolder(out), selected, { origin, query, prune: prune === true })}\n`,
  );
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
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
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
