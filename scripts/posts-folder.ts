import { createHash } from 'node:crypto';
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { isInnerPath } from '../src/posts/post-path.ts';
import {
  type Adoption,
  MANIFEST,
  parseManifest,
  toManifest,
  type WrittenPost,
} from '../src/posts/posts-manifest.ts';
import { CommandFailure } from './command-failure.ts';
import { fileErrorInWords } from './file-error.ts';

export type WriteResult = 'added' | 'updated' | 'unchanged' | 'foreign';

const JOURNAL = '.tributary-posts.journal';
const DRAFT = '.tributary-posts.draft';

/**
 * The posts in a folder of a blog that we wrote or adopted, and no others. A manifest names them; what a run does is noted
 * in a journal before it is done, so that a run that was killed is taken up where it ended. A file that we did not
 * write, or that was changed since, is never overwritten or removed.
 */
export class PostsFolder {
  readonly #folder: string;
  readonly #posts: Map<string, WrittenPost>;

  /** The folder is made where there is none. @throws CommandFailure where it cannot be. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new CommandFailure(`${folder} cannot be used as a folder: ${fileErrorInWords(error)}.`);
    }
    this.#posts = readManifest(path.join(folder, MANIFEST));
    for (const [id, post] of readJournal(path.join(folder, JOURNAL))) {
      if (this.#sha256(post.path) === post.sha256) this.#posts.set(id, post);
    }
  }

  get ids(): string[] {
    return [...this.#posts.keys()];
  }

  /** Paths of the posts whose files are there, by id. */
  get files(): Map<string, string> {
    return new Map([...this.#posts].flatMap(([id, { path }]) => (this.#exists(path) ? [[id, path]] : [])));
  }

  /** What is kept of a post's file, where another program wrote it first. */
  adoption(id: string): Adoption | undefined {
    return this.#posts.get(id)?.adopted;
  }

  /** Takes a file that is there for a post's; it keeps its path, and its bytes until the article changes. */
  adopt(id: string, file: string, adopted: Adoption): void {
    this.#posts.set(id, { path: file, version: '', sha256: this.#sha256(file) ?? '', adopted });
  }

  /** Whether the file of a post is there as it was adopted, and the article as it was then. */
  isAsAdopted(id: string, contentHash: string): boolean {
    const post = this.#posts.get(id);
    return post?.adopted?.contentHash === contentHash && this.#exists(post.path);
  }

  /** Whether the file of a post is there in this version. */
  isCurrent(id: string, version: string): boolean {
    const post = this.#posts.get(id);
    return post !== undefined && post.version === version && this.#exists(post.path);
  }

  /** Where a post lies: where it was first written, or where it is to be written. */
  pathOf(id: string, wanted: string): string {
    return this.#posts.get(id)?.path ?? wanted;
  }

  /** Writes a post, whole or not at all. `foreign`: the file there is not as we left it, and stays. */
  write(id: string, wanted: string, version: string, text: string): WriteResult {
    const file = this.pathOf(id, wanted);
    if (!isInnerPath(file)) throw new CommandFailure(`"${file}" is no path inside ${this.#folder}.`);
    const before = this.#posts.get(id);
    const found = this.#sha256(file);
    const sha256 = digest(text);
    const adopted = before?.adopted && { kept: before.adopted.kept };
    const post = { path: file, version, sha256, ...(adopted && { adopted }) };
    if (found === sha256) {
      this.#posts.set(id, post);
      return 'unchanged';
    }
    if (found !== undefined && found !== before?.sha256) return 'foreign';
    appendFileSync(path.join(this.#folder, JOURNAL), `${JSON.stringify([id, post])}\n`);
    const target = path.join(this.#folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    const draft = path.join(this.#folder, DRAFT);
    writeFileSync(draft, text);
    renameSync(draft, target);
    this.#posts.set(id, post);
    return before === undefined ? 'added' : 'updated';
  }

  /** Removes a post and the folders it leaves empty; false where the file is not as we left it, and stays. */
  remove(id: string): boolean {
    const post = this.#posts.get(id);
    if (post === undefined) return false;
    const found = this.#sha256(post.path);
    if (found !== undefined && found !== post.sha256) return false;
    rmSync(path.join(this.#folder, post.path), { force: true });
    this.#posts.delete(id);
    for (let parent = path.dirname(post.path); parent !== '.'; parent = path.dirname(parent)) {
      const folder = path.join(this.#folder, parent);
      if (readdirSync(folder).length > 0) break;
      rmdirSync(folder);
    }
    return true;
  }

  /** Ends a run: the manifest says what is there, if that is news, and the journal goes. */
  finish(): void {
    const text = toManifest(this.#posts);
    const manifest = path.join(this.#folder, MANIFEST);
    if (readIfFile(manifest)?.toString() !== text) {
      const draft = path.join(this.#folder, DRAFT);
      writeFileSync(draft, text);
      renameSync(draft, manifest);
    }
    for (const name of [JOURNAL, DRAFT]) rmSync(path.join(this.#folder, name), { force: true });
  }

  #exists(file: string): boolean {
    return lstatSync(path.join(this.#folder, file), { throwIfNoEntry: false }) !== undefined;
  }

  /** Undefined where there is nothing; what is there and no file is nobody's version of a post. */
  #sha256(file: string): string | undefined {
    if (!this.#exists(file)) return undefined;
    const bytes = readIfFile(path.join(this.#folder, file));
    return bytes === undefined ? 'no file' : digest(bytes);
  }
}

function readManifest(file: string): Map<string, WrittenPost> {
  const text = readIfFile(file)?.toString();
  const posts = text === undefined ? new Map<string, WrittenPost>() : parseManifest(text);
  if (posts !== undefined) return posts;
  throw new CommandFailure(
    `${file} is damaged: restore it, or remove it and the posts in its folder to begin again.`,
  );
}

/** The last line may have been cut off. */
function readJournal(file: string): [string, WrittenPost][] {
  const lines = readIfFile(file)?.toString().split('\n') ?? [];
  return lines.flatMap((line) => {
    try {
      const [id, post] = JSON.parse(line) as [string, WrittenPost];
      return isInnerPath(post.path) ? [[id, post] satisfies [string, WrittenPost]] : [];
    } catch {
      return [];
    }
  });
}

function readIfFile(file: string): Buffer | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? readFileSync(file) : undefined;
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
