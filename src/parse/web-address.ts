/**
 * An address as a document writes it, made absolute where a base allows it. White space around and line breaks inside
 * are dropped (WHATWG URL, 4.4); an absolute address stays as written, and so does one that cannot be resolved.
 */
export function resolveAddress(written: string, base: string | undefined): string | undefined {
  if (ABSOLUTE.test(written)) return written;
  const address = /[\s\u00a0]/.test(written) ? trimmed(written) : written;
  if (address === '') return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return address;
  if (base !== undefined && URL.canParse(address, base)) return new URL(address, base).href;
  return address.startsWith('//') ? `https:${address}` : address;
}

/** What nearly all addresses in feeds are, and what stays as it is. */
const ABSOLUTE = /^https?:\/\/[!-~]+$/;

function trimmed(address: string): string {
  return address.trim().replace(/[\t\n\r]+\s*/g, '');
}

/** The base that an `xml:base` gives (XML Base, 4.2), itself relative to the one around it; undefined for a broken one. */
export function resolveBase(written: string, base: string | undefined): string | undefined {
  const address = written.trim();
  const resolved = URL.canParse(address, base) ? new URL(address, base).href : undefined;
  return resolved === undefined || resolved.length > MAX_BASE ? undefined : resolved;
}

/** Relative bases inside relative bases make an address that grows with the nesting. */
const MAX_BASE = 2048;
