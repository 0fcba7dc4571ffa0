import { type FeedResponse, requestFeed } from '../fetch/feed-request.ts';
import type { Fetch } from '../fetch/guarded-fetch.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import { feedAddresses, instanceAt, isRsshubRoute, routeAddress } from '../sources/feed-addresses.ts';
import { byHealth, type InstanceHealth, instanceHealth } from '../sources/rsshub-pool.ts';
import type { FollowedSource } from '../sources/source.ts';
import type { HostManners } from './host-manners.ts';

export interface AskTools {
  fetch: Fetch;
  policy: AddressPolicy;
  userAgent: string;
  /** RSSHub instances in order of preference. */
  instances: readonly string[];
  manners: Pick<HostManners, 'turn' | 'answered' | 'pausedUntil' | 'waitFor'>;
  /** Milliseconds since 1970. */
  now: number;
}

/** An answer, and how the RSSHub instances did that were asked for it. */
export interface Asked {
  response: FeedResponse;
  instances: Readonly<Record<string, InstanceHealth>>;
}

/** An RSSHub route that nobody asked for lately is fetched while we wait. */
const RSSHUB_HEADER_TIMEOUT_MS = 35_000;

/** Asks for a source's feed; an RSSHub route of one instance after the other, until one gives it. */
export async function askForFeed(followed: FollowedSource, tools: AskTools): Promise<Asked> {
  const { source, state } = followed;
  if (isRsshubRoute(source.url)) return askInstances(followed, tools);
  const asked = await ask(source.url, followed, tools);
  const { response } = asked;
  const instance = instanceAt(source.url, tools.instances);
  if (instance === undefined) return { response, instances: state.instances };
  // what is asked of an instance by its address weighs on it like a route
  const health = instanceHealth(state.instances[instance], { ...asked, ok: response.kind !== 'failed' });
  return { response, instances: { [instance]: health } };
}

/** Milliseconds until the first host that a source can be asked of may be asked after its last request. */
export function waitBefore(
  url: string,
  { instances, manners }: Pick<AskTools, 'instances' | 'manners'>,
): number {
  const waits = feedAddresses(url, instances).map((address) => manners.waitFor(address));
  return waits.length === 0 ? 0 : Math.min(...waits);
}

/** When a source can be asked as far as its host is concerned, in milliseconds since 1970; the past means now. */
export function askableFrom(
  url: string,
  { instances, manners }: Pick<AskTools, 'instances' | 'manners'>,
): number {
  const times = feedAddresses(url, instances).map((address) => manners.pausedUntil(address));
  return times.length === 0 ? 0 : Math.min(...times);
}

async function askInstances({ source, state }: FollowedSource, tools: AskTools): Promise<Asked> {
  const { manners, now } = tools;
  const known = Object.entries(state.instances).filter(([instance]) => tools.instances.includes(instance));
  const health: Record<string, InstanceHealth> = Object.fromEntries(known);
  const wait = (instance: string) => manners.waitFor(instance);
  let response: FeedResponse = {
    kind: 'failed',
    reason: 'refused-address',
    url: source.url,
    detail: 'no RSSHub instance is configured: name one under `rsshub:` in the sources file',
  };
  for (const instance of byHealth(tools.instances, health, { now, wait })) {
    const address = routeAddress(source.url, instance);
    if (manners.pausedUntil(address) > now) continue;
    const patient = { ...tools, headerTimeoutMs: RSSHUB_HEADER_TIMEOUT_MS };
    const asked = await ask(address, { source, state }, patient);
    response = asked.response;
    health[instance] = instanceHealth(health[instance], { ...asked, ok: response.kind !== 'failed' });
    if (response.kind !== 'failed') break;
  }
  return { response, instances: health };
}

async function ask(
  url: string,
  { state: { etag, lastModified } }: FollowedSource,
  tools: AskTools & { headerTimeoutMs?: number },
): Promise<{ response: FeedResponse; at: number; milliseconds: number }> {
  const policy = allowing(new URL(url).origin, tools.policy);
  await tools.manners.turn(url);
  const began = performance.now();
  const response = await requestFeed({ url, etag, lastModified }, { ...tools, policy });
  const milliseconds = performance.now() - began;
  const at = await tools.manners.answered(url, response);
  return { response, at, milliseconds };
}

/** An owner who names a source on a private network has said that its origin may be asked. */
export function allowing(origin: string, policy: AddressPolicy): AddressPolicy {
  return { ...policy, allowedOrigins: new Set([...policy.allowedOrigins, origin]) };
}
