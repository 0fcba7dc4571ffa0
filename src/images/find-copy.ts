import type { Admitted } from './admission.ts';
import { type CacheEntry, findEntry } from './picture-cache.ts';

export type Copy =
  | (Extract<CacheEntry, { kind: 'picture' }> & { place: 'memory' | 'cache' })
  | Extract<CacheEntry, { kind: 'failure' }>;

/** The copy in memory, else the one in the cache. */
export async function findCopy({ key, deps }: Admitted): Promise<Copy | undefined> {
  const { cache, now } = deps;
  const { hotCopies, unstored } = deps.memory;
  const hot = hotCopies.find(key, now);
  if (hot) return { kind: 'picture', place: 'memory', ...hot };
  if (unstored.get(key, now)) return undefined;
  const entry = await findEntry(cache, key);
  if (entry?.kind !== 'picture') return entry;
  // a copy that the cache cannot give to its end is none
  const kept = await hotCopies.keep(key, entry, now).catch(() => undefined);
  return kept && { kind: 'picture', place: 'cache', ...kept };
}
