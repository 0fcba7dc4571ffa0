import type { FeedText } from './parsed-feed.ts';
import { resolveAddress } from './web-address.ts';

/** Reading values out of JSON that a stranger wrote: what has the wrong type is absent. */

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Strings, and numbers where a string was meant, as ids often are. Undefined when blank. */
export function stringOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function textOf(value: unknown, type: FeedText['type']): FeedText | undefined {
  const text = stringOf(value);
  return text === undefined ? undefined : { value: text, type };
}

export function addressOf(value: unknown, url?: string): string | undefined {
  const written = stringOf(value);
  return written === undefined ? undefined : resolveAddress(written, url);
}

/** The first hundred of a list; a value that stands alone is a list of one. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.slice(0, 100);
  return value === undefined || value === null ? [] : [value];
}

export function positiveNumber(value: unknown): number | undefined {
  // of anything else, `Number` may throw: an object brings its own `valueOf`
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0;
  return number > 0 && Number.isFinite(number) ? number : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without what is absent. */
export function defined<T extends object>(source: T): Defined<T> {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)) as Defined<T>;
}
