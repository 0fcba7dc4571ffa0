// `npm run posts`: the articles of a running Tributary as posts in a blog's folder.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { readPostOptions, wantsOwnProfile } from '../src/posts/post-options.ts';
import { readPostSelection } from '../src/posts/post-selection.ts';
import { adoptPosts } from './adopt-posts.ts';
import { CommandFailure, exitOver } from './command-failure.ts';
import { LocalPictures } from './local-pictures.ts';
import { PostsFolder } from './posts-folder.ts';
import { readIndex } from './posts-index.ts';
import { describeSync, prunePosts, type SyncReport, syncPosts } from './sync-posts.ts';

const USAGE = `Usage:
  npm run posts -- --out DIR [--from https://news.example.org]
    --profile hexo|hugo|jekyll|astro|eleventy    the blog's generator (hexo), or a profile of the sources file
    --theme volantis|butterfly|next|fluid|stellar|landscape
    --timezone Asia/Shanghai                     the site's zone (UTC)
    --images proxy|origin|local                  where posts load pictures from (proxy)
    --pictures DIR                               where local ones lie (pictures, beside the folder of posts)
    --pictures-url /pictures/                    and the beginning of their addresses on the blog
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
  const { out, from, help } = values;
  if (help) return void process.stdout.write(`${USAGE}\n`);
  const origin = readOrigin(from ?? `http://127.0.0.1:${process.env.PORT || 8787}`);
  const [command, folder, ...more] = positionals;
  if (command !== undefined) {
    if (command !== 'adopt') throw misuse(`There is no command "${command}".`);
    if (folder === undefined || more.length > 0) throw misuse('`adopt` takes the folder of the old posts.');
    const report = await adoptPosts(folder, { origin, dryRun: values['dry-run'] === true });
    return void process.stdout.write(`${report}\n`);
  }
  if (values['dry-run']) throw misuse('--dry-run belongs to `adopt`.');
  if (out === undefined) throw misuse('Say with --out which folder the posts go to.');
  const report = await takeIn(out, origin, values);
  process.stdout.write(`${describeSync(report)}\n`);
}

type Options = ReturnType<typeof readArguments>['values'];

async function takeIn(out: string, origin: string, options: Options): Promise<SyncReport> {
  const { profile, theme, timezone, layout, images, since, category, prune } = options;
  const isLocal = images === 'local';
  const wanted = given({ profile, theme, timezone, layout, images: isLocal ? 'proxy' : images });
  const checked = readPostOptions(wanted);
  // whether it is the owner's, Tributary knows
  if (checked.kind === 'wrong' && !wantsOwnProfile(wanted)) throw misuse(`--${checked.message}.`);
  const selected = readPostSelection({ since, category });
  if (selected.kind === 'wrong') throw misuse(`--${selected.message}.`);
  const address = readPicturesAddress(options['pictures-url']);
  const query = String(new URLSearchParams(wanted));
  const selection = new URLSearchParams({ ...wanted, ...given({ since, category }) });
  const entries = await readIndex(`${origin}/posts.json${selection.size > 0 ? `?${selection}` : ''}`);
  const [first] = entries;
  // an empty index is what a fresh or broken Tributary has
  if (prune && first === undefined) {
    throw new CommandFailure('There is no such post: with --prune that would remove all there are.');
  }
  const folder = new PostsFolder(out);
  const pictures =
    isLocal && first !== undefined
      ? new LocalPictures({
          folder: options.pictures ?? path.join(out, '../pictures'),
          address,
          origin,
          proxyOrigin: new URL(first.url).origin,
        })
      : undefined;
  const report = await syncPosts(folder, entries, { origin, query, ...(pictures && { pictures }) });
  if (prune) prunePosts(folder, entries, report);
  folder.finish();
  return report;
}

/** What was given of these options. */
function given(options: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function readPicturesAddress(text = '/pictures/'): string {
  if (/^(?:https?:\/\/[\w.:-]+)?\/[\w./%~-]*$/.test(text)) return text.replace(/\/*$/, '/');
  throw misuse(`--pictures-url is a path such as /blog/pictures/, or an address, not "${text}".`);
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
        pictures: { type: 'string' },
        'pictures-url': { type: 'string' },
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
