import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import { type FeedScope, scopeKey, scopeKeysOf } from '../sources/feed-scope.ts';
import type { FollowedSource } from '../sources/source.ts';

/** The sources of which a feed shows articles; undefined where there is no such view. */
export async function sourcesInScope(
  c: Context<AppEnv>,
  scope: FeedScope,
): Promise<readonly FollowedSource[] | undefined> {
  const scopes = scope.kind === 'view' ? (await c.var.views.find(scope.name))?.scopes : [scopeKey(scope)];
  if (scopes === undefined) return undefined;
  const [followed, ...tagged] = await Promise.all([
    c.var.sources.all(),
    ...scopes.flatMap((key) => (key.startsWith('tag:') ? c.var.articles.sourcesOfTag(key.slice(4)) : [])),
  ]);
  const ids = new Set(tagged.flat());
  return followed.filter(
    ({ source }) => ids.has(source.id) || scopeKeysOf(source).some((key) => scopes.includes(key)),
  );
}
