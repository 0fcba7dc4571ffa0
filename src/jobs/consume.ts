import type { Fetch } from '../fetch/guarded-fetch.ts';
import type { AddressPolicy } from '../fetch/public-address.ts';
import { polledHost, RSSHUB_POOL } from '../sources/feed-addresses.ts';
import type { PlanLimits } from '../sources/plan-limits.ts';
import type { Claim } from '../sources/poll-messages.ts';
import type { FollowedSource, Source } from '../sources/source.ts';
import type { PollStore } from '../store/poll-store.ts';
import type { SourceStore } from '../store/source-store.ts';
import { askableFrom, waitBefore } from './ask-for-feed.ts';
import { HostManners } from './host-manners.ts';
import { type RefreshOutcome, type RefreshTools, refresh, saveFailure } from './refresh.ts';
import type { PollMessage } from './schedule.ts';
import { WorkBudget } from './work-budget.ts';

/** What the consumer works with. */
export interface ConsumeTools {
  fetch: Fetch;
  policy: AddressPolicy;
  userAgentFor: (source: Source) => string;
  articles: RefreshTools['articles'];
  sources: Pick<SourceStore, 'savePoll' | 'move' | 'followRedirect' | 'rsshubInstances'>;
  polls: Omit<PollStore, 'work' | 'begin'>;
  subscriptions: RefreshTools['subscriptions'];
  canBeCalledBy: RefreshTools['canBeCalledBy'];
  queue: Pick<Queue<PollMessage>, 'send' | 'sendBatch'>;
  /** Told when a poll has changed what our feeds show. */
  onChange: () => void;
  limits: PlanLimits;
  now: () => number;
  random: () => number;
  wait: (milliseconds: number) => Promise<unknown>;
}

/** How long one invocation may have a message before it counts as killed. */
const TAKEN_MS = 10 * 60_000;
/** A poll begun so long before the lease ends is over when it ends. */
const LONGEST_POLL_MS = 5 * 60_000;
const RETRY_SECONDS = { afterFault: 60, whileTaken: 120 };
/** Between the parts of a message that was cut off: they may share a host, which has one line. */
const PARTS_SECONDS = 60;

/**
 * Polls the sources of each message: hosts beside each other, the sources of a host one after the other. Whatever
 * interrupts it, the message returns and what was polled before is not polled again.
 */
export async function consume(
  batch: Pick<MessageBatch<PollMessage>, 'messages'>,
  tools: ConsumeTools,
): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        const outcome = await handle(message, tools);
        if (outcome === 'taken') message.retry({ delaySeconds: RETRY_SECONDS.whileTaken });
        else message.ack();
      } catch (error) {
        // only the store and the queue throw here; what a source does is recorded with it
        console.error('polling was interrupted and will be tried again', error);
        message.retry({ delaySeconds: RETRY_SECONDS.afterFault });
      }
    }),
  );
}

type Delivered = Pick<Message<PollMessage>, 'body' | 'attempts'>;

async function handle({ body, attempts }: Delivered, tools: ConsumeTools): Promise<'done' | 'taken'> {
  const { run, leasedUntil, claims } = body;
  const now = tools.now();
  if (now >= leasedUntil) {
    // sources that were only waiting are due again; what was begun and never ended is told
    if (attempts > 1) await giveUp(body, tools);
    return 'done';
  }
  if (!(await tools.polls.take(run, claims, now, now + TAKEN_MS))) return 'taken';
  const rest = await givingFreeOnFault(
    () => pollClaims(body, attempts, tools),
    () => tools.polls.release(run, claims),
  );
  // claims whose polls have ended are over by themselves
  if (rest.length === 0) return 'done';
  await tools.polls.release(run, rest);
  // shortly before the lease ends nothing is begun; then the sources are due again
  if (hasTime(body, tools.now())) await sendOn(body, rest, attempts, tools);
  return 'done';
}

function hasTime({ leasedUntil }: PollMessage, now: number): boolean {
  return now + LONGEST_POLL_MS < leasedUntil;
}

async function givingFreeOnFault<T>(work: () => Promise<T>, giveFree: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await giveFree().catch(() => {});
    throw error;
  }
}

/**
 * Sends on what is left of a message: together, or, where it was cut off before, one by one, so that a source that ends
 * every invocation it is polled in does so alone.
 */
async function sendOn(
  message: PollMessage,
  rest: readonly Claim[],
  attempts: number,
  { queue }: ConsumeTools,
): Promise<void> {
  if (attempts === 1) return void (await queue.send({ ...message, claims: [...rest] }));
  const singles = rest.map((claim, i) => ({
    body: { ...message, claims: [claim] },
    delaySeconds: i * PARTS_SECONDS,
  }));
  await queue.sendBatch(singles);
}

/** Polls what a message claims and tells what is left. */
async function pollClaims(message: PollMessage, attempts: number, tools: ConsumeTools): Promise<Claim[]> {
  const { claims } = message;
  if (attempts > 1 && claims.length > 1) return unfinished(claims, tools);
  const { now } = tools;
  const followed = await tools.polls.claimed(claims, now());
  if (followed.length === 0) return [];
  const { manners, instances } = await prepare(followed, tools);
  const budget = new WorkBudget(tools.limits, now());
  const mayLook = () => budget.allowsLook();
  const askTools = { ...tools, fetch: budget.counting(tools.fetch), manners, instances, mayLook };
  const left: FollowedSource[] = [];
  const resting: { id: string; until: number }[] = [];
  const pollHost = async (sources: readonly FollowedSource[]) => {
    for (const each of sources) {
      if (!budget.allowsPoll(now()) || !hasTime(message, now())) left.push(each);
      else {
        const until = askableFrom(each.source.url, askTools);
        if (until > now()) resting.push({ id: each.source.id, until: spread(until, tools) });
        else {
          await tools.wait(waitBefore(each.source.url, askTools));
          const outcome = await poll(each, askTools, tools);
          budget.spend(outcome);
          if (outcome.kind === 'updated' && outcome.changed > 0) tools.onChange();
          if (outcome.kind === 'put-off') left.push(each);
        }
      }
    }
  };
  const hosts = Map.groupBy(followed, ({ source }) => polledHost(source.url, instances));
  // the pool takes minutes, and nobody need wait behind it
  const isPool = ([host]: [string, unknown]) => Number(host === RSSHUB_POOL);
  const inOrder = [...hosts].toSorted((a, b) => isPool(a) - isPool(b)).map(([, sources]) => sources);
  await inLanes(inOrder, tools.limits.hostsAtOnce, pollHost);
  if (resting.length > 0) await tools.polls.putOff(resting);
  const isLeft = new Set(left.map(({ source }) => source.id));
  return claims.filter(({ id }) => isLeft.has(id));
}

async function unfinished(claims: readonly Claim[], { polls, now }: ConsumeTools): Promise<Claim[]> {
  const followed = await polls.claimed(claims, now());
  const open = new Set(followed.map(({ source }) => source.id));
  return claims.filter(({ id }) => open.has(id));
}

/** A host that may be asked again is not asked by all its sources in that moment. */
function spread(until: number, { random }: ConsumeTools): number {
  return Math.round(until + random() * 15 * 60_000);
}

async function prepare(followed: readonly FollowedSource[], tools: ConsumeTools) {
  const [instances, pauses] = await Promise.all([tools.sources.rsshubInstances(), tools.polls.hostPauses()]);
  const usesPool = followed.some(({ source }) => polledHost(source.url, instances) === RSSHUB_POOL);
  const instancesAsked = usesPool ? await tools.polls.instancesAsked() : new Map<string, number>();
  const ownOrigins = tools.policy.allowedOrigins;
  return { instances, manners: new HostManners({ ...tools, instances, pauses, instancesAsked, ownOrigins }) };
}

/** A refresh that throws is a fault of ours; it is told as the source's failure, so that it is seen and tried again. */
async function poll(
  followed: FollowedSource,
  askTools: Pick<RefreshTools, 'fetch' | 'policy' | 'manners' | 'instances' | 'mayLook'> &
    Pick<ConsumeTools, 'articles' | 'sources' | 'subscriptions' | 'canBeCalledBy'>,
  { now, random, userAgentFor }: ConsumeTools,
): Promise<RefreshOutcome> {
  const userAgent = userAgentFor(followed.source);
  const tools = { ...askTools, userAgent, now: now(), jitter: random() };
  try {
    return await refresh(followed, tools);
  } catch (error) {
    console.error(`refreshing ${followed.source.url} failed`, error);
    const failure = { kind: 'internal', detail: `a fault of ours: ${String(error)}` };
    return saveFailure(followed, failure, { ...tools, now: now() });
  }
}

/** Works through a list, several at once. After a fault nothing more is begun, and what was begun ends first. */
async function inLanes<T>(
  list: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...list];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  const ends = Array.from({ length: lanes }, () =>
    lane().catch((error: unknown) => {
      waiting.length = 0;
      return { error };
    }),
  );
  for (const end of await Promise.all(ends)) if (end !== undefined) throw end.error;
}

/**
 * The end of a message that was tried too often: its sources' records say so, and they are tried again later. For the
 * dead-letter queue.
 */
export async function giveUpAll(
  batch: Pick<MessageBatch<PollMessage>, 'messages'>,
  tools: ConsumeTools,
): Promise<void> {
  for (const message of batch.messages) {
    await giveUp(message.body, tools);
    message.ack();
  }
}

async function giveUp({ claims }: PollMessage, { polls, sources, now, random }: ConsumeTools): Promise<void> {
  for (const followed of await polls.claimed(claims, now())) {
    const detail =
      'the poll was cut off every time; the feed may take more time or memory than the plan allows';
    await saveFailure(followed, { kind: 'interrupted', detail }, { sources, now: now(), jitter: random() });
  }
}
