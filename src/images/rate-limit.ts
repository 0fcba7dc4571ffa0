/** As much of the rate limiting binding as is used. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/**
 * Whether a client may have an origin asked, or a picture made smaller, once more. Without a limiter, or while it is out
 * of order, everybody may.
 */
export async function isWithinLimit(headers: Headers, limiter: RateLimiter | undefined): Promise<boolean> {
  if (limiter === undefined) return true;
  const verdict = await limiter.limit({ key: clientKey(headers) }).catch(() => undefined);
  return verdict?.success !== false;
}

/** The client's address, which Cloudflare writes; of an IPv6 one the first half, since a client has all of the other. */
function clientKey(headers: Headers): string {
  const address = headers.get('cf-connecting-ip') ?? '';
  if (!address.includes(':')) return address;
  const [first = [], last] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = last === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array(Math.max(0, zeros)).fill('0'), ...(last ?? [])];
  return groups.slice(0, 4).join(':');
}
