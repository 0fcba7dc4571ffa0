/**
 * A whole Tributary publishes the articles of real feeds to a git repository, run of cron by run, as Cloudflare's free
 * plan lets it. The repository must be sound, a clone of it hold every post as it is served, and a run without news must
 * leave it alone.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GitOrigin } from '../test/support/git-origin.ts';
import { categoriesOf, readExpected, serveFeeds } from './blog.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

const CRON = '/cdn-cgi/handler/scheduled?cron=3-58%2F5+*+*+*+*';
const MOST_RUNS = 10;

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'publishing', passed: 0, failed: 0, lines: [] };
  const folder = path.join(data, 'feeds');
  if (!existsSync(folder)) return { ...result, lines: [`skipped: ${folder} is not there`] };
  const expected = readExpected(folder);
  const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));
  const { origin, close } = await serveFeeds(folder, files);
  for (const forge of ['github', 'gitea'] as const) {
    const git = await GitOrigin.open();
    git.commit({ 'source/_posts/mine.md': 'Mine' });
    const { state, remove } = temporaryState();
    const tributary = await startTributary(state, () => ({
      PUBLIC_URL: 'https://tributary.example',
      GIT_REPO: git.address(forge),
      GIT_TOKEN: 'a-token',
      GIT_POSTS: 'source/_posts?theme=next',
    }));
    const check = (what: string, holds: boolean) => {
      if (holds) result.passed++;
      else {
        result.failed++;
        result.lines.push(`${forge}: ${what}`);
      }
    };
    try {
      const sources = files.map((file) => ({
        url: `${origin}/${encodeURIComponent(file)}`,
        categories: categoriesOf(file, folder, expected),
      }));
      await tributary.api.import({ rsshub: [], sources });
      await pollAll(tributary.api);
      for (let runs = 0; runs < MOST_RUNS; runs++) {
        await runCron(tributary.origin, git);
        if (Object.keys(git.clone()).length > expected.length) break;
      }
      const index = await (await fetch(`${tributary.origin}/posts.json?theme=next`)).json();
      const clone = git.clone();
      check('the owner’s post was touched', clone['source/_posts/mine.md'] === 'Mine');
      check(`${Object.keys(clone).length} files`, Object.keys(clone).length === index.posts.length + 1);
      for (const { id, path: name } of index.posts) {
        const post = await (await fetch(`${tributary.origin}/posts/${id}.md?theme=next`)).text();
        check(`${name} is not as it is served`, clone[`source/_posts/${name}`] === post);
      }
      const commits = git.log.length;
      const requests = git.seen.length;
      await pollAll(tributary.api);
      await runCron(tributary.origin, git);
      check('a run without news asked something', git.seen.length === requests && git.log.length === commits);
      result.lines.push(
        `${forge}: ${index.posts.length} posts in ${commits - 1} commits, ${requests} requests`,
      );
    } finally {
      await tributary.stop();
      git.close();
      remove();
    }
  }
  close();
  return result;
}

/** A run of cron, and what it queues, until the repository is asked no more. */
async function runCron(tributary: string, git: GitOrigin): Promise<void> {
  await (await fetch(tributary + CRON)).arrayBuffer();
  for (let asked = -1; asked !== git.seen.length; ) {
    asked = git.seen.length;
    await wait(1500);
  }
}
