import { isInnerPath } from './post-path.ts';

/** Name of the manifest in a folder of posts. */
export const MANIFEST = '.tributary-posts.json';

/** A file of ours: where it lies in the folder, which version of the post it holds, and the SHA-256 of its bytes. */
export interface WrittenPost {
  path: string;
  version: string;
  sha256: string;
  /** Of a file that another program wrote first. */
  adopted?: Adoption;
}

/** What is kept of a file that another program wrote. */
export interface Adoption {
  /** Hash of the article's content then; absent once the file was written anew. */
  contentHash?: string;
  /** Front matter that the post's address on the blog is made from: keys and their values as YAML, on one line. */
  kept: Readonly<Record<string, string>>;
}

/** Reads which posts a folder has, by id; undefined where the manifest is damaged. */
export function parseManifest(text: string): Map<string, WrittenPost> | undefined {
  try {
    const posts: Record<string, WrittenPost> = JSON.parse(text).posts;
    return Object.values(posts).every(isSound) ? new Map(Object.entries(posts)) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes what `parseManifest` reads, the same for the same posts. */
export function toManifest(posts: ReadonlyMap<string, WrittenPost>): string {
  const sorted = [...posts].sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify({ posts: Object.fromEntries(sorted) }, null, 1)}\n`;
}

function isSound({ path, adopted }: WrittenPost): boolean {
  const kept = Object.entries(adopted?.kept ?? {});
  return isInnerPath(path) && kept.every(([key, value]) => /^[\w-]+$/.test(key) && /^.+$/.test(value));
}
