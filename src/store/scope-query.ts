import type { FeedScope } from '../sources/feed-scope.ts';

/** A place in the order of a feed: newest first, articles of one moment by id. */
export interface Position {
  published: number;
  id: string;
}

const SCOPES_OF_A_VIEW =
  'SELECT scopes.value AS scope FROM views, json_each(views.scopes) AS scopes WHERE name = ?1';
/** Those it names, and those of the categories it names or of one below: as in `scopeQuery`. */
const SOURCES_OF_A_VIEW = `SELECT sources.id FROM sources JOIN (${SCOPES_OF_A_VIEW})
  ON scope IN ('all', 'source:' || sources.id, 'category:' || sources.categories)
  OR (scope GLOB 'category:*'
    AND substr('category:' || sources.categories, 1, length(scope)) = substr(scope, 1, length(scope) - 1) || ',')`;
const TAGGED_FOR_A_VIEW = `SELECT article_tags.id FROM article_tags JOIN (${SCOPES_OF_A_VIEW})
  ON scope = 'tag:' || tag`;

/** Where the articles of a scope are found, and the table whose index has them in a feed's order. */
export function scopeQuery(scope: FeedScope): {
  from: string;
  where: string;
  order: 'articles' | 'article_tags';
  /** What `?1` in the condition stands for. */
  parameter: string;
} {
  switch (scope.kind) {
    case 'all':
      return { from: 'articles', where: `?1 = ''`, order: 'articles', parameter: '' };
    case 'category':
      // ["a","b"] and what lies below it: the JSON without its closing bracket is the prefix of its descendants'
      return {
        from: 'articles',
        where: `source_id IN (SELECT id FROM sources WHERE categories = ?1
          OR substr(categories, 1, length(?1)) = substr(?1, 1, length(?1) - 1) || ',')`,
        order: 'articles',
        parameter: JSON.stringify(scope.path),
      };
    case 'source':
      return { from: 'articles', where: 'source_id = ?1', order: 'articles', parameter: scope.id };
    case 'tag':
      return {
        from: 'article_tags JOIN articles USING (id)',
        where: 'tag = ?1',
        order: 'article_tags',
        parameter: scope.tag,
      };
    case 'view':
      return {
        from: 'articles',
        where: `(source_id IN (${SOURCES_OF_A_VIEW}) OR articles.id IN (${TAGGED_FOR_A_VIEW}))`,
        order: 'articles',
        parameter: scope.name,
      };
  }
}
