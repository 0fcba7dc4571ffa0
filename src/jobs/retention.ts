import type { HealthStore } from '../store/health-store.ts';
import type { KeptArticles, RetentionStore } from '../store/retention-store.ts';

/** What the owner wants kept; articles that their feed still shows are kept in any case. */
export interface RetentionRules {
  keepDays?: number;
  /** Articles of one source. */
  keepItems?: number;
  maxDatabaseBytes: number;
}

export interface RetentionTools {
  retention: Pick<RetentionStore, 'size' | 'sweep' | 'removeOldest' | 'forgetRemoved'>;
  health: Pick<HealthStore, 'recordDatabase' | 'forget'>;
  /** Milliseconds since 1970. */
  now: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Work of one run, which is one of 288 a day. A row that goes is a row written, and the free plan has 100,000. */
const LIMITS = { sources: 40, articles: 250, restMs: 6 * HOUR };
const KEEP_HEALTH_CHANGES = 90 * DAY;
/** What no feed has shown for so long is not expected back. */
const KEEP_REMOVED = 730 * DAY;

/** Of the room the database may have: the owner is warned from here on. */
const WARN_AT = 0.8;
/** From here on the oldest articles go, so that there is always room for the next ones. */
const TRIM_AT = 0.9;

/**
 * Takes out what the owner's rules do not keep, a bounded piece a run: articles older than `keepDays` or beyond
 * `keepItems` of their source; and the oldest of all while the database is close to its limit, which is told before.
 */
export async function tidy(rules: RetentionRules, tools: RetentionTools): Promise<void> {
  const { retention, health, now } = tools;
  const kept = toKept(rules, now);
  if (kept !== undefined) await retention.sweep(kept, now, LIMITS);

  const bytes = await retention.size();
  const state = databaseState(bytes, rules.maxDatabaseBytes);
  await health.recordDatabase(state.kind === 'full' ? 'broke' : 'recovered', state.detail, now);
  if (bytes > TRIM_AT * rules.maxDatabaseBytes) await retention.removeOldest(now, LIMITS.articles);
  await health.forget(now - KEEP_HEALTH_CHANGES, LIMITS.articles);
  await retention.forgetRemoved(now - KEEP_REMOVED, LIMITS.articles);
}

/** Whether the database is so full that the owner should know, in words. */
export function databaseState(bytes: number, maxBytes: number): { kind: 'fits' | 'full'; detail: string } {
  const megabytes = (size: number) => (size / 1_000_000).toFixed(size < 10_000_000 ? 1 : 0);
  return {
    kind: bytes > WARN_AT * maxBytes ? 'full' : 'fits',
    detail: `it takes ${megabytes(bytes)} of ${megabytes(maxBytes)} MB; from ${TRIM_AT * 100} % on the oldest articles go`,
  };
}

function toKept({ keepDays, keepItems }: RetentionRules, now: number): KeptArticles | undefined {
  if (keepDays === undefined && keepItems === undefined) return undefined;
  return {
    ...(keepDays !== undefined && { publishedBefore: now - keepDays * DAY }),
    ...(keepItems !== undefined && { beyond: keepItems }),
  };
}
