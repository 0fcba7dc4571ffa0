import { polledHost, RSSHUB_POOL } from '../sources/feed-addresses.ts';
import type { PlanLimits } from '../sources/plan-limits.ts';
import { type Claim, type DueSource, packMessages } from '../sources/poll-messages.ts';
import type { HostPause, PollStore } from '../store/poll-store.ts';
import type { SourceStore } from '../store/source-store.ts';

/** One message: polls for one invocation. */
export interface PollMessage {
  run: number;
  /** From then on the polls may be somebody else's. */
  leasedUntil: number;
  claims: Claim[];
}

export interface ScheduleTools {
  polls: Pick<PollStore, 'work' | 'begin' | 'hostPauses'>;
  sources: Pick<SourceStore, 'rsshubInstances'>;
  queue: Pick<Queue<PollMessage>, 'sendBatch'>;
  limits: PlanLimits;
  now: number;
  random: () => number;
}

/** Sources taken at once; the next run takes more. */
const SOURCES_PER_RUN = 2000;
/** Of one host: at a second between requests and twenty more for a slow answer they fit the lease. */
const SOURCES_PER_HOST = 60;
/** What a queue takes at once. */
const MESSAGES_PER_CALL = 100;
/** How long polls may be under way: longer than a queue's retries take. */
const LEASE_MS = 30 * 60_000;
/** Another run that began in between took what we saw; then there is less to take. */
const TRIES = 3;

/**
 * Takes the sources that are due and queues them. A host whose sources are under way already, or that asked to be left
 * alone, waits for a later run. Tells how many sources were queued.
 */
export async function scheduleDue(tools: ScheduleTools): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const parts = await claimDue(tools);
    if (parts === 'overtaken') continue;
    return parts.reduce((sum, { claims }) => sum + claims.length, 0);
  }
  return 0;
}

async function claimDue(tools: ScheduleTools): Promise<PollMessage[] | 'overtaken'> {
  const { polls, sources, limits, now, random } = tools;
  const work = await polls.work(now, SOURCES_PER_RUN);
  if (work.due.length === 0) return [];
  const [instances, pauses] = await Promise.all([sources.rsshubInstances(), polls.hostPauses()]);
  const hostOf = ({ url }: Pick<DueSource, 'url'>) => polledHost(url, instances);
  const busy = new Set(work.underWay.map((url) => hostOf({ url })));
  const askable = work.due.filter((source) => {
    const host = hostOf(source);
    return !busy.has(host) && !rests(host, { pauses, instances, now });
  });
  const rules = { hostOf, random, sourcesPerHost: SOURCES_PER_HOST, ...limits };
  const run = work.lastRun + 1;
  const leasedUntil = now + LEASE_MS;
  const messages = packMessages(askable, rules).map((claims) => ({ run, leasedUntil, claims }));
  if (messages.length === 0) return [];
  const claims = messages.flatMap((message) => message.claims);
  if (!(await polls.begin({ id: run, leasedUntil, claims }, now))) return 'overtaken';
  // polls of messages that cannot be sent are begun again when the lease is over
  for (let i = 0; i < messages.length; i += MESSAGES_PER_CALL) {
    await tools.queue.sendBatch(messages.slice(i, i + MESSAGES_PER_CALL).map((body) => ({ body })));
  }
  return messages;
}

function rests(
  host: string,
  options: { pauses: ReadonlyMap<string, HostPause>; instances: readonly string[]; now: number },
): boolean {
  const hosts = host === RSSHUB_POOL ? options.instances.map((instance) => new URL(instance).host) : [host];
  return hosts.length > 0 && hosts.every((each) => (options.pauses.get(each)?.until ?? 0) > options.now);
}
