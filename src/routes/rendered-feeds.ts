/** A feed as it was written, with what tells its version. */
export interface RenderedFeed {
  /** What it was made of; while that is the same, so is the rendering. */
  version: string;
  etag: string;
  /** Milliseconds since 1970 of the last change of the content. */
  updated: number;
  contentType: string;
  /** UTF-8: sending it costs a third of what sending a string does. */
  body: Uint8Array<ArrayBuffer>;
}

/** What keeping feeds needs of the platform. */
export interface FeedCacheTools {
  cache: Pick<Cache, 'match' | 'put'>;
  /** Lets work go on when the request that began it is over. */
  waitUntil: (work: Promise<unknown>) => void;
}

/** Bytes that the isolate, which has 128 MB, keeps of rendered feeds. */
const MEMORY = 24_000_000;
/** A copy in the cache outlives every version: it is the last resort when the database is out of order. */
const KEPT_HEADERS = { 'Cache-Control': 'public, max-age=2592000' };
const UPDATED = 'X-Updated';
const VERSION = 'X-Version';

/**
 * The last rendering of each feed, by the feed's address: in the memory of this isolate and in the cache of this data
 * centre. Work that several requests want at once is done once.
 */
export class RenderedFeeds {
  readonly #memory = new Map<string, RenderedFeed>();
  readonly #running = new Map<string, Promise<unknown>>();
  #size = 0;

  /** The rendering of that version: the one kept, or the one `render` makes, which is then kept. */
  async current(
    url: string,
    version: string,
    render: () => Promise<RenderedFeed>,
    tools: FeedCacheTools,
  ): Promise<RenderedFeed> {
    const inMemory = this.#memory.get(url);
    if (inMemory?.version === version) return inMemory;
    return this.#once(
      `${version} ${url}`,
      async () => {
        const inCache = await fromCache(url, tools);
        if (inCache?.version === version) return this.#remember(url, inCache);
        const rendered = await render();
        tools.waitUntil(tools.cache.put(url, toCached(rendered)));
        return this.#remember(url, rendered);
      },
      tools,
    );
  }

  /** The last rendering there is, whatever its version. */
  async last(url: string, tools: FeedCacheTools): Promise<RenderedFeed | undefined> {
    return this.#memory.get(url) ?? (await fromCache(url, tools));
  }

  /** Does work that others under way want too only once. It goes on when the request that began it is given up. */
  #once<T>(name: string, work: () => Promise<T>, { waitUntil }: FeedCacheTools): Promise<T> {
    const running = this.#running.get(name) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const begun = work().finally(() => this.#running.delete(name));
    this.#running.set(name, begun);
    waitUntil(begun.catch(() => {}));
    return begun;
  }

  #remember(url: string, feed: RenderedFeed): RenderedFeed {
    this.#forget(url);
    this.#memory.set(url, feed);
    this.#size += feed.body.length;
    for (const oldest of this.#memory.keys()) {
      if (this.#size <= MEMORY) break;
      this.#forget(oldest);
    }
    return feed;
  }

  #forget(url: string): void {
    this.#size -= this.#memory.get(url)?.body.length ?? 0;
    this.#memory.delete(url);
  }
}

async function fromCache(url: string, { cache }: FeedCacheTools): Promise<RenderedFeed | undefined> {
  const response = await cache.match(url);
  if (response === undefined) return undefined;
  const { headers } = response;
  return {
    version: headers.get(VERSION) ?? '',
    etag: headers.get('ETag') ?? '',
    updated: Number(headers.get(UPDATED)),
    contentType: headers.get('Content-Type') ?? '',
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

function toCached({ version, etag, updated, contentType, body }: RenderedFeed): Response {
  return new Response(body, {
    headers: {
      ...KEPT_HEADERS,
      ETag: etag,
      'Content-Type': contentType,
      [VERSION]: version,
      [UPDATED]: String(updated),
    },
  });
}
