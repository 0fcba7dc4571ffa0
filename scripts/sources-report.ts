import { oneLine, toTextTable } from './text-table.ts';
import type { ListedSource } from './worker-api.ts';

/** The sources as a table, and under it what is wrong with each that fails or had to be mended. */
export function toSourcesReport(sources: readonly ListedSource[]): string {
  if (sources.length === 0) return 'There are no sources yet: npm run sources -- add URL, or import FILE.';
  const table = toTextTable([
    ['ID', 'STATE', 'LAST CHECK', 'ARTICLES', 'URL'],
    ...sources.map((source) => [
      source.id,
      source.state,
      source.lastCheckedAt === undefined ? 'never' : toMinute(source.lastCheckedAt),
      String(source.articles),
      oneLine([source.url, ...(source.title === undefined ? [] : [`(${source.title})`])].join(' ')),
    ]),
  ]);
  const remarks = sources.flatMap((source) => [...failureOf(source), ...repairsOf(source)]);
  return remarks.length === 0 ? table : `${table}\n\n${remarks.join('\n')}`;
}

function failureOf({ id, failure, consecutiveFailures }: ListedSource): string[] {
  if (failure === undefined) return [];
  const times = consecutiveFailures > 1 ? `, ${consecutiveFailures} times in a row` : '';
  return [`${id} failed ${toMinute(failure.at)}${times}: ${oneLine(failure.detail)}`];
}

function repairsOf({ id, repairs }: ListedSource): string[] {
  return repairs.length === 0 ? [] : [`${id} was mended: ${oneLine(repairs.join('; '))}`];
}

/** UTC, to the minute: `2026-11-23 21:42`. */
function toMinute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
