import type { FollowedSource, PollState, Source, SourceFailure } from '../sources/source.ts';

/** A row of `sources`. */
export interface SourceRow {
  id: string;
  url: string;
  entry: string;
  next_check_at: number;
  etag: string | null;
  last_modified: string | null;
  body_hash: string | null;
  stable_hash: string | null;
  hints: string;
  rhythm: string | null;
  redirect: string | null;
  instances: string;
  last_checked_at: number | null;
  last_success_at: number | null;
  consecutive_failures: number;
  failure: string | null;
  broken_since: number | null;
  repairs: string;
  identity_mode: string;
  feed_title: string | null;
  site_link: string | null;
}

/** The next check of a source that is not asked any more. */
export const NEVER = Number.MAX_SAFE_INTEGER;

export function fromSourceRow(row: SourceRow): FollowedSource {
  const source: Source = { id: row.id, url: row.url, ...JSON.parse(row.entry) };
  const failure: SourceFailure | undefined = row.failure === null ? undefined : JSON.parse(row.failure);
  const state: PollState = {
    consecutiveFailures: row.consecutive_failures,
    hints: JSON.parse(row.hints),
    instances: JSON.parse(row.instances),
    repairs: JSON.parse(row.repairs),
    identityMode: row.identity_mode === 'link' ? 'link' : 'guid',
    ...(row.next_check_at < NEVER && { nextCheckAt: row.next_check_at }),
    ...(row.etag !== null && { etag: row.etag }),
    ...(row.last_modified !== null && { lastModified: row.last_modified }),
    ...(row.body_hash !== null && { bodyHash: row.body_hash }),
    ...(row.stable_hash !== null && { stableHash: row.stable_hash }),
    ...(row.rhythm !== null && { rhythm: JSON.parse(row.rhythm) }),
    ...(row.redirect !== null && { redirect: JSON.parse(row.redirect) }),
    ...(row.last_checked_at !== null && { lastCheckedAt: row.last_checked_at }),
    ...(row.last_success_at !== null && { lastSuccessAt: row.last_success_at }),
    ...(failure !== undefined && { failure }),
    ...(row.broken_since !== null && { brokenSince: row.broken_since }),
    ...(row.feed_title !== null && { feedTitle: row.feed_title }),
    ...(row.site_link !== null && { siteLink: row.site_link }),
  };
  return { source, state };
}
