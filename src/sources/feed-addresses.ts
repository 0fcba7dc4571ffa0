const RSSHUB = 'rsshub://';

/** Sources in one message: at a second between requests they fit a consumer's time, and one message costs one. */
export const SOURCES_PER_MESSAGE = 10;

/** Whether a source is an RSSHub route rather than an address of its own. */
export function isRsshubRoute(url: string): boolean {
  return url.startsWith(RSSHUB);
}

/**
 * The addresses to ask for a source, best first: its own, or for an `rsshub://` route one on each instance. Empty
 * when no instance is configured.
 */
export function feedAddresses(url: string, instances: readonly string[]): string[] {
  if (!isRsshubRoute(url)) return [url];
  const route = url.slice(RSSHUB.length);
  return instances.map((instance) => `${instance}/${route}`);
}

/**
 * The host a poll of this source weighs on. For RSSHub routes it is the first instance: several hundred routes share
 * it.
 */
export function polledHost(url: string, instances: readonly string[]): string {
  const [address] = feedAddresses(url, instances);
  return address === undefined ? RSSHUB : new URL(address).host;
}
