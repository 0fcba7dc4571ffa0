/** The pool of all RSSHub instances, which is polled as if it were one host: a route may be asked of any of them. */
export const RSSHUB_POOL = 'rsshub://';

/** Whether a source is an RSSHub route rather than an address of its own. */
export function isRsshubRoute(url: string): boolean {
  return url.startsWith(RSSHUB_POOL);
}

/** The address of an `rsshub://` route on an instance. */
export function routeAddress(url: string, instance: string): string {
  return `${instance}/${url.slice(RSSHUB_POOL.length)}`;
}

/**
 * The addresses to ask for a source: its own, or for an `rsshub://` route one on each instance. Empty when no instance
 * is configured.
 */
export function feedAddresses(url: string, instances: readonly string[]): string[] {
  return isRsshubRoute(url) ? instances.map((instance) => routeAddress(url, instance)) : [url];
}

/** The RSSHub instance whose host an address is on. */
export function instanceAt(url: string, instances: readonly string[]): string | undefined {
  const { host } = new URL(url);
  return instances.find((instance) => new URL(instance).host === host);
}

/** The host a poll of this source weighs on; for RSSHub routes, and what else is on an instance, the pool. */
export function polledHost(url: string, instances: readonly string[]): string {
  if (isRsshubRoute(url)) return RSSHUB_POOL;
  return instanceAt(url, instances) === undefined ? new URL(url).host : RSSHUB_POOL;
}
