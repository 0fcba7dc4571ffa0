import type { FeedScope } from '../store/article-store.ts';

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
