/** A redirect that says it is for good, as it has been observed so far. Times are milliseconds since 1970. */
export interface Redirect {
  to: string;
  since: number;
  sightings: number;
  /** Whether a feed was read there: a parked domain redirects too. */
  wasRead: boolean;
}

/** Servers are misconfigured for hours, and restored from backups: a move is believed when it has lasted. */
const SIGHTINGS = 10;
const DURATION = 3 * 24 * 3_600_000;

/** What is known of a source's redirect after another answer; a different target begins anew. */
export function redirectSeen(
  known: Redirect | undefined,
  { to, wasRead, now }: { to: string | undefined; wasRead: boolean; now: number },
): Redirect | undefined {
  if (to === undefined) return undefined;
  if (known?.to !== to) return { to, since: now, sightings: 1, wasRead };
  return { ...known, sightings: known.sightings + 1, wasRead: known.wasRead || wasRead };
}

/** Whether a source has moved for good: seen often enough, for long enough, and a feed was read at another host. */
export function hasMoved(redirect: Redirect, from: string, now: number): boolean {
  const isProven = redirect.wasRead || bareHost(redirect.to) === bareHost(from);
  return isProven && redirect.sightings >= SIGHTINGS && now - redirect.since >= DURATION;
}

function bareHost(url: string): string {
  return new URL(url).hostname.replace(/^www\./, '');
}
