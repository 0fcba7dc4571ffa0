/** More proxies than this on the way mean that somebody goes round in circles. */
const MAX_PROXIES = 10;

/**
 * Why a request is going round in circles, if it is: it has been through this proxy (`Via`, RFC 9110, 7.6.3), or a
 * Worker of our own zone sends it, which Cloudflare notes in `CF-Worker`.
 */
export function findLoop(headers: Headers, ownHosts: ReadonlySet<string>): string | undefined {
  const via = headers.get('via');
  const zone = headers.get('cf-worker')?.trim().toLowerCase();
  if (via === null && zone === undefined) return undefined;
  const proxies = (via ?? '').split(',').map((hop) => hop.trim().split(/\s+/)[1] ?? '');
  if (proxies.length > MAX_PROXIES) return 'too many proxies are on the way';
  if (proxies.some((proxy) => ownHosts.has(proxy.toLowerCase()))) return 'the request has already been here';
  const isOwnZone = zone !== undefined && [...ownHosts].some((host) => `.${host}`.endsWith(`.${zone}`));
  return isOwnZone ? 'the request comes from this server itself' : undefined;
}

/**
 * The `Via` header for a request that is sent on: how many proxies it has been through, and this one. The names of those
 * before it may tell of the visitor's own network, so they are replaced (by a pseudonym, as RFC 9110, 7.6.3 has it).
 */
export function withOwnHop(headers: Headers, ownHost: string): string {
  const before = headers.get('via')?.split(',') ?? [];
  return [...before.map(() => '1.1 proxy'), `1.1 ${ownHost}`].join(', ');
}
