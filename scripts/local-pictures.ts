import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeHTMLAttribute } from 'entities/decode';
import { readLimited } from '../src/fetch/read-limited.ts';
import { inertUrl } from '../src/posts/inert.ts';

export interface LocalPicturesOptions {
  /** Where pictures lie on this machine. */
  folder: string;
  /** The beginning of their addresses on the blog: `/pictures/`. */
  address: string;
  /** Where Tributary is asked for them. */
  origin: string;
  /** Where posts name it. */
  proxyOrigin: string;
}

/** A post with the pictures it shows on the blog itself, and those that could not be had. */
export interface LocalisedPost {
  text: string;
  failed: string[];
}

/** Extensions of what is stored. SVG is not: opened by itself it runs scripts, on the blog's own origin. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/x-icon': 'ico',
};
const STORED = new RegExp(`^[0-9a-f]{16}\\.(?:${Object.values(EXTENSIONS).join('|')})$`);
/** Pictures fetched beside each other, of however many posts. */
const AT_ONCE = 4;
const TIMEOUT_MS = 60_000;
const LIMITS = { limit: 50_000_000, idleMs: 30_000 };
const DRAFT = '.draft';

/**
 * The pictures of posts in a folder of the blog. One is called after the hash of its address, so that it is fetched once,
 * whatever posts show it, and found again by a run that was killed; a file is whole or not there.
 */
export class LocalPictures {
  readonly #options: LocalPicturesOptions;
  /** Names of the files that were there, by hash. */
  readonly #stored = new Map<string, string>();
  readonly #asked = new Map<string, Promise<string>>();
  /** Requests that may still be begun, and who waits for one to end. */
  #lanes = AT_ONCE;
  readonly #waiting: (() => void)[] = [];
  /** An address in an attribute, in a list of candidates, or between quotes in front matter. */
  readonly #proxied: RegExp;

  constructor(options: LocalPicturesOptions) {
    this.#options = options;
    this.#proxied = new RegExp(
      `${options.proxyOrigin.replace(/[.[\]]/g, '\\$&')}/\\?([^"\\s<>]*[^"\\s<>,])`,
      'g',
    );
    mkdirSync(options.folder, { recursive: true });
    for (const name of readdirSync(options.folder)) {
      const isDraft = name.endsWith(DRAFT) && STORED.test(name.slice(0, -DRAFT.length));
      if (isDraft) rmSync(path.join(options.folder, name));
      else if (STORED.test(name)) this.#stored.set(name.slice(0, 16), name);
    }
  }

  /** The beginning of their addresses on the blog. */
  get address(): string {
    return this.#options.address;
  }

  /** Fetches a post's pictures. One that cannot be had keeps its proxied address. */
  async localise(post: string): Promise<LocalisedPost> {
    const urls = new Set<string>();
    this.#replace(post, (proxied, url) => {
      urls.add(url);
      return proxied;
    });
    const names = new Map<string, string>();
    const failed: string[] = [];
    const store = async (url: string) => {
      const name = await this.#store(url);
      if (name === 'failed') failed.push(url);
      else if (name !== 'unsuitable') names.set(url, name);
    };
    await Promise.all([...urls].map(store));
    const text = this.#replace(post, (proxied, url) => {
      const name = names.get(url);
      return name === undefined ? proxied : this.#options.address + name;
    });
    return { text, failed: failed.sort() };
  }

  /** Replaces the proxied addresses in a post, which have character references in its body alone. */
  #replace(post: string, replacement: (proxied: string, url: string) => string): string {
    const body = post.indexOf('\n---\n') + 1;
    return (
      post.slice(0, body).replace(this.#proxied, (proxied, url) => replacement(proxied, inertUrl(url))) +
      post
        .slice(body)
        .replace(this.#proxied, (proxied, url) => replacement(proxied, inertUrl(decodeHTMLAttribute(url))))
    );
  }

  /** Gives the name of a picture's file, `unsuitable` or `failed`. It is asked for once in a run, whether it can be had or not: other posts may show it too. */
  #store(url: string): Promise<string> {
    const stored = this.#asked.get(url) ?? this.#inTurn(() => this.#storeNow(url));
    this.#asked.set(url, stored);
    return stored;
  }

  async #storeNow(url: string): Promise<string> {
    const hash = createHash('sha256').update(url).digest('hex').slice(0, 16);
    const stored = this.#stored.get(hash);
    if (stored !== undefined) return stored;
    const found = await this.#fetch(url);
    return typeof found === 'string' ? found : this.#write(`${hash}.${found.extension}`, found.bytes);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lanes > 0) this.#lanes--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#lanes++;
    }
  }

  async #fetch(url: string): Promise<{ extension: string; bytes: Uint8Array } | 'unsuitable' | 'failed'> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.#options.origin}/?${url}`, { signal }).catch(() => undefined);
    const extension = EXTENSIONS[response?.headers.get('content-type')?.split(';')[0]?.trim() ?? ''];
    if (!response?.ok || extension === undefined) {
      await response?.body?.cancel();
      return response?.ok ? 'unsuitable' : 'failed';
    }
    const body = await readLimited(response.body, LIMITS);
    return body.kind === 'bytes' ? { extension, bytes: body.bytes } : 'failed';
  }

  #write(name: string, bytes: Uint8Array): string {
    const file = path.join(this.#options.folder, name);
    writeFileSync(file + DRAFT, bytes);
    renameSync(file + DRAFT, file);
    return name;
  }
}
