import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Call {
  method: string;
  /** Path behind the repository's. */
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sends
  body: any;
}

type Answer = { status?: number; headers?: Record<string, string>; json: unknown };

const TOKEN = 'a-token';
/** Gitea's pages have a thousand entries. */
const ENTRIES_ON_A_PAGE = 3;

/**
 * A real git repository behind the parts of GitHub's Git data API and Gitea's API that publishing needs: every object is
 * written and read by git itself.
 */
export class GitOrigin {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'git-origin-'));
  readonly bare = path.join(this.folder, 'blog.git');
  readonly seen: Call[] = [];
  origin = '';
  /** Called before each answer; an answer of its own takes its place. */
  before: (call: Call) => Answer | undefined = () => undefined;
  readonly #server = createServer(async (request, response) => {
    const {
      status = 200,
      headers = {},
      json,
    } = await this.#answer(request).catch(
      ({ message }: Error): Answer => ({ status: 500, json: { message } }),
    );
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(json));
  });

  static async open(): Promise<GitOrigin> {
    const origin = new GitOrigin();
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin.bare]);
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    origin.origin = `http://127.0.0.1:${(origin.#server.address() as AddressInfo).port}`;
    return origin;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.folder, { recursive: true });
  }

  /** Address of the API, of either kind. */
  address(forge: 'github' | 'gitea'): string {
    return `${this.origin}/api/${forge === 'github' ? 'v3' : 'v1'}/repos/owner/blog`;
  }

  git(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): string {
    return execFileSync('git', ['-C', this.bare, ...args], {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.input !== undefined && { input: options.input }),
      env: { ...process.env, ...IDENTITY, ...options.env },
    }).trim();
  }

  /** Commits files as somebody else; `null` removes one. */
  commit(files: Record<string, string | null>, branch = 'main'): void {
    const parent = this.#head(branch);
    const entries = Object.entries(files).map(([file, content]) => ({ path: file, content }));
    const tree = this.#writeTree(parent && this.#treeOf(parent), entries);
    this.#moveBranch(branch, this.#writeCommit(tree, parent ? [parent] : [], 'by hand'));
  }

  /** What a clone of the repository holds, after git has found nothing wrong with it. */
  clone(): Record<string, string> {
    this.git(['fsck', '--strict', '--no-dangling']);
    const target = mkdtempSync(path.join(this.folder, 'clone-'));
    execFileSync('git', ['clone', '--quiet', this.bare, target], { stdio: 'pipe' });
    const files = readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.git'))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
    return Object.fromEntries(files.map((file) => [path.relative(target, file), readFileSync(file, 'utf8')]));
  }

  /** Subjects of the commits of the branch, the newest first. */
  get log(): string[] {
    return this.git(['log', '--format=%s', 'main']).split('\n');
  }

  #head(branch: string): string | undefined {
    try {
      return this.git(['rev-parse', '--verify', `refs/heads/${branch}`]);
    } catch {
      return undefined;
    }
  }

  #treeOf(commit: string): string {
    return this.git(['rev-parse', `${commit}^{tree}`]);
  }

  #writeTree(base: string | undefined, entries: { path: string; content: string | null }[]): string {
    const env = { GIT_INDEX_FILE: path.join(this.folder, `index-${Math.random()}`) };
    if (base !== undefined) this.git(['read-tree', base], { env });
    for (const entry of entries) {
      const [mode, blob] =
        entry.content === null
          ? ['0', '0'.repeat(40)]
          : ['100644', this.git(['hash-object', '-w', '--stdin'], { input: entry.content })];
      this.git(['update-index', '--index-info'], { env, input: `${mode} ${blob}\t${entry.path}\n` });
    }
    return this.git(['write-tree'], { env });
  }

  #writeCommit(tree: string, parents: readonly string[], message: string): string {
    return this.git(['commit-tree', tree, '-m', message, ...parents.flatMap((parent) => ['-p', parent])]);
  }

  #moveBranch(branch: string, commit: string): boolean {
    const before = this.#head(branch);
    try {
      if (before) this.git(['merge-base', '--is-ancestor', before, commit]);
    } catch {
      return false;
    }
    this.git(['update-ref', `refs/heads/${branch}`, commit]);
    return true;
  }

  #entries(tree: string): { path: string; mode: string; type: string; sha: string }[] {
    const lines = this.git(['ls-tree', '-z', tree]).split('\0').filter(Boolean);
    return lines.map((line) => {
      const [, mode = '', type = '', sha = '', name = ''] = /^(\S+) (\S+) (\S+)\t([\s\S]*)$/.exec(line) ?? [];
      return { path: name, mode, type, sha };
    });
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const [, version, route = ''] =
      /^\/api\/(v1|v3)\/repos\/owner\/blog(\/.*)$/.exec(request.url ?? '') ?? [];
    const body = text === '' ? undefined : JSON.parse(text);
    const call = { method: request.method ?? '', path: decodeURIComponent(route), body };
    this.seen.push(call);
    const wanted = version === 'v3' ? `Bearer ${TOKEN}` : `token ${TOKEN}`;
    if (request.headers.authorization !== wanted)
      return { status: 401, json: { message: 'Bad credentials' } };
    return this.before(call) ?? (version === 'v3' ? this.#github(call) : this.#gitea(call));
  }

  #blob(id: string): Answer {
    const content = execFileSync('git', ['-C', this.bare, 'cat-file', 'blob', id]).toString('base64');
    // GitHub breaks it into lines
    return { json: { sha: id, encoding: 'base64', content: content.replace(/.{60}/g, '$&\n') } };
  }

  #github({ method, path: route, body }: Call): Answer {
    const [, blob] = /^\/git\/blobs\/([0-9a-f]+)$/.exec(route) ?? [];
    if (blob !== undefined) return this.#blob(blob);
    const [, branch = ''] = /^\/git\/refs?\/heads\/(.+)$/.exec(route) ?? [];
    const [, kind, sha = ''] = /^\/git\/(commits|trees)\/([0-9a-f]+)$/.exec(route) ?? [];
    const head = this.#head(branch);
    if (method === 'GET' && branch !== '')
      return head ? { json: { object: { sha: head } } } : { status: 404, json: { message: 'Not Found' } };
    if (method === 'GET' && kind === 'commits') return { json: { sha, tree: { sha: this.#treeOf(sha) } } };
    if (method === 'GET' && kind === 'trees') return { json: { sha, tree: this.#entries(sha) } };
    if (method === 'POST' && route === '/git/trees')
      return { status: 201, json: { sha: this.#writeTree(body.base_tree, body.tree) } };
    if (method === 'POST' && route === '/git/commits')
      return { status: 201, json: { sha: this.#writeCommit(body.tree, body.parents, body.message) } };
    if (method === 'PATCH' && head !== undefined)
      return this.#moveBranch(branch, body.sha)
        ? { json: { object: { sha: body.sha } } }
        : { status: 422, json: { message: 'Update is not a fast forward' } };
    return { status: 404, json: { message: 'Not Found' } };
  }

  #gitea({ method, path: route, body }: Call): Answer {
    const [, blob] = /^\/git\/blobs\/([0-9a-f]+)$/.exec(route) ?? [];
    if (blob !== undefined) return this.#blob(blob);
    const [, branch = ''] = /^\/branches\/(.+)$/.exec(route) ?? [];
    const [, kind, sha = '', page] =
      /^\/git\/(commits|trees)\/([0-9a-f]+)(?:\?page=(\d+))?$/.exec(route) ?? [];
    const head = this.#head(branch);
    if (method === 'GET' && head !== undefined) return { json: { name: branch, commit: { id: head } } };
    if (method === 'GET' && kind === 'commits')
      return { json: { sha, commit: { tree: { sha: this.#treeOf(sha) } } } };
    if (method === 'GET' && kind === 'trees') {
      const entries = this.#entries(sha);
      const end = Number(page) * ENTRIES_ON_A_PAGE;
      return { json: { tree: entries.slice(end - ENTRIES_ON_A_PAGE, end), truncated: end < entries.length } };
    }
    if (method === 'POST' && route === '/contents') return this.#changeFiles(body);
    return { status: 404, json: { message: 'The target couldn’t be found.' } };
  }

  #changeFiles(body: {
    branch: string;
    message: string;
    files: { operation: string; path: string; content: string; sha?: string }[];
  }): Answer {
    const head = this.#head(body.branch) ?? '';
    const tree = this.#treeOf(head);
    for (const { operation, path: file, sha } of body.files) {
      const found = this.git(['ls-tree', '--object-only', tree, '--', `:(literal)${file}`].filter(Boolean));
      if (operation === 'create' ? found !== '' : found !== sha)
        return { status: 422, json: { message: `sha does not match [path: ${file}]` } };
    }
    const entries = body.files.map((file) => ({
      path: file.path,
      content: Buffer.from(file.content, 'base64').toString(),
    }));
    const commit = this.#writeCommit(this.#writeTree(tree, entries), [head], body.message);
    this.#moveBranch(body.branch, commit);
    return { status: 201, json: { commit: { sha: commit } } };
  }
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@blog.example',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@blog.example',
};
