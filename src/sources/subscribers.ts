import { createHash } from 'node:crypto';

/** A program that reads a feed of ours. */
export interface Reader {
  /** A number from 0 to 1023 made from the program's name: enough to count, too little to find anybody. */
  reader: number;
  /** For how many people it reads, where it says so. */
  subscribers: number;
}

const READERS = 1024;
/** What a service may claim; ours is passed on to publishers. */
const MAX_SUBSCRIBERS = 10_000;

/** The program behind a `User-Agent`; services write `(12 subscribers)` into theirs, which is no part of their name. */
export function readerOf(userAgent: string): Reader {
  const [claim = '', count = '1'] = /(\d{1,7}) (?:subscriber|reader)s?\b/i.exec(userAgent) ?? [];
  const digest = createHash('sha256').update(userAgent.replace(claim, '')).digest();
  return {
    reader: digest.readUInt16BE() % READERS,
    subscribers: Math.min(Math.max(Number(count), 1), MAX_SUBSCRIBERS),
  };
}

/**
 * For how many people a source is polled: those who read one of these feeds, each once although he reads several. At
 * least one, who follows it.
 */
export function subscribersOf(
  scopes: readonly string[],
  readers: readonly (Reader & { scope: string })[],
): number {
  const largest = new Map<number, number>();
  for (const { scope, reader, subscribers } of readers) {
    if (scopes.includes(scope)) largest.set(reader, Math.max(largest.get(reader) ?? 0, subscribers));
  }
  return Math.max(
    1,
    [...largest.values()].reduce((sum, each) => sum + each, 0),
  );
}
