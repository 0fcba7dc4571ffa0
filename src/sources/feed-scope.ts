import type { Source } from './source.ts';

/** Which articles a feed shows. */
export type FeedScope =
  | { kind: 'all' }
  | { kind: 'category'; path: readonly string[] }
  | { kind: 'source'; id: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'view'; name: string };

/** Keys of the feeds that show a source's articles: everything, each level of its category path, the source's own. */
export function scopeKeysOf({ id, categories }: Pick<Source, 'id' | 'categories'>): string[] {
  const levels = categories.map(
    (_, i): FeedScope => ({ kind: 'category', path: categories.slice(0, i + 1) }),
  );
  const scopes: FeedScope[] = [{ kind: 'all' }, ...levels, { kind: 'source', id }];
  return scopes.map(scopeKey);
}

/** The name of a feed's content in the database. */
export function scopeKey(scope: FeedScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all';
    case 'category':
      return `category:${JSON.stringify(scope.path)}`;
    case 'source':
      return `source:${scope.id}`;
    case 'tag':
      return `tag:${scope.tag}`;
    case 'view':
      return `view:${scope.name}`;
  }
}

/** The scope of a key. */
export function scopeOfKey(key: string): FeedScope {
  const [kind = '', rest = ''] = key.split(/:(.*)/s);
  switch (kind) {
    case 'all':
      return { kind };
    case 'category':
      return { kind, path: JSON.parse(rest) };
    case 'source':
      return { kind, id: rest };
    case 'tag':
      return { kind, tag: rest };
    case 'view':
      return { kind, name: rest };
    default:
      throw new Error(`${key} is no scope`);
  }
}

/** The files a feed is served as, in each folder of a scope. */
export const FEED_FILES = ['feed.xml', 'atom.xml', 'feed.json'] as const;

/** What a path asks for: which articles, and the file or nothing behind the last slash. */
export interface ScopedPath {
  scope: FeedScope;
  file: string;
}

/**
 * Reads `/feed.xml`, `/categories/<path>/feed.xml`, `/sources/<id>/feed.xml`, `/tags/<tag>/feed.xml` and
 * `/views/<name>/feed.xml`, whatever the file is called. Levels of a category path are percent-encoded one by one, so that a level may contain a slash.
 */
export function parseScopedPath(pathname: string): ScopedPath | undefined {
  const [first, ...rest] = pathname.slice(1).split('/').map(decodeSegment);
  if (first === undefined || rest.includes(undefined)) return undefined;
  if (rest.length === 0) return { scope: { kind: 'all' }, file: first };
  const file = rest.at(-1) ?? '';
  const path = rest.slice(0, -1) as string[];
  const [id, ...more] = path;
  if (id === undefined) return undefined;
  if (first === 'categories') return { scope: { kind: 'category', path }, file };
  if (first === 'sources' && more.length === 0) return { scope: { kind: 'source', id }, file };
  if (first === 'tags' && more.length === 0) return { scope: { kind: 'tag', tag: id }, file };
  if (first === 'views' && more.length === 0) return { scope: { kind: 'view', name: id }, file };
  return undefined;
}

/** The path of the folder in which a scope's page and feeds lie. */
export function scopeFolder(scope: FeedScope): string {
  switch (scope.kind) {
    case 'all':
      return '/';
    case 'category':
      return `/categories/${scope.path.map(encodeURIComponent).join('/')}/`;
    case 'source':
      return `/sources/${scope.id}/`;
    case 'tag':
      return `/tags/${encodeURIComponent(scope.tag)}/`;
    case 'view':
      return `/views/${encodeURIComponent(scope.name)}/`;
  }
}

/** What a scope is called, on its page and in its feeds; `viewTitle` is the owner's name for a view. */
export function feedTitle(
  scope: FeedScope,
  sources: ReadonlyMap<string, { title: string }>,
  siteTitle: string,
  viewTitle?: string,
): string {
  switch (scope.kind) {
    case 'all':
      return siteTitle;
    case 'category':
      return `${scope.path.join(' / ')} - ${siteTitle}`;
    case 'source':
      return `${sources.get(scope.id)?.title ?? scope.id} - ${siteTitle}`;
    case 'tag':
      return `${scope.tag} - ${siteTitle}`;
    case 'view':
      return `${viewTitle ?? scope.name} - ${siteTitle}`;
  }
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
