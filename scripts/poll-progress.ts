import { setTimeout as wait } from 'node:timers/promises';
import { oneLine } from './text-table.ts';
import type { ListedSource, WorkerApi } from './worker-api.ts';

const LOOK_EVERY_MS = 300;
/** A source may take its time, but when none has answered for so long the rest is left to the background. */
const PATIENCE_MS = 45_000;

/**
 * Polls every source that is new or due, and shows how it goes: one line that changes in a terminal, a line for each
 * source elsewhere. Says at the end which failed and why. Sources polled lately are left alone.
 */
export async function pollAndShow(
  api: Pick<WorkerApi, 'list' | 'refresh'>,
  out: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean },
): Promise<void> {
  const now = Date.now();
  const before = (await api.list()).sources;
  const waiting = new Set(before.filter((source) => isToBePolled(source, now)).map(({ id }) => id));
  const total = waiting.size;
  if (total === before.length) await api.refresh();
  else for (const id of waiting) await api.refresh(id);

  let sources = before;
  let lastAnswer = Date.now();
  if (out.isTTY) out.write(total === 0 ? '' : `Polling ${count(total, 'source')} …`);
  while (waiting.size > 0 && Date.now() - lastAnswer < PATIENCE_MS) {
    await wait(LOOK_EVERY_MS);
    sources = (await api.list()).sources;
    for (const source of sources) {
      if (!waiting.has(source.id) || !wasCheckedSince(source, now)) continue;
      waiting.delete(source.id);
      lastAnswer = Date.now();
      if (out.isTTY) out.write(`\r\x1b[KPolling: ${total - waiting.size} of ${total}, ${nameOf(source)}`);
      else out.write(`  ${total - waiting.size}/${total} ${describe(source)}\n`);
    }
  }
  if (out.isTTY) out.write('\r\x1b[K');
  out.write(summarise(sources, { polled: total - waiting.size, unanswered: waiting.size }));
}

function summarise(sources: readonly ListedSource[], counts: { polled: number; unanswered: number }): string {
  const failing = sources.filter(({ failure }) => failure !== undefined);
  const articles = sources.reduce((sum, source) => sum + source.articles, 0);
  const lines = [
    `${count(sources.length, 'source')}, ${counts.polled} polled now, ${count(articles, 'article')}.`,
  ];
  if (counts.unanswered > 0)
    lines.push(`${counts.unanswered} have not answered yet and are left to the background.`);
  if (failing.length > 0)
    lines.push(`${failing.length} failing:`, ...failing.map((source) => `  ${describe(source)}`));
  return `${lines.join('\n')}\n`;
}

function describe(source: ListedSource): string {
  return source.failure
    ? `${nameOf(source)} failed: ${oneLine(source.failure.detail)}`
    : `${nameOf(source)}: ${count(source.articles, 'article')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function nameOf(source: ListedSource): string {
  return oneLine(source.title ?? source.url);
}

function isToBePolled(source: ListedSource, now: number): boolean {
  return (
    source.state === 'waiting' || source.nextCheckAt === undefined || Date.parse(source.nextCheckAt) <= now
  );
}

function wasCheckedSince(source: ListedSource, time: number): boolean {
  return source.lastCheckedAt !== undefined && Date.parse(source.lastCheckedAt) >= time;
}
