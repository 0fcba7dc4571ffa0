import { parseHttpDate } from './http-date.ts';

/**
 * Seconds for which a response says it stays good, counted from now: `max-age` less `Age`, else `Expires` (RFC 9111,
 * 4.2.1). `undefined` when it does not say. `now` is in milliseconds.
 */
export function findMaxAge(headers: Headers, now: number): number | undefined {
  const maxAge = findDirective(headers, 'max-age');
  if (maxAge !== undefined) return Math.max(0, maxAge - (toSeconds(headers.get('age')) ?? 0));
  const expires = parseHttpDate(headers.get('expires') ?? '');
  if (expires === undefined) return undefined;
  return Math.max(0, Math.round((expires - (parseHttpDate(headers.get('date') ?? '') ?? now)) / 1000));
}

/** Whether `Cache-Control` names a directive that takes no argument, such as `no-store`. */
export function hasDirective(headers: Headers, name: string): boolean {
  return directives(headers).some((directive) => directive === name || directive.startsWith(`${name}=`));
}

/**
 * Seconds to wait that `Retry-After` asks for, written as a number or as a date (RFC 9110, 10.2.3). `undefined` when
 * the header is absent or is neither. `now` is in milliseconds.
 */
export function findRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const date = parseHttpDate(text);
  return date === undefined ? toSeconds(text) : Math.max(0, Math.round((date - now) / 1000));
}

function findDirective(headers: Headers, name: string): number | undefined {
  const found = directives(headers).find((directive) => directive.startsWith(`${name}=`));
  return found === undefined ? undefined : toSeconds(found.slice(name.length + 1).replaceAll('"', ''));
}

function directives(headers: Headers): string[] {
  return (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
}

function toSeconds(text: string | null): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : undefined;
}
