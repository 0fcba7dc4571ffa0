import { IsolateMemory } from '../src/images/isolate-memory.ts';
import type { ProxyDeps } from '../src/images/proxy.ts';

/** What an image proxy stands on that has just begun and keeps nothing. Private origins are closed to it. */
export function forgetfulProxy(changes: Pick<ProxyDeps, 'fetch' | 'access'> & Partial<ProxyDeps>): ProxyDeps {
  return {
    policy: { allowedOrigins: new Set(), ownHosts: new Set() },
    isSource: async () => false,
    knownHost: async () => undefined,
    rememberReferer: async () => {},
    cache: { match: async () => undefined, put: async () => {}, delete: async () => {} },
    memory: new IsolateMemory(),
    now: 0,
    waitUntil: () => {},
    userAgent: 'conformance',
    ...changes,
  };
}
