import { CommandFailure } from './command-failure.ts';

/** One post of `/posts.json`. */
export interface IndexEntry {
  id: string;
  title: string;
  /** The title the article was first seen with. */
  firstTitle: string;
  categories: string[];
  /** What its source is called. */
  source: string;
  link?: string;
  /** The publisher's id of the item. */
  guid?: string;
  /** ISO 8601. */
  published: string;
  /** Whether `published` is when Tributary first saw the item, because the publisher gave no date. */
  dateInferred: boolean;
  /** Differs when anything differs that the post is made from. */
  hash: string;
  /** Differs when the article itself differs. */
  contentHash: string;
  path: string;
  /** Where the post is, by the name that posts have for Tributary. */
  url: string;
}

/** All pages of an index of posts, from the address of the first. */
export async function readIndex(first: string): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for (let url: string | undefined = first; url !== undefined; ) {
    const page = await readPage(await get(url), url);
    entries.push(...page.posts);
    // the Worker may be reached elsewhere than where it says it is
    url = page.next && new URL(first).origin + new URL(page.next).pathname + new URL(page.next).search;
  }
  return entries;
}

async function readPage(response: Response, url: string): Promise<{ posts: IndexEntry[]; next?: string }> {
  const page = await response.json().catch(() => undefined);
  if (Array.isArray(page?.posts)) return page;
  throw new CommandFailure(`${url} is no index of posts: another program answers there.`);
}

/** An answer of Tributary. @throws CommandFailure with what it says where it refuses. */
export async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw new CommandFailure(`No Tributary answers at ${new URL(url).origin} (${error.message}).`);
  });
  if (response.ok) return response;
  const reason = response.status === 400 ? `: ${(await response.text()).trim().slice(0, 500)}` : '.';
  throw new CommandFailure(`${url} answered ${response.status}${reason}`);
}
