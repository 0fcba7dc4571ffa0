import { env, exports } from 'cloudflare:workers';
import { vi } from 'vitest';
import { feedStates } from '../../src/store/feed-states.ts';
import type { Answer, SeenRequest } from '../support/origin.ts';

/** Sets what the origin answers from now on, and forgets the requests it has seen. */
export async function answerWith(answers: Record<string, Answer>): Promise<void> {
  await fetch(`${env.ORIGIN}/_answers`, { method: 'PUT', body: JSON.stringify(answers) });
}

/** The requests the origin has seen since. */
export async function requestsSeen(): Promise<SeenRequest[]> {
  return (await fetch(`${env.ORIGIN}/_seen`)).json();
}

/** Calls the Worker under test. */
export function call(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(`https://tributary.example${path}`, init);
}

/** Calls the Worker as its owner. */
export function callAsOwner(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
  return call(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

/** A source as the owner sees it. */
export interface ListedSource {
  id: string;
  state: string;
  articles: number;
  lastCheckedAt?: string;
  nextCheckAt: string;
  consecutiveFailures: number;
  failure?: { kind: string; detail: string };
  repairs: string[];
}

/** Adds a source at a path of the origin. Gives its id. */
export async function follow(path: string, entry: object = {}): Promise<string> {
  const response = await callAsOwner('POST', '/api/sources', { url: env.ORIGIN + path, ...entry });
  return ((await response.json()) as { id: string }).id;
}

export async function source(id: string): Promise<ListedSource> {
  return (await callAsOwner('GET', `/api/sources/${id}`)).json();
}

/** Changes the database behind the Worker's back, which what it knows of its feeds outlives by a second. */
export async function changeDatabase(sql: string): Promise<void> {
  await env.DB.exec(sql);
  feedStates.forget();
}

/** Polls everything through cron, queue and consumer, and waits until each source has been checked. */
export async function pollAll(): Promise<void> {
  const started = Date.now();
  await callAsOwner('POST', '/api/refresh');
  await vi.waitFor(
    async () => {
      const { sources } = (await (await callAsOwner('GET', '/api/sources')).json()) as {
        sources: ListedSource[];
      };
      const late = sources.filter(
        ({ lastCheckedAt }) => Date.parse(lastCheckedAt ?? '') < started || !lastCheckedAt,
      );
      if (late.length > 0) throw new Error(`${late.length} sources have not been polled`);
    },
    { timeout: 20_000, interval: 50 },
  );
}

export interface JsonFeedItem {
  id: string;
  url: string;
  title: string;
  content_html: string;
  date_published: string;
  authors: { name: string }[];
  image?: string;
  _source: { categories: string[] };
}

export async function items(path = '/feed.json'): Promise<JsonFeedItem[]> {
  const feed = (await (await call(path)).json()) as { items: JsonFeedItem[] };
  return feed.items;
}

/** An RSS feed of items with these titles; each has a guid, a link and a body of its own. Its site is the origin. */
export function rss(...titles: string[]): string {
  const list = titles.map(
    (title) =>
      `<item><title>${title}</title><guid isPermaLink="false">${title}</guid><link>https://news.example/${title}</link>
       <pubDate>Mon, 18 Oct 2021 06:56:51 GMT</pubDate><description>&lt;p&gt;About ${title}.&lt;/p&gt;</description></item>`,
  );
  return `<rss version="2.0"><channel><title>News</title><link>${env.ORIGIN}/</link>${list.join('')}</channel></rss>`;
}
