import { createApp } from './app.ts';
import { type Env, readConfig } from './env.ts';
import { askHubs, canBeCalledBy } from './jobs/ask-hubs.ts';
import { type ConsumeTools, consume, giveUpAll } from './jobs/consume.ts';
import { keepHouse } from './jobs/housekeeping.ts';
import { askToPing, type PingMessage, pingHub } from './jobs/ping-hub.ts';
import { askToPublish, type PublishMessage, publishPosts } from './jobs/publish-posts.ts';
import { type PollMessage, scheduleDue } from './jobs/schedule.ts';
import './jobs/warm-up.ts';
import { scopeKeysOf } from './sources/feed-scope.ts';
import { subscribersOf } from './sources/subscribers.ts';
import { ArticleStore } from './store/article-store.ts';
import { feedStates } from './store/feed-states.ts';
import { HealthStore } from './store/health-store.ts';
import { PingStore } from './store/ping-store.ts';
import { PollStore } from './store/poll-store.ts';
import { PublicationStore } from './store/publication-store.ts';
import { ReaderStore } from './store/reader-store.ts';
import { RetentionStore } from './store/retention-store.ts';
import { SourceStore } from './store/source-store.ts';
import { SubscriptionStore } from './store/subscription-store.ts';
import { userAgent } from './user-agent.ts';

const app = createApp();

export default {
  async fetch(request, env, context) {
    const answer = () => app.fetch(request, env, context);
    if (READING.has(request.method)) return answer();
    const response = await feedStates.whileChanging(answer);
    if (response.ok) context.waitUntil(askForPings(env));
    return response;
  },
  scheduled: (_controller, env) => feedStates.whileChanging(() => doRegularWork(env)),
  queue: (batch, env) => feedStates.whileChanging(() => doQueuedWork(batch, env)),
} satisfies ExportedHandler<Env, WorkMessage>;

type WorkMessage = PollMessage | PublishMessage | PingMessage;

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

async function doRegularWork(env: Env): Promise<void> {
  const config = readConfig(env);
  const { publicOrigin } = config;
  await keepHouse(config, {
    fetch,
    userAgent: userAgent(publicOrigin),
    health: new HealthStore(env.DB),
    retention: new RetentionStore(env.DB),
    now: Date.now(),
  });
  await scheduleDue({
    polls: new PollStore(env.DB),
    sources: new SourceStore(env.DB),
    queue: env.POLLS,
    limits: config.limits,
    now: Date.now(),
    random: Math.random,
  });
  if (config.publish !== undefined) {
    const tools = {
      publications: new PublicationStore(env.DB),
      profiles: new SourceStore(env.DB),
      queue: env.POLLS,
      now: Date.now(),
    };
    await askToPublish(config.publish, tools).catch((error) =>
      console.error('posts could not be published', error),
    );
  }
  await askForPings(env);
  // last, because how many requests hubs take is up to those who name them
  if (publicOrigin !== undefined) {
    const tools = { fetch, policy: config.addresses, userAgent: userAgent(publicOrigin), publicOrigin };
    await askHubs({ ...tools, subscriptions: new SubscriptionStore(env.DB), now: Date.now() }).catch(
      (error) => console.error('hubs could not be asked', error),
    );
  }
}

async function doQueuedWork(batch: MessageBatch<WorkMessage>, env: Env): Promise<void> {
  const isDead = batch.queue.endsWith(DEAD_LETTERS);
  if (!isDead && batch.messages.some(({ body }) => 'publish' in body)) await publish(env);
  if (!isDead && batch.messages.some(({ body }) => 'ping' in body)) await ping(env);
  const polls = batch.messages.filter(isPoll);
  if (polls.length === 0) return;
  let hasChanged = false;
  const onChange = () => {
    hasChanged = true;
  };
  const tools = { ...(await pollTools(env)), onChange };
  if (isDead) return giveUpAll({ messages: polls }, tools);
  await consume({ messages: polls }, tools);
  if (hasChanged) await askForPings(env);
}

function isPoll(message: Message<WorkMessage>): message is Message<PollMessage> {
  return 'claims' in message.body;
}

/** What fails here is asked for again by cron. It reads a row a feed, so polls that changed nothing do not ask. */
async function askForPings(env: Env): Promise<void> {
  const { hub } = readConfig(env);
  if (hub === undefined) return;
  const tools = { pings: new PingStore(env.DB), queue: env.POLLS, now: Date.now };
  await askToPing(hub, tools).catch((error) => console.error('the hub cannot be told of changes', error));
}

async function ping(env: Env): Promise<void> {
  const { hub, limits, publicOrigin } = readConfig(env);
  if (hub === undefined) return;
  await pingHub(hub, {
    fetch,
    userAgent: userAgent(publicOrigin),
    pings: new PingStore(env.DB),
    queue: env.POLLS,
    limits,
    now: Date.now,
  });
}

async function publish(env: Env): Promise<void> {
  const { publish: target, limits, publicOrigin } = readConfig(env);
  if (target === undefined) return;
  await publishPosts(target, {
    fetch,
    userAgent: userAgent(publicOrigin),
    publications: new PublicationStore(env.DB),
    profiles: new SourceStore(env.DB),
    limits,
    now: Date.now(),
  });
}

/** How the name of the queue ends that takes messages which were tried too often. */
const DEAD_LETTERS = '-dead';

async function pollTools(env: Env): Promise<Omit<ConsumeTools, 'onChange'>> {
  const config = readConfig(env);
  const { publicOrigin, limits } = config;
  const readers = await recentReaders(env);
  return {
    fetch,
    policy: config.addresses,
    userAgentFor: (source) => userAgent(publicOrigin, subscribersOf(scopeKeysOf(source), readers)),
    articles: new ArticleStore(env.DB),
    sources: new SourceStore(env.DB),
    polls: new PollStore(env.DB),
    queue: env.POLLS,
    subscriptions: new SubscriptionStore(env.DB),
    canBeCalledBy: (hub) => publicOrigin !== undefined && canBeCalledBy(hub, publicOrigin),
    limits,
    now: Date.now,
    random: Math.random,
    wait: (milliseconds) => scheduler.wait(milliseconds),
  };
}

/** Who reads our feeds changes slowly; an isolate asks once an hour. */
let known: { readers: Awaited<ReturnType<ReaderStore['recent']>>; at: number } | undefined;

async function recentReaders(env: Env): Promise<NonNullable<typeof known>['readers']> {
  const now = Date.now();
  if (known === undefined || now - known.at > 3_600_000)
    known = { readers: await new ReaderStore(env.DB).recent(now), at: now };
  return known.readers;
}
