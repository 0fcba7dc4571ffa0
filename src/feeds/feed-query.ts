import { type ArticleFilters, readArticleFilters } from './article-filters.ts';

/** What the query of a feed's address asks for; a field that is absent leaves the feed as it is. */
export interface FeedQuery {
  /** Only articles behind this one, in the order of a feed: the pages older than the feed itself. */
  before?: FeedPosition;
  /** The archive document of a month, such as `2026-10`, instead of the newest articles. */
  archive?: string;
  filters: ArticleFilters;
}

/** A place in the order of a feed: newest first, articles of one moment by id. */
export interface FeedPosition {
  /** Milliseconds since 1970. */
  published: number;
  id: string;
}

/** A query as it was read, or a sentence on what is wrong with it. */
export type FeedQueryResult = { kind: 'query'; query: FeedQuery } | { kind: 'wrong'; message: string };

/** Reads the parameters of a feed's address; those it does not know are no concern of ours. */
export function readFeedQuery(parameters: URLSearchParams): FeedQueryResult {
  const result = readArticleFilters(parameters);
  if (result.kind === 'wrong') return result;
  const { filters } = result;
  const archive = parameters.get('archive') ?? undefined;
  if (archive !== undefined && !/^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/.test(archive))
    return { kind: 'wrong', message: '`archive` is a month, such as 2026-10.' };
  if (archive !== undefined && filters.maxAge !== undefined)
    return { kind: 'wrong', message: 'An archive does not change with time: leave out `filter_time`.' };
  const before = readPosition(parameters.get('before'));
  if (before === 'wrong')
    return { kind: 'wrong', message: '`before` is taken from the address of a next page.' };
  return { kind: 'query', query: { filters, ...(archive && { archive }), ...(before && { before }) } };
}

function readPosition(text: string | null): FeedPosition | undefined | 'wrong' {
  if (text === null) return undefined;
  const [, published, id] = /^(\d{1,15})-([0-9a-f]{32})$/.exec(text) ?? [];
  return id === undefined ? 'wrong' : { published: Number(published), id };
}

/**
 * The one spelling of a query, with `?` before it unless it is empty: parameters in a fixed order, defaults left out.
 * Addresses that ask for the same are the same feed, with one copy in each cache.
 */
export function toCanonicalQuery({ archive, before, filters }: FeedQuery): string {
  const parameters = new URLSearchParams(filters.parameters.map(([name, value]) => [name, value]));
  if (archive !== undefined) parameters.set('archive', archive);
  if (before !== undefined) parameters.set('before', `${before.published}-${before.id}`);
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** Whether articles stand as their sources' feeds have them. That is of today, and an archive stays as it is. */
export function isInSourceOrder({ archive, filters }: FeedQuery): boolean {
  return archive === undefined && filters.inSourceOrder === true;
}

/** Whether a feed becomes another by time alone, and not only when an article comes or changes. */
export function changesByItself(query: FeedQuery): boolean {
  return isInSourceOrder(query) || (query.archive === undefined && query.filters.maxAge !== undefined);
}
