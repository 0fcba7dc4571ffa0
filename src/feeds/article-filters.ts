import type { Article } from '../article.ts';
import { IMAGE_MARK } from '../article.ts';
import { CONVERSIONS, type ConversionName } from '../chinese/converter.ts';
import { compilePattern, type Pattern } from '../pattern/pattern.ts';
import type { DuplicateLevel } from './duplicates.ts';

/** Which articles a feed keeps, in the parameters and with the meaning that RSSHub gave them. */
export interface ArticleFilters {
  /** The parameters that count, in canonical order. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** Each must hold. */
  keep: readonly Condition[];
  /** None may hold. */
  drop: readonly Condition[];
  /** Seconds since an article was published, at most. */
  maxAge?: number;
  /** Articles at most. */
  limit?: number;
  /** Whether each source's articles stand as its own feed has them, instead of newest first. */
  inSourceOrder?: true;
  /** Of articles that are this much alike, one is shown. */
  dedup?: DuplicateLevel;
  /** The way to write Chinese that articles are shown in. */
  conversion?: ConversionName;
  /** Characters of text that stand for a body. */
  brief?: number;
}

interface Condition {
  fields: readonly Field[];
  pattern: Pattern;
}

type Field = 'title' | 'description' | 'author' | 'category';

export type FiltersResult = { kind: 'filters'; filters: ArticleFilters } | { kind: 'wrong'; message: string };

/** Where an expression is looked for. With `filter` the other four `filter_…` do not count. */
const KEEPING: Record<string, readonly Field[]> = {
  filter: ['title', 'description', 'author', 'category'],
  filter_author: ['author'],
  filter_category: ['category'],
  filter_description: ['description'],
  filter_title: ['title'],
};

/** `filterout` is for the title and the description; where one has a parameter of its own, that one counts for it. */
const DROPPING: Record<string, Field> = {
  filterout_author: 'author',
  filterout_category: 'category',
  filterout_description: 'description',
  filterout_title: 'title',
};

/** Parameters that are no expressions: what each looks like, and what to tell who wrote something else. */
const VALUES: Record<string, readonly [pattern: RegExp, sentence: string]> = {
  brief: [/^[1-9]\d{2,}$/, '`brief` is a number of characters from 100 on.'],
  dedup: [/^(?:none|url|title|near)$/, '`dedup` is none, url, title or near.'],
  filter_case_sensitive: [/^(?:true|false)$/, '`filter_case_sensitive` is true or false.'],
  filter_time: [/^\d+$/, '`filter_time` is a number of seconds, such as 86400.'],
  limit: [/^\d+$/, '`limit` is a number of articles, such as 20.'],
  // articles have the text that their sources give them, and RSSHub too keeps that where it finds no other
  mode: [/^fulltext$/, '`mode` is fulltext.'],
  opencc: [new RegExp(`^(?:${CONVERSIONS.join('|')})$`), `\`opencc\` is one of ${CONVERSIONS.join(', ')}.`],
  sorted: [/^(?:true|false)$/, '`sorted` is true or false.'],
};

/** The names of the parameters that choose, order and shorten articles. */
export const FEED_PARAMETERS = [KEEPING, DROPPING, { filterout: [] }, VALUES].flatMap((table) =>
  Object.keys(table),
);

/** Values that leave a feed as it is. */
const DEFAULTS: Record<string, string> = {
  dedup: 'none',
  filter_case_sensitive: 'true',
  mode: 'fulltext',
  sorted: 'true',
};

/** What all expressions of one feed may cost together: some hundred milliseconds. */
const WORK = 5_000_000;

/** Reads the filters among a feed's parameters. An empty one is as good as none. */
export function readArticleFilters(query: URLSearchParams): FiltersResult {
  const given = givenParameters(query);
  for (const [name, [pattern, sentence]] of Object.entries(VALUES)) {
    const value = given.get(name);
    if (value !== undefined && !pattern.test(value)) return wrong(sentence);
    if (value === DEFAULTS[name]) given.delete(name);
  }
  const keep: Condition[] = [];
  const drop: Condition[] = [];
  const ignoreCase = given.has('filter_case_sensitive');
  for (const [name, value] of given) {
    const isKept = KEEPING[name] !== undefined;
    const fields = KEEPING[name] ?? fieldsToDrop(name, given);
    if (fields === undefined) continue;
    const result = compilePattern(value, { ignoreCase });
    if (result.kind === 'wrong') return wrong(`\`${name}\` is not right ${result.message}.`);
    (isKept ? keep : drop).push({ fields, pattern: result.pattern });
  }
  if (keep.length + drop.length === 0) given.delete('filter_case_sensitive');
  const number = (name: string) => (given.has(name) ? Number(given.get(name)) : undefined);
  const [maxAge, limit, brief] = ['filter_time', 'limit', 'brief'].map(number);
  return {
    kind: 'filters',
    filters: {
      parameters: [...given].sort(([a], [b]) => (a < b ? -1 : 1)),
      keep,
      drop,
      ...(maxAge !== undefined && { maxAge }),
      ...(limit !== undefined && { limit }),
      ...(given.has('dedup') && { dedup: given.get('dedup') as DuplicateLevel }),
      ...(given.has('sorted') && { inSourceOrder: true }),
      ...(given.has('opencc') && { conversion: given.get('opencc') as ConversionName }),
      ...(brief !== undefined && { brief }),
    },
  };
}

function givenParameters(query: URLSearchParams): Map<string, string> {
  const given = new Map<string, string>();
  for (const name of FEED_PARAMETERS) {
    const value = query.get(name);
    if (value) given.set(name, value);
  }
  if (given.has('filter')) for (const name of Object.keys(KEEPING)) if (name !== 'filter') given.delete(name);
  return given;
}

function fieldsToDrop(name: string, given: ReadonlyMap<string, string>): readonly Field[] | undefined {
  if (name === 'filterout')
    return (['title', 'description'] as const).filter((field) => !given.has(`filterout_${field}`));
  return DROPPING[name] && [DROPPING[name]];
}

/** What passes the filters of a view and those that its address adds; what the address says of order and length counts. */
export function combineFilters(view: ArticleFilters, added: ArticleFilters): ArticleFilters {
  const smaller = (one?: number, other?: number) =>
    one === undefined && other === undefined ? undefined : Math.min(one ?? Infinity, other ?? Infinity);
  const maxAge = smaller(view.maxAge, added.maxAge);
  const limit = smaller(view.limit, added.limit);
  return {
    ...view,
    ...added,
    keep: [...view.keep, ...added.keep],
    drop: [...view.drop, ...added.drop],
    ...(maxAge !== undefined && { maxAge }),
    ...(limit !== undefined && { limit }),
  };
}

/** Tells which articles pass the filters of one feed, as long as their expressions cost no more than a feed may. */
export class ArticleSieve {
  readonly #filters: ArticleFilters;
  /** Articles published before pass no more. */
  readonly oldest: number;
  readonly #budget = { left: WORK };

  /** `now` is in milliseconds since 1970. */
  constructor(filters: ArticleFilters, now: number) {
    this.#filters = filters;
    this.oldest = filters.maxAge === undefined ? Number.NEGATIVE_INFINITY : now - 1000 * filters.maxAge;
  }

  /** Whether there is nothing to look at. */
  get passesAll(): boolean {
    const { keep, drop, maxAge } = this.#filters;
    return keep.length + drop.length === 0 && maxAge === undefined;
  }

  /** The articles that pass, in their order; undefined when finding out costs too much. */
  passing(articles: readonly Article[]): Article[] | undefined {
    const { keep, drop } = this.#filters;
    const budget = this.#budget;
    const holds = (article: Article, { fields, pattern }: Condition) =>
      fields.some((field) => textsOf(article, field).some((text) => pattern.matches(text, budget)));
    const passing = articles.filter(
      (article) =>
        budget.left >= 0 &&
        (article.published >= this.oldest || article.publishedInferred) &&
        keep.every((condition) => holds(article, condition)) &&
        !drop.some((condition) => holds(article, condition)),
    );
    return budget.left < 0 ? undefined : passing;
  }
}

/** As RSSHub has them: the description is the markup, or the title where there is none. */
function textsOf(article: Article, field: Field): readonly string[] {
  switch (field) {
    case 'title':
      return [article.title];
    case 'description':
      return [article.contentHtml.replaceAll(IMAGE_MARK, '') || article.title];
    case 'author':
      return [article.authors.length > 0 ? article.authors.join(' ') : article.author];
    case 'category':
      return article.tags;
  }
}

function wrong(message: string): { kind: 'wrong'; message: string } {
  return { kind: 'wrong', message };
}
