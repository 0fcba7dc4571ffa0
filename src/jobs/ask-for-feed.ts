import { type FeedResponse, requestFeed } from '../fetch/feed-request.ts';
import type { Fetch } from '../fetch/guarded-fetch.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import { feedAddresses, isRsshubRoute, routeAddress } from '../sources/feed-addresses.ts';
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
  return { response: await ask(source.url, followed, tools), instances: state.instances };
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
    const began = performance.now();
    response = await ask(address, { source, state }, { ...tools, headerTimeoutMs: RSSHUB_HEADER_TIMEOUT_MS });
    const milliseconds = performance.now() - began;
    health[instance] = instanceHealth(health[instance], {
      ok: response.kind !== 'failed',
      milliseconds,
      now,
    });
    if (response.kind !== 'failed') break;
  }
  return { response, instances: health };
}

async function ask(
  url: string,
  { state: { etag, lastModified } }: FollowedSource,
  tools: AskTools & { headerTimeoutMs?: number },
): Promise<FeedResponse> {
  const policy = allowing(new URL(url).origin, tools.policy);
  await tools.manners.turn(url);
  const response = await requestFeed({ url, etag, lastModified }, { ...tools, policy });
  await tools.manners.answered(url, response);
  return response;
}

/** An owner who names a source on a private network has said that its origin may be asked. */
export function allowing(origin: string, policy: AddressPolicy): AddressPolicy {
  return { ...policy, allowedOrigins: new Set([...policy.allowedOrigins, origin]) };
}
