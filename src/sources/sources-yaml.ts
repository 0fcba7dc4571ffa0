import { isMap, isSeq, LineCounter, type Node, parseDocument, stringify } from 'yaml';
import { checkOwnProfile, type OwnProfile } from '../posts/own-profile.ts';
import { checkInstances, checkSourceEntry } from './source-entry.ts';
import type { ListProblem, PollRange, SourceEntry, SourceList, SourceListResult } from './source-list.ts';
import { checkView, type ViewEntry, writtenViews } from './view-entry.ts';

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
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  const wrongAt = (node: unknown, message: string) =>
    problems.push({ line: lineAt((node as Node | undefined)?.range?.[0]), message });

  for (const error of document.errors) problems.push({ line: lineAt(error.pos[0]), message: error.message });
  if (problems.length > 0) return { kind: 'invalid', problems };

  const root = document.contents;
  if (!isMap(root)) {
    return { kind: 'invalid', problems: [{ line: 1, message: 'the file is a mapping with `sources:`' }] };
  }
  for (const { key } of root.items) {
    if (!KNOWN.includes(String(key))) {
      wrongAt(key, `unknown field \`${String(key)}\`; known are ${KNOWN.join(', ')}`);
    }
  }

  const instancesNode = root.get('rsshub', true);
  const instances = instancesNode ? checkInstances(instancesNode.toJS(document) ?? []) : undefined;
  if (instances?.kind === 'wrong') wrongAt(instancesNode, instances.message);

  const defaultsNode = root.get('defaults', true) as Node | undefined;
  const defaults: Record<string, unknown> = defaultsNode?.toJS(document) ?? {};
  const oddDefault = Object.keys(defaults).find((key) => !DEFAULTS.includes(key));
  if (oddDefault !== undefined) {
    wrongAt(defaultsNode, `\`defaults\` has \`${oddDefault}\`; it may have ${DEFAULTS.join(', ')}`);
  }

  const sources: SourceEntry[] = [];
  const firstLine = new Map<string, number>();
  const sourcesNode = root.get('sources', true) as Node | undefined;
  if (!isSeq(sourcesNode)) wrongAt(sourcesNode ?? root, '`sources` is a list');
  for (const item of isSeq(sourcesNode) ? (sourcesNode.items as Node[]) : []) {
    const written = item.toJS(document);
    const checked = checkSourceEntry(isMap(item) ? { ...defaults, ...written } : written);
    if (checked.kind === 'wrong') {
      wrongAt(item, checked.message);
      continue;
    }
    const line = lineAt(item.range?.[0]);
    const before = firstLine.get(checked.value.url);
    if (before !== undefined) wrongAt(item, `${checked.value.url} stands in line ${before} already`);
    firstLine.set(checked.value.url, line);
    sources.push(checked.value);
  }

  const viewsNode = root.get('views', true) as Node | undefined;
  const views: Record<string, ViewEntry> = {};
  if (viewsNode !== undefined && !isMap(viewsNode)) wrongAt(viewsNode, '`views` is a mapping by name');
  for (const { key, value } of isMap(viewsNode) ? viewsNode.items : []) {
    const checked = checkView(String(key), (value as Node | null)?.toJS(document));
    if (checked.kind === 'ok') views[String(key)] = checked.value;
    else wrongAt(key, checked.message);
  }

  const profilesNode = root.get('profiles', true) as Node | undefined;
  const profiles: Record<string, OwnProfile> = {};
  if (profilesNode !== undefined && !isMap(profilesNode))
    wrongAt(profilesNode, '`profiles` is a mapping by name');
  for (const { key, value } of isMap(profilesNode) ? profilesNode.items : []) {
    const checked = checkOwnProfile(String(key), (value as Node | null)?.toJS(document));
    if (checked.kind === 'ok') profiles[String(key)] = checked.value;
    else wrongAt(key, checked.message);
  }

  if (problems.length > 0) return { kind: 'invalid', problems: problems.sort((a, b) => a.line - b.line) };
  const rsshub = instances?.kind === 'ok' ? instances.value : [];
  return {
    kind: 'list',
    list: {
      rsshub,
      sources,
      ...(viewsNode !== undefined && { views }),
      ...(profilesNode !== undefined && { profiles }),
    },
  };
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
