import { polledHost, SOURCES_PER_MESSAGE } from '../sources/feed-addresses.ts';
import type { SourceStore } from '../store/source-store.ts';

/** One message: sources that share a host, so that one invocation asks them one after the other. */
export interface PollMessage {
  sourceIds: string[];
}

/** Sources taken at once; the next run takes more. */
const SOURCES_PER_RUN = 500;
/** What a queue takes at once. */
const MESSAGES_PER_CALL = 100;

/** Takes the sources that are due and queues them, grouped by host. Tells how many were queued. */
export async function scheduleDue(
  sources: Pick<SourceStore, 'claimDue' | 'rsshubInstances'>,
  queue: Pick<Queue<PollMessage>, 'sendBatch'>,
  now: number,
): Promise<number> {
  const due = await sources.claimDue(now, SOURCES_PER_RUN);
  if (due.length === 0) return 0;
  const messages = toMessages(due, await sources.rsshubInstances()).map((body) => ({ body }));
  for (let i = 0; i < messages.length; i += MESSAGES_PER_CALL) {
    await queue.sendBatch(messages.slice(i, i + MESSAGES_PER_CALL));
  }
  return due.length;
}

function toMessages(
  due: readonly { id: string; url: string }[],
  instances: readonly string[],
): PollMessage[] {
  const byHost = Map.groupBy(due, ({ url }) => polledHost(url, instances));
  const messages: PollMessage[] = [];
  for (const sources of byHost.values()) {
    for (let i = 0; i < sources.length; i += SOURCES_PER_MESSAGE) {
      messages.push({ sourceIds: sources.slice(i, i + SOURCES_PER_MESSAGE).map(({ id }) => id) });
    }
  }
  return messages;
}
