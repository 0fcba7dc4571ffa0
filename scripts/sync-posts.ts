import { createHash } from 'node:crypto';
import { withFrontMatter } from './kept-front-matter.ts';
import type { PostsFolder } from './posts-folder.ts';
import { get, type IndexEntry } from './posts-index.ts';
import { oneLine } from './text-table.ts';

/** Brings the posts in a folder up to the index. Gives the report of what changed. */
export async function syncPosts(
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
    if (folder.isCurrent(entry.id, version) || folder.isAsAdopted(entry.id, entry.contentHash)) {
      counts.unchanged++;
      continue;
    }
    const post = await (await get(`${origin}/posts/${entry.id}.md?${query}`)).text();
    const text = withFrontMatter(post, folder.adoption(entry.id)?.kept ?? {});
    const result = folder.write(entry.id, entry.path, version, text);
    counts[result]++;
    if (result === 'foreign') foreign.push(folder.pathOf(entry.id, entry.path));
    showProgress(done + 1, entries.length);
  }
  if (prune) {
    const listed = new Set(entries.map(({ id }) => id));
    // what was adopted outlives its article, as it did before
    const surplus = folder.ids.filter((id) => !listed.has(id) && folder.adoption(id) === undefined);
    for (const id of surplus) {
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
