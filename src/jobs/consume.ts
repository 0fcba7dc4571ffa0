import { checkAddress } from '../fetch/public-address.ts';
import { feedAddresses } from '../sources/feed-addresses.ts';
import type { FollowedSource } from '../sources/source.ts';
import type { SourceStore } from '../store/source-store.ts';
import { type RefreshTools, refresh, saveFailure } from './refresh.ts';
import type { PollMessage } from './schedule.ts';

/** What the consumer works with: `refresh`'s tools less what differs from poll to poll. */
export interface ConsumeTools extends Omit<RefreshTools, 'now' | 'jitter' | 'sources'> {
  sources: Pick<SourceStore, 'findLeased' | 'savePoll' | 'move'>;
  now: () => number;
  random: () => number;
  wait: (milliseconds: number) => Promise<unknown>;
}

/** Publishers count requests within a second of each other against a client. */
const PAUSE_MS = 1000;

/**
 * Polls the sources of each message, one after the other within a message, because they share a host. A source that
 * was polled before a message was interrupted is not polled again when the message returns.
 */
export async function consume(batch: MessageBatch<PollMessage>, tools: ConsumeTools): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await pollInTurn(message.body.sourceIds, tools);
        message.ack();
      } catch (error) {
        // only the store throws here; what a source does is recorded with it
        console.error('polling was interrupted and will be tried again', error);
        message.retry();
      }
    }),
  );
}

async function pollInTurn(sourceIds: readonly string[], tools: ConsumeTools): Promise<void> {
  let pause = false;
  for (const id of sourceIds) {
    const followed = await tools.sources.findLeased(id);
    if (followed === undefined) continue;
    if (pause) await tools.wait(PAUSE_MS);
    await poll(followed, { ...tools, now: tools.now(), jitter: tools.random() });
    pause = weighsOnAPublisher(followed.source.url, tools.instances);
  }
}

/** A refresh that throws is a fault of ours; it is told as the source's failure, so that it is seen and tried again. */
async function poll(followed: FollowedSource, tools: RefreshTools): Promise<void> {
  try {
    await refresh(followed, tools);
  } catch (error) {
    console.error(`refreshing ${followed.source.url} failed`, error);
    const failure = { kind: 'internal', detail: `a fault of ours: ${String(error)}` };
    await saveFailure(followed, failure, {}, tools);
  }
}

const NOTHING_ALLOWED = { allowedOrigins: new Set<string>(), ownHosts: new Set<string>() };

/** An address on the owner's own network needs no courtesy. */
function weighsOnAPublisher(url: string, instances: readonly string[]): boolean {
  return feedAddresses(url, instances).some(
    (address) => checkAddress(new URL(address), NOTHING_ALLOWED).kind === 'allowed',
  );
}
