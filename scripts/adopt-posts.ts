import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isInnerPath } from '../src/posts/post-path.ts';
import { CommandFailure } from './command-failure.ts';
import { fileErrorInWords } from './file-error.ts';
import { matchPosts } from './match-posts.ts';
import { type OldPost, readOldPost } from './old-post.ts';
import { PostsFolder } from './posts-folder.ts';
import { get, readIndex } from './posts-index.ts';
import { oneLine } from './text-table.ts';

/**
 * Takes the posts of another program in a folder for those of their articles, so that they keep their names and
 * addresses. No post is changed by it. Gives the report: how many, and of each post left as it is, why.
 */
export async function adoptPosts(
  folder: string,
  { origin, dryRun }: { origin: string; dryRun: boolean },
): Promise<string> {
  const names = postFiles(folder);
  const ours = new PostsFolder(folder);
  const { files } = ours;
  const known = new Set(files.values());
  const posts: OldPost[] = [];
  const left: [string, string][] = [];
  const unknown = names.filter((name) => !known.has(name));
  for (const file of unknown) {
    const post = readOldPost(file, readFileSync(path.join(folder, file), 'utf8'));
    if (post === undefined) left.push([file, 'it has no front matter with a title']);
    else if (!isInnerPath(file)) left.push([file, 'its name is none that every system takes']);
    else posts.push(post);
  }
  const entries = await readIndex(`${origin}/posts.json`);
  const bodyOf = async (id: string) =>
    withoutFrontMatter(await (await get(`${origin}/posts/${id}.md`)).text());
  const matches = await matchPosts(posts, entries, { files, bodyOf });
  let adopted = 0;
  for (const [post, match] of matches) {
    if (match.kind === 'unmatched') {
      left.push([post.file, match.reason]);
      continue;
    }
    ours.adopt(match.entry.id, post.file, { contentHash: match.entry.contentHash, kept: post.kept });
    adopted++;
  }
  if (!dryRun) ours.finish();
  return [
    `${adopted} ${dryRun ? 'would be adopted' : 'adopted'}, ${names.length - unknown.length} ours before, ${left.length} left as they are.`,
    ...left.map(([file, reason]) => `Left: ${oneLine(file)}: ${oneLine(reason)}`).sort(),
  ].join('\n');
}

/** Posts in a folder, sorted, as paths in it. */
function postFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:md|markdown)$/i.test(entry.name))
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .sort();
  } catch (error) {
    throw new CommandFailure(`${folder} cannot be read: ${fileErrorInWords(error)}.`);
  }
}

function withoutFrontMatter(post: string): string {
  return post.slice(post.indexOf('\n---\n') + 5);
}
