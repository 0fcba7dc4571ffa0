import { createHash } from 'node:crypto';
import { blobId } from '../git/blob-id.ts';
import {
  type ChangedFile,
  type Forge,
  ForgeFailure,
  type Head,
  REQUESTS_OF_A_COMMIT,
  REQUESTS_OF_A_HEAD,
} from '../git/forge.ts';
import { withFrontMatter } from '../posts/kept-front-matter.ts';
import { toPost } from '../posts/post.ts';
import { type PostOptions, pictureAddress } from '../posts/post-options.ts';
import { postPath } from '../posts/post-path.ts';
import { MANIFEST, parseManifest, type WrittenPost } from '../posts/posts-manifest.ts';
import type { OpenPost, SettledPost } from '../store/publication-store.ts';

/** What a commit is to hold. */
export interface CommitPlan {
  files: ChangedFile[];
  /** Posts that are in the repository, or meant not to be, once the files are. */
  settled: SettledPost[];
}

export interface PlanContext {
  /** The posts' folder in the repository; empty for its top. */
  folder: string;
  /** Where the image proxy is reached. */
  proxyOrigin: string;
  options: PostOptions;
  repository: Pick<Forge, 'tree' | 'blob'>;
  /** Counts down while the repository is asked. */
  requests: { left: number };
}

/** Bytes in one commit: they are written and hashed in one invocation. */
const BYTES_PER_COMMIT = 1_000_000;
/** A post's own file and the manifest. */
const BLOBS = 2;

/** As many of the posts as fit an invocation, and which of their files are to be written. */
export async function planCommit(
  posts: readonly OpenPost[],
  head: Head,
  context: PlanContext,
): Promise<CommitPlan> {
  const { folder, options, repository, requests } = context;
  const settings = { ...options, pictureUrl: pictureAddress(options, context.proxyOrigin) };
  const listed = await readListed(head, context);
  const plan: CommitPlan = { files: [], settled: [] };
  let bytes = 0;
  for (const post of posts) {
    const before = listed.get(post.article.id);
    const text = withFrontMatter(toPost(post, settings), before?.adopted?.kept ?? {});
    const name = before?.path ?? postPath({ ...post.article, firstTitle: post.firstTitle }, options);
    const path = post.path ?? pathIn(folder, name);
    bytes += text.length;
    // each folder on the way may have to be read, and the commit be tried again
    const readable = requests.left - 2 * REQUESTS_OF_A_COMMIT - REQUESTS_OF_A_HEAD - BLOBS;
    const fits = bytes <= BYTES_PER_COMMIT && path.split('/').length <= readable;
    if (!fits && plan.settled.length > 0) break;

    const found = await findBlob(path, head.tree, repository);
    const wanted = blobId(text, head.tree.length);
    const verdict = found === wanted ? 'there' : await judge(post, { found, before, repository });
    if (verdict === 'write') plan.files.push({ path, text, ...(found !== undefined && { before: found }) });
    if (verdict === 'foreign') console.warn(`left alone, because it is not as it was published: ${path}`);
    plan.settled.push(settle(post, verdict, { path, found, wanted }));
  }
  return plan;
}

/** `foreign`: the file is the owner's now. `adopted`: it stays as another program wrote it, until its article changes. */
type Verdict = 'there' | 'write' | 'adopted' | 'foreign';

async function judge(
  post: OpenPost,
  file: { found: string | undefined; before: WrittenPost | undefined; repository: Pick<Forge, 'blob'> },
): Promise<Verdict> {
  const { found, before, repository } = file;
  const isAsAdopted = before?.adopted !== undefined && before.adopted.contentHash === post.contentHash;
  if (post.path !== undefined && found !== post.blob) return 'foreign';
  if (before === undefined || (post.path !== undefined && !isAsAdopted))
    return found === post.blob ? 'write' : 'foreign';
  if (found === undefined || found === NO_BLOB) return 'foreign';
  if (post.path === undefined && isAsAdopted) return 'adopted';
  const isAsListed = sha256(await repository.blob(found)) === before.sha256;
  if (post.path === undefined) return isAsListed ? 'write' : 'foreign';
  return isAsListed ? 'adopted' : 'write';
}

function settle(
  { article: { id }, change, path, blob }: OpenPost,
  verdict: Verdict,
  file: { path: string; found: string | undefined; wanted: string },
): SettledPost {
  if (verdict === 'foreign') return { id, change, ...(path && { path }), ...(blob && { blob }) };
  if (verdict === 'adopted') return { id, change, path: file.path, ...(file.found && { blob: file.found }) };
  return { id, change, path: file.path, blob: file.wanted };
}

/** Posts that `npm run posts` wrote or adopted in the folder, by id: their files keep their names. */
async function readListed(
  { tree }: Head,
  { folder, repository }: PlanContext,
): Promise<ReadonlyMap<string, WrittenPost>> {
  const path = pathIn(folder, MANIFEST);
  const found = await findBlob(path, tree, repository);
  if (found === undefined || found === NO_BLOB) return new Map();
  const listed = parseManifest(await repository.blob(found));
  if (listed === undefined) throw new ForgeFailure(`${path} is damaged: restore it, or remove it`);
  return listed;
}

const NO_BLOB = 'something else';

/** Id of the blob at a path; undefined where there is nothing, `NO_BLOB` where there is something else. */
async function findBlob(
  path: string,
  root: string,
  repository: Pick<Forge, 'tree'>,
): Promise<string | undefined> {
  const names = path.split('/');
  let id = root;
  for (const [i, name] of names.entries()) {
    const entry = (await repository.tree(id)).get(name);
    if (entry === undefined) return undefined;
    const isWanted = entry.type === (i === names.length - 1 ? 'blob' : 'tree');
    if (!isWanted) return NO_BLOB;
    id = entry.id;
  }
  return id;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function pathIn(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** A repository that is asked for the same object once: its id never means another one. */
export function remembering(forge: Pick<Forge, 'tree' | 'blob'>): Pick<Forge, 'tree' | 'blob'> {
  return { tree: remember((id) => forge.tree(id)), blob: remember((id) => forge.blob(id)) };
}

function remember<T>(read: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id) => {
    const found = known.get(id) ?? read(id);
    known.set(id, found);
    return found;
  };
}
