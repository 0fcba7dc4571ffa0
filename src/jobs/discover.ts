import { feedCandidates } from '../discover/feed-candidates.ts';
import { type FeedResponse, requestFeed } from '../fetch/feed-request.ts';
import type { Fetch } from '../fetch/guarded-fetch.ts';
import { bytesToText } from '../parse/bytes-to-text.ts';
import { readFeed } from '../parse/read-feed.ts';
import type { FollowedSource } from '../sources/source.ts';
import { type AskTools, allowing } from './ask-for-feed.ts';

/** Requests that looking for a feed may take, redirects included; an invocation of the free plan has 50 for everything. */
export const MAX_REQUESTS_OF_A_LOOK = 10;
/** What lies at a guessed address is no reason to wait for long. */
const TIMEOUT_MS = 5000;
/** Feeds are declared in a page's head. */
const PAGE_BYTES = 500_000;

type Page = Extract<FeedResponse, { kind: 'modified' }>;

/** What a look for a feed has come to. `unclear`: something that was named as a feed could not be had. */
export type Discovery = { kind: 'found'; url: string } | { kind: 'none' } | { kind: 'unclear' };

/**
 * Looks for the address of a source's feed, and asks what it finds whether it is one. It is looked for in the page
 * that came in its place, otherwise in the page of its site. Hosts are asked as politely as for polls.
 */
export async function discoverFeed(
  { source, state }: FollowedSource,
  tools: AskTools,
  page?: Page,
): Promise<Discovery> {
  const policy = allowing(new URL(source.url).origin, tools.policy);
  const look = new Look({ ...tools, policy, headerTimeoutMs: TIMEOUT_MS });
  const start = page ?? (await firstPage([state.siteLink ?? '/', '/'], source.url, look));
  if (start === undefined) return { kind: look.outcome };
  const { text } = bytesToText(start.bytes.subarray(0, PAGE_BYTES), start.contentType);
  const unwanted = new Set([source.url, ...(state.failure?.refusedUrls ?? [])]);
  for (const { url, isGuess } of feedCandidates(text, start.url)) {
    if (unwanted.has(url)) continue;
    const response = await look.ask(url, { isGuess });
    if (response?.kind !== 'modified') continue;
    const feed = await readFeed(response.bytes, response);
    if (feed.kind === 'feed') return { kind: 'found', url };
  }
  return { kind: look.outcome };
}

async function firstPage(links: readonly string[], base: string, look: Look): Promise<Page | undefined> {
  const urls = new Set(links.flatMap((link) => (URL.canParse(link, base) ? new URL(link, base).href : [])));
  for (const url of urls) {
    const response = await look.ask(url);
    if (response?.kind === 'modified') return response;
  }
  return undefined;
}

/** The requests of one look. */
class Look {
  readonly #tools: AskTools & { headerTimeoutMs: number };
  #requests = MAX_REQUESTS_OF_A_LOOK;
  /** What it is that nothing was found, as far as it was looked for. */
  outcome: 'none' | 'unclear' = 'none';

  constructor(tools: AskTools & { headerTimeoutMs: number }) {
    this.#tools = tools;
  }

  /** Undefined where the host is to be left alone, or enough was asked. A guess is not followed elsewhere. */
  async ask(url: string, { isGuess = false } = {}): Promise<FeedResponse | undefined> {
    const response = await this.#askPolitely(url, isGuess);
    if (!isGuess && response?.kind !== 'modified' && !isGone(response)) this.outcome = 'unclear';
    return response;
  }

  async #askPolitely(url: string, isGuess: boolean): Promise<FeedResponse | undefined> {
    const { manners, now } = this.#tools;
    if (this.#requests <= 0 || manners.pausedUntil(url) > now) return undefined;
    const fetch = isGuess ? withoutRedirects(this.#tools.fetch) : this.#tools.fetch;
    await manners.turn(url);
    const response = await requestFeed({ url }, { ...this.#tools, fetch: this.#counted(fetch) });
    await manners.answered(url, response);
    return response;
  }

  #counted(fetch: Fetch): Fetch {
    return async (url, init) => (this.#requests-- > 0 ? fetch(url, init) : NOTHING_THERE());
  }
}

/** Whether a server has said that there is nothing. */
function isGone(response: FeedResponse | undefined): boolean {
  return response?.kind === 'failed' && (response.status === 404 || response.status === 410);
}

const NOTHING_THERE = () => new Response(null, { status: 404 });

/** A guess that is redirected leads to the site's front page, or to anything else. */
function withoutRedirects(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
    await response.body?.cancel();
    return NOTHING_THERE();
  };
}
