import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { Newsstand, type Publisher } from './newsstand.ts';

const COMMAND = path.join(import.meta.dirname, '../../scripts/posts.ts');

/** A Tributary with its publishers, and a folder for posts, for `npm run posts` as a process of its own. */
export class PostsCommand {
  readonly stand: Newsstand;
  readonly origin: string;
  readonly out = mkdtempSync(path.join(tmpdir(), 'posts-'));
  /** What answers instead of Tributary, for pictures. */
  answer: (url: string) => Response | undefined = () => undefined;
  readonly #server;

  private constructor(stand: Newsstand, server: ReturnType<typeof createServer>) {
    this.stand = stand;
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(publishers: Record<string, Publisher>): Promise<PostsCommand> {
    const stand = await Newsstand.open(publishers);
    const app = createApp();
    let opened: PostsCommand | undefined;
    const server = createServer(async (request, response) => {
      const url = `http://${request.headers.host}${request.url}`;
      const answer =
        opened?.answer(url) ??
        (await app.fetch(new Request(url, { headers: request.headers as HeadersInit }), {
          DB: stand.db,
        } as Env));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened = new PostsCommand(stand, server);
    return opened;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.out, { recursive: true });
    await this.stand.close();
  }

  /** Runs the command to its end. Gives what it printed. */
  async run(...args: string[]): Promise<string> {
    const child = this.start(...args);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (printed += data));
    await once(child, 'close');
    return printed;
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [COMMAND, ...args, '--from', this.origin]);
  }

  /** Takes posts in. */
  sync(...args: string[]): Promise<string> {
    return this.run('--out', this.out, ...args);
  }

  /** Every file in the folder, with what is in it. */
  files(): Record<string, string> {
    const entries = readdirSync(this.out, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.out, path.join(entry.parentPath, entry.name)))
      .sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(this.out, name), 'utf8')]));
  }
}
