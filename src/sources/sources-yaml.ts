import { isMap, isSeq, LineCounter, type Node, parseDocument, stringify } from 'yaml';
import { checkOwnProfile } from '../posts/own-profile.ts';
import { type Checked, checkInstances, checkSourceEntry } from './source-entry.ts';
import type { ListProblem, PollRange, SourceEntry, SourceList, SourceListResult } from './source-list.ts';
import { checkView, writtenViews } from './view-entry.ts';

const KNOWN = ['rsshub', 'defaults', 'sources', 'views', 'profiles'];
const DEFAULTS = ['poll', 'author', 'timezone', 'fulltext'];

/**
 * Reads the sources file:
 *
 *     rsshub: [https://rsshub.app]
 *     defaults: { poll: 60m }
 *     sources:
 *       - url: rsshub://qutoutiao/category/1
 *         categories: [新媒体, 趣头条, 分类]
 *     views:
 *       morning: { categories: [[新媒体]], filterout_title: 广告, limit: 20 }
 *     profiles:
 *       blog: { like: hugo, keys: { title: title, cover: headImage } }
 *
 * Every problem is told with its line; a file with one problem gives no list.
 */
export function parseSourcesYaml(text: string): SourceListResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: ListProblem[] = [];
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const report: Report = {
    lineOf: (node) => lineOf((node as Node | undefined)?.range?.[0]),
    wrongAt: (node, message) => void problems.push({ line: report.lineOf(node), message }),
  };

  for (const error of document.errors) problems.push({ line: lineOf(error.pos[0]), message: error.message });
  if (problems.length > 0) return { kind: 'invalid', problems };

  const root = document.contents;
  if (!isMap(root)) {
    return { kind: 'invalid', problems: [{ line: 1, message: 'the file is a mapping with `sources:`' }] };
  }
  for (const { key } of root.items) {
    if (!KNOWN.includes(String(key)))
      report.wrongAt(key, `unknown field \`${String(key)}\`; known are ${KNOWN.join(', ')}`);
  }
  const part = (name: string): Part => ({
    name,
    node: root.get(name, true) as Node | undefined,
    toJS: (node) => node?.toJS(document),
  });
  const rsshub = readInstances(part('rsshub'), report);
  const defaults = readDefaults(part('defaults'), report);
  const sources = readSources(part('sources'), defaults, report);
  const views = readByName(part('views'), checkView, report);
  const profiles = readByName(part('profiles'), checkOwnProfile, report);
  if (problems.length > 0) return { kind: 'invalid', problems: problems.sort((a, b) => a.line - b.line) };
  return { kind: 'list', list: { rsshub, sources, ...(views && { views }), ...(profiles && { profiles }) } };
}

/** Where problems are told, with the lines of what they are about. */
interface Report {
  lineOf: (node: unknown) => number;
  wrongAt: (node: unknown, message: string) => void;
}

/** One of the fields of the file. */
interface Part {
  name: string;
  /** Absent where the file has none. */
  node: Node | undefined;
  toJS: (node: Node | null | undefined) => unknown;
}

function readInstances({ node, toJS }: Part, { wrongAt }: Report): string[] {
  if (node === undefined) return [];
  const instances = checkInstances(toJS(node) ?? []);
  if (instances.kind === 'ok') return instances.value;
  wrongAt(node, instances.message);
  return [];
}

function readDefaults({ node, toJS }: Part, { wrongAt }: Report): object {
  const defaults = toJS(node) ?? {};
  const odd = Object.keys(defaults).find((key) => !DEFAULTS.includes(key));
  if (odd !== undefined) wrongAt(node, `\`defaults\` has \`${odd}\`; it may have ${DEFAULTS.join(', ')}`);
  return defaults;
}

function readSources({ node, toJS }: Part, defaults: object, { lineOf, wrongAt }: Report): SourceEntry[] {
  if (!isSeq(node)) {
    wrongAt(node, '`sources` is a list');
    return [];
  }
  const lines = new Map<string, number>();
  return (node.items as Node[]).flatMap((item) => {
    const written = toJS(item);
    const checked = checkSourceEntry(isMap(item) ? { ...defaults, ...(written as object) } : written);
    if (checked.kind === 'wrong') {
      wrongAt(item, checked.message);
      return [];
    }
    const before = lines.get(checked.value.url);
    if (before !== undefined) wrongAt(item, `${checked.value.url} stands in line ${before} already`);
    lines.set(checked.value.url, lineOf(item));
    return checked.value;
  });
}

/** A mapping of names to values of one kind; undefined where the file has none. */
function readByName<T>(
  { name, node, toJS }: Part,
  check: (name: string, value: unknown) => Checked<T>,
  { wrongAt }: Report,
): Record<string, T> | undefined {
  if (node === undefined) return undefined;
  if (!isMap(node)) wrongAt(node, `\`${name}\` is a mapping by name`);
  const entries = (isMap(node) ? node.items : []).flatMap(({ key, value }): [string, T][] => {
    const checked = check(String(key), toJS(value as Node | null));
    if (checked.kind === 'ok') return [[String(key), checked.value]];
    wrongAt(key, checked.message);
    return [];
  });
  return Object.fromEntries(entries);
}

/** Writes a sources file that `parseSourcesYaml` reads back to the same list. */
export function toSourcesYaml(list: SourceList): string {
  const sources = list.sources.map(({ poll, ...entry }) =>
    poll === undefined ? entry : { ...entry, poll: writePoll(poll) },
  );
  const { rsshub, views = {}, profiles = {} } = list;
  return stringify(
    {
      ...(rsshub.length > 0 && { rsshub }),
      sources,
      ...(Object.keys(views).length > 0 && { views: writtenViews(views) }),
      ...(Object.keys(profiles).length > 0 && { profiles }),
    },
    { lineWidth: 0 },
  );
}

function writePoll(poll: number | PollRange): string {
  return typeof poll === 'number' ? `${poll}m` : `${poll.floor}m-${poll.ceiling}m`;
}
