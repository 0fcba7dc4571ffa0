import type { Fetch } from '../fetch/guarded-fetch.ts';
import { type AddressPolicy, checkAddress } from '../fetch/public-address.ts';
import { checkAccess, type FindKnownHost, type ImageAccess, type KnownHost } from './access.ts';
import { refuse } from './answer.ts';
import type { PictureArchive } from './archive.ts';
import { boundRange } from './byte-range.ts';
import type { IsolateMemory } from './isolate-memory.ts';
import { findLoop } from './loop.ts';
import { cacheKey, type PictureCache } from './picture-cache.ts';
import type { RefusalReason } from './picture-counts.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RefererRung } from './referer.ts';
import { type PictureTransformer, type Rendition, toRendition } from './rendition.ts';
import { parseTarget } from './target.ts';

export interface ProxyDeps {
  fetch: Fetch;
  policy: AddressPolicy;
  /** Whether the owner follows a source of this origin, as `URL.origin` writes it; then it may be a private one. */
  isSource: (origin: string) => Promise<boolean>;
  access: ImageAccess;
  knownHost: FindKnownHost;
  /** Told when another Referer than the first one worked for a host, so that the next request begins with it. */
  rememberReferer: (host: string, rung: RefererRung) => Promise<void>;
  cache: PictureCache;
  memory: IsolateMemory;
  /** Milliseconds since 1970. */
  now: number;
  waitUntil: (work: Promise<unknown>) => void;
  userAgent: string;
  /** Bounds how often a client has origins asked. */
  limiter?: RateLimiter | undefined;
  archive?: PictureArchive | undefined;
  /** Makes pictures smaller; without it they are served as they are. */
  images?: PictureTransformer | undefined;
  /** The largest picture, in bytes. */
  limitBytes?: number;
  headerTimeoutMs?: number;
  idleTimeoutMs?: number;
}

/** What is found out about an address; it holds for everybody who asks for it. */
export interface Judgement {
  url: URL;
  /** The host that the request came to, as `URL.host` writes it. */
  own: string;
  known: KnownHost | undefined;
  /** Whether the owner lists its host. */
  isListed: boolean;
  key: string;
  /** For the origin. */
  accept: string;
  /** The smaller form of it that is wanted. */
  rendition?: Rendition | undefined;
  /** Which other addresses the picture may lead to. */
  policy: AddressPolicy;
}

/** A request that has been let in, with everything the later steps need. */
export interface Admitted extends Omit<Judgement, 'policy'> {
  request: Request;
  /** One range of bounded length, when a GET asks for it (RFC 9110, 14.2). */
  range: string | undefined;
  deps: ProxyDeps & Required<Pick<ProxyDeps, 'limitBytes' | 'headerTimeoutMs' | 'idleTimeoutMs'>>;
}

const LIMIT_BYTES = 20_000_000;
const TIMEOUT_MS = 10_000;

/** Who may ask, and for what. An address that was let in is not judged again for a minute. */
export async function admit(request: Request, deps: ProxyDeps): Promise<Admitted | Response> {
  const variant = chooseVariant(request.headers.get('accept') ?? '');
  const { admissions } = deps.memory;
  const asked = `${variant} ${request.url}`;
  const remembered = admissions.get(asked, deps.now);
  const judgement = remembered ?? (await judge(request.url, variant, deps));
  if ('refused' in judgement) return turnAway(judgement, deps);
  const { policy, ...admission } = judgement;
  const loop = findLoop(request.headers, policy.ownHosts);
  if (loop !== undefined) return turnAway(refusal('loop', 508, loop), deps);
  if (!remembered) admissions.set(asked, judgement, deps.now);
  const all = {
    limitBytes: LIMIT_BYTES,
    headerTimeoutMs: TIMEOUT_MS,
    idleTimeoutMs: TIMEOUT_MS,
    ...deps,
    policy,
  };
  const range =
    request.method === 'GET' ? boundRange(request.headers.get('range'), all.limitBytes) : undefined;
  return { ...admission, request, range, deps: all };
}

/** A request that is not let in. */
interface Refusal {
  refused: RefusalReason;
  status: number;
  detail: string;
}

function refusal(refused: RefusalReason, status: number, detail: string): Refusal {
  return { refused, status, detail };
}

function turnAway({ refused, status, detail }: Refusal, { memory }: ProxyDeps): Response {
  memory.counts.add(`refused ${refused}`);
  return refuse(status, `Not proxied: ${detail}.`);
}

/** Target, address, access, in this order because each is cheaper than the next. */
async function judge(requestUrl: string, variant: Variant, deps: ProxyDeps): Promise<Judgement | Refusal> {
  const own = new URL(requestUrl);
  const target = parseTarget(requestUrl);
  if (target.kind === 'none') return refusal('malformed', 404, 'this is no address of a picture');
  if (target.kind === 'refused') return refusal('malformed', 400, target.detail);
  const policy = await policyFor(target.url, own, deps);
  const address = checkAddress(target.url, policy);
  if (address.kind === 'refused') return refusal('address', 403, address.detail);
  const access = await checkAccess(target, deps.access, deps.knownHost);
  if (access.kind === 'refused') return refusal('access', 403, access.detail);
  const keyOf = (form: string) => cacheKey(own, target.url, form);
  const rendition = deps.images && toRendition(target.options, variant, keyOf);
  // all renditions are made of one copy
  const source = rendition ? 'plain' : variant;
  return {
    url: target.url,
    own: own.host,
    known: access.known,
    isListed: access.isListed,
    key: keyOf(source),
    accept: ACCEPT[source],
    rendition,
    policy,
  };
}

/** The sources are looked through only for a target that is refused otherwise. */
async function policyFor(target: URL, own: URL, { policy, isSource }: ProxyDeps): Promise<AddressPolicy> {
  const { origin } = target;
  const general = { ...policy, ownHosts: new Set([...policy.ownHosts, own.host]) };
  if (checkAddress(target, general).kind === 'allowed' || !(await isSource(origin))) return general;
  return { ...general, allowedOrigins: new Set([...policy.allowedOrigins, origin]) };
}

/**
 * A few formats of one picture exist where the origin looks at `Accept`. Three fixed headers stand for all that
 * clients send, so that nobody gets a format that he does not know and the cache holds at most three.
 */
const ACCEPT = {
  avif: 'image/avif,image/webp,image/*,*/*;q=0.8',
  webp: 'image/webp,image/*,*/*;q=0.8',
  plain: 'image/jpeg,image/png,image/gif,image/svg+xml,image/*;q=0.5,*/*;q=0.1',
};

/** The formats that a client knows: AVIF and all before it, WebP, or neither. */
export type Variant = keyof typeof ACCEPT;

function chooseVariant(accept: string): Variant {
  if (accept.includes('image/avif')) return 'avif';
  return accept.includes('image/webp') ? 'webp' : 'plain';
}
