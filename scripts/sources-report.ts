import { oneLine, toTextTable } from './text-table.ts';
import type { ListedSource } from './worker-api.ts';

/** The sources as a table, and under it what is wrong with each that fails or had to be mended. */
export function toSourcesReport(sources: readonly ListedSource[]): string {
  if (sources.length === 0) return 'There are no sources yet: npm run sources -- add URL, or import FILE.';
  const table = toTextTable([
    ['ID', 'STATE', 'LAST CHECK (UTC)', 'NEXT CHECK (UTC)', 'ARTICLES', 'URL'],
    ...sources.map((source) => [
      source.id,
      source.state,
      toMinute(source.lastCheckedAt),
      toMinute(source.nextCheckAt),
      String(source.articles),
      oneLine([source.url, ...(source.title === undefined ? [] : [`(${source.title})`])].join(' ')),
    ]),
  ]);
  const urls = new Set(sources.map(({ url }) => url));
  const remarks = sources.flatMap((source) => [
    ...failureOf(source),
    ...proposalOf(source, urls),
    ...repairsOf(source),
  ]);
  return remarks.length === 0 ? table : `${table}\n\n${remarks.join('\n')}`;
}

function failureOf({ id, failure, consecutiveFailures }: ListedSource): string[] {
  if (failure === undefined) return [];
  const times = consecutiveFailures > 1 ? `, ${consecutiveFailures} times in a row` : '';
  return [`${id} failed ${toMinute(failure.at)}${times}: ${oneLine(failure.detail)}`];
}

/** What the owner can do about a source whose feed is elsewhere now. */
function proposalOf({ id, failure }: ListedSource, urls: ReadonlySet<string>): string[] {
  const url = failure?.proposedUrl;
  if (url === undefined) return [];
  const found = `${id} seems to be at ${oneLine(url)} now`;
  return urls.has(url)
    ? [`${found}, which you follow already: npm run sources -- remove ${id}`]
    : [`${found}: npm run sources -- accept ${id}, or refuse ${id}`];
}

function repairsOf({ id, repairs }: ListedSource): string[] {
  return repairs.length === 0 ? [] : [`${id} was mended: ${oneLine(repairs.join('; '))}`];
}

/** UTC, to the minute: `2026-11-23 21:42`. */
function toMinute(iso: string | undefined): string {
  return iso === undefined ? 'never' : iso.slice(0, 16).replace('T', ' ');
}
