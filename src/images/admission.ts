import type { Fetch } from '../fetch/guarded-fetch.ts';
import { type AddressPolicy, checkAddress } from '../fetch/public-address.ts';
import { checkAccess, type FindKnownHost, type ImageAccess, type KnownHost } from './access.ts';
import { refuse } from './answer.ts';
import { boundRange } from './byte-range.ts';
import { findLoop } from './loop.ts';
import { cacheKey, type PictureCache } from './picture-cache.ts';
import type { RefererRung } from './referer.ts';
import { parseTarget } from './target.ts';

export interface ProxyDeps {
  fetch: Fetch;
  policy: AddressPolicy;
  access: ImageAccess;
  knownHost: FindKnownHost;
  /** Told when another Referer than the first one worked for a host, so that the next request begins with it. */
  rememberReferer: (host: string, rung: RefererRung) => Promise<void>;
  cache: PictureCache;
  /** Milliseconds since 1970. */
  now: number;
  waitUntil: (work: Promise<unknown>) => void;
  userAgent: string;
  /** Whether sound and film pass as well as pictures. */
  allowMedia: boolean;
  /** The largest picture, and the largest part of a film, in bytes. */
  limitBytes?: number;
  headerTimeoutMs?: number;
  idleTimeoutMs?: number;
}

/** A request that has been let in, with everything the later steps need. */
export interface Admitted {
  request: Request;
  url: URL;
  known: KnownHost | undefined;
  key: string;
  accept: string;
  /** One range of bounded length, when a GET asks for it (RFC 9110, 14.2). */
  range: string | undefined;
  deps: Required<ProxyDeps>;
}

const LIMIT_BYTES = 20_000_000;
const TIMEOUT_MS = 10_000;

/** Who may ask, and for what: target, loop, address, access, in this order because each is cheaper than the next. */
export async function admit(request: Request, deps: ProxyDeps): Promise<Admitted | Response> {
  const own = new URL(request.url);
  const policy = { ...deps.policy, ownHosts: new Set([...deps.policy.ownHosts, own.host]) };
  const target = parseTarget(request.url);
  if (target.kind === 'none') return refuse(404, 'There is no picture here.');
  if (target.kind === 'refused') return refuse(400, `Not proxied: ${target.detail}.`);
  const loop = findLoop(request.headers, policy.ownHosts);
  if (loop !== undefined) return refuse(508, `Not proxied: ${loop}.`);
  const address = checkAddress(target.url, policy);
  if (address.kind === 'refused') return refuse(403, `Not proxied: ${address.detail}.`);
  const access = await checkAccess(target, deps.access, deps.knownHost);
  if (access.kind === 'refused') return refuse(403, `Not proxied: ${access.detail}.`);
  const { variant, accept } = chooseVariant(request.headers.get('accept') ?? '');
  const all = {
    limitBytes: LIMIT_BYTES,
    headerTimeoutMs: TIMEOUT_MS,
    idleTimeoutMs: TIMEOUT_MS,
    ...deps,
    policy,
  };
  const range =
    request.method === 'GET' ? boundRange(request.headers.get('range'), all.limitBytes) : undefined;
  const key = cacheKey(own, target.url, variant);
  return { request, url: target.url, known: access.known, key, accept, range, deps: all };
}

/**
 * A few formats of one picture exist where the origin looks at `Accept`. Three fixed headers stand for all that
 * clients send, so that nobody gets a format that he does not know and the cache holds at most three.
 */
function chooseVariant(accept: string): { variant: string; accept: string } {
  if (accept.includes('image/avif'))
    return { variant: 'avif', accept: 'image/avif,image/webp,image/*,*/*;q=0.8' };
  if (accept.includes('image/webp')) return { variant: 'webp', accept: 'image/webp,image/*,*/*;q=0.8' };
  return { variant: 'plain', accept: 'image/jpeg,image/png,image/gif,image/svg+xml,image/*;q=0.5,*/*;q=0.1' };
}
