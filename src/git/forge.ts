import { Buffer } from 'node:buffer';

/** A commit and its tree. */
export interface Head {
  commit: string;
  tree: string;
}

export interface TreeEntry {
  type: string;
  id: string;
}

export interface ChangedFile {
  path: string;
  text: string;
  /** Id of the blob there now; absent for a new file. */
  before?: string;
}

export interface Change {
  branch: string;
  /** What the change was made for. */
  head: Head;
  message: string;
  files: readonly ChangedFile[];
}

/** A repository at a program that keeps repositories, over its API. Each call throws a `ForgeFailure`. */
export interface Forge {
  /** The newest commit of a branch. */
  head(branch: string): Promise<Head>;
  /** What lies in a folder, by name. */
  tree(id: string): Promise<ReadonlyMap<string, TreeEntry>>;
  /** The text of a file. */
  blob(id: string): Promise<string>;
  /** Makes one commit of all files. `conflict`: somebody else's came in between, and nothing was changed. */
  commit(change: Change): Promise<'committed' | 'conflict'>;
}

/** Requests that calls take at most; a tree is one. */
export const REQUESTS_OF_A_HEAD = 2;
export const REQUESTS_OF_A_COMMIT = 3;

/** A forge that does not do what it was asked, with what it says of it. */
export class ForgeFailure extends Error {
  readonly status: number | undefined;
  /** Seconds it asks to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status?: number, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export interface ForgeAccess {
  /** Address of the repository's API. */
  api: string;
  headers: Readonly<Record<string, string>>;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const TIMEOUT_MS = 30_000;

/** Calls the API of a repository. Gives the JSON it answers with. */
export async function callForge<T>(
  { api, headers, fetch }: ForgeAccess,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(api + path, {
    method,
    headers: { ...headers, 'Content-Type': 'application/json' },
    // the token is for this host alone
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new ForgeFailure(`${new URL(api).host} cannot be reached: ${String(error)}`);
  });
  if (response.ok) {
    return (await response.json().catch(() => {
      throw new ForgeFailure(`${method} ${api}${path} answered what is no JSON`);
    })) as T;
  }
  const { message = '' } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new ForgeFailure(
    `${method} ${api}${path} answered ${response.status} ${message.slice(0, 300)}`.trim(),
    response.status,
    secondsToWait(response.headers),
  );
}

/** GitHub tells when its limit is lifted, or how long to wait. */
function secondsToWait(headers: Headers): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds;
  const [left, date, reset] = ['X-RateLimit-Remaining', 'Date', 'X-RateLimit-Reset'].map((name) =>
    headers.get(name),
  );
  if (left !== '0' || !date || !reset) return undefined;
  return Math.max(0, Number(reset) - Date.parse(date) / 1000);
}

interface Blob {
  content: string;
  encoding: string;
}

/** A blob's text; GitHub and Gitea answer alike. */
export async function readBlob(access: ForgeAccess, id: string): Promise<string> {
  const { content, encoding } = await callForge<Blob>(access, 'GET', `/git/blobs/${id}`);
  return encoding === 'base64' ? Buffer.from(content, 'base64').toString() : content;
}

/** A branch's name as part of a path: slashes in it stay. */
export function branchPath(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/');
}
