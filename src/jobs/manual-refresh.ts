import { feedAddresses } from '../sources/feed-addresses.ts';
import type { FollowedSource } from '../sources/source.ts';
import { isPublic } from './host-manners.ts';

const MINUTE = 60_000;
/** An owner who tries to mend a source looks sooner; one who is impatient for news waits. */
const REST = { afterSuccess: 30 * MINUTE, afterFailure: 5 * MINUTE };

/** Whether a publisher was asked for a source so lately that its owner's wish to ask again can wait. */
export function wasJustAsked(
  { source, state }: FollowedSource,
  instances: readonly string[],
  now: number,
): boolean {
  const { lastCheckedAt, failure } = state;
  if (lastCheckedAt === undefined || !feedAddresses(source.url, instances).some(isPublic)) return false;
  return now - lastCheckedAt < (failure === undefined ? REST.afterSuccess : REST.afterFailure);
}
