import { createHash } from 'node:crypto';
import { withFrontMatter } from '../src/posts/kept-front-matter.ts';
import type { LocalPictures } from './local-pictures.ts';
import type { PostsFolder } from './posts-folder.ts';
import { get, type IndexEntry } from './posts-index.ts';
import { oneLine } from './text-table.ts';

export interface SyncOptions {
  /** Where Tributary is asked. */
  origin: string;
  /** How posts are wanted, as the query of their addresses. */
  query: string;
  /** Keeps the pictures of posts, where they are wanted on the blog itself. */
  pictures?: LocalPictures;
}

/** Posts fetched beside each other: a deployed Tributary is a way off. */
const AT_ONCE = 4;

/** What a run did to a folder. */
export interface SyncReport {
  added: number;
  updated: number;
  unchanged: number;
  removed: number;
  /** Files that are not as we left them. */
  foreign: string[];
  /** Addresses of pictures that could not be had. */
  failedPictures: Set<string>;
}

/** Brings the posts in a folder up to the index. */
export async function syncPosts(
  folder: PostsFolder,
  entries: readonly IndexEntry[],
  options: SyncOptions,
): Promise<SyncReport> {
  const report: SyncReport = {
    added: 0,
    updated: 0,
    unchanged: 0,
    removed: 0,
    foreign: [],
    failedPictures: new Set(),
  };
  const waiting = [...entries];
  const lane = async () => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      await syncPost(folder, entry, options, report);
      showProgress(entries.length - waiting.length, entries.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  return report;
}

async function syncPost(
  folder: PostsFolder,
  entry: IndexEntry,
  { origin, query, pictures }: SyncOptions,
  report: SyncReport,
): Promise<void> {
  const { id } = entry;
  const version = versionOf([entry.hash, pictures?.address ?? '']);
  if (folder.isCurrent(id, version) || folder.isAsAdopted(id, entry.contentHash)) {
    report.unchanged++;
    return;
  }
  const post = await (await get(`${origin}/posts/${id}.md?${query}`)).text();
  const { text, failed } = (await pictures?.localise(post)) ?? { text: post, failed: [] };
  for (const url of failed) report.failedPictures.add(url);
  // a picture that is missing is asked for again in the next run
  const reached = failed.length === 0 ? version : '';
  const kept = folder.adoption(id)?.kept ?? {};
  const result = folder.write(id, entry.path, reached, withFrontMatter(text, kept));
  if (result === 'foreign') report.foreign.push(folder.pathOf(id, entry.path));
  else report[result]++;
}

function versionOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

/** Removes our posts that are not in the index, but what was adopted: it outlives its article, as it did before. */
export function prunePosts(folder: PostsFolder, entries: readonly IndexEntry[], report: SyncReport): void {
  const listed = new Set(entries.map(({ id }) => id));
  for (const id of folder.ids.filter((each) => !listed.has(each) && folder.adoption(each) === undefined)) {
    if (folder.remove(id)) report.removed++;
    else report.foreign.push(folder.pathOf(id, id));
  }
}

/** The report of a run, in lines. */
export function describeSync({
  added,
  updated,
  unchanged,
  removed,
  foreign,
  failedPictures,
}: SyncReport): string {
  return [
    `${added} added, ${updated} updated, ${removed} removed, ${unchanged} as before.`,
    ...foreign.toSorted().map((file) => `Left alone, because it is not as we wrote it: ${oneLine(file)}`),
    ...[...failedPictures]
      .sort()
      .map((url) => `Shown through Tributary, because it cannot be had: ${oneLine(url)}`),
  ].join('\n');
}

function showProgress(done: number, total: number): void {
  if (!process.stdout.isTTY) return;
  const filled = Math.round((done / total) * 30);
  process.stdout.write(`\r\x1b[K[${'#'.repeat(filled).padEnd(30)}] ${done} of ${total} posts`);
}
