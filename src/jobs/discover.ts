import { feedCandidates } from '../discover/feed-candidates.ts';
import { type FeedRequestOptions, requestFeed } from '../fetch/feed-request.ts';
import type { Fetch } from '../fetch/guarded-fetch.ts';
import { bytesToText } from '../parse/bytes-to-text.ts';
import { readFeed } from '../parse/read-feed.ts';

/** Requests one discovery may cost; an invocation of the free plan has 50 for everything. */
const MAX_REQUESTS = 10;
/** Feeds are declared in a page's head. */
const PAGE_BYTES = 500_000;

/** The address of a page's feed, asked and found to be one; undefined when there is none. */
export async function discoverFeed(
  page: { bytes: Uint8Array; url: string; contentType?: string },
  tools: FeedRequestOptions,
): Promise<string | undefined> {
  const { text } = bytesToText(page.bytes.subarray(0, PAGE_BYTES), page.contentType);
  for (const { url, isGuess } of feedCandidates(text, page.url).slice(0, MAX_REQUESTS)) {
    const fetch = isGuess ? withoutRedirects(tools.fetch) : tools.fetch;
    const response = await requestFeed({ url }, { ...tools, fetch });
    if (response.kind !== 'modified') continue;
    const feed = await readFeed(response.bytes, response);
    if (feed.kind === 'feed') return url;
  }
  return undefined;
}

/** A guess that is redirected leads to the site's front page, or to anything else. */
function withoutRedirects(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
    await response.body?.cancel();
    return new Response(null, { status: 404 });
  };
}
