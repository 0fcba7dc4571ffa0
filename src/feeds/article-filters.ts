import type { Article } from '../article.ts';
import { IMAGE_MARK } from '../article.ts';
import { compilePattern, type Pattern } from '../pattern/pattern.ts';
import { withBriefBody } from './brief.ts';

/** Which articles a feed keeps, in the parameters and with the meaning that RSSHub gave them. */
export interface ArticleFilters {
  /** The parameters that count, in canonical order. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** Each must hold. */
  keep: readonly Condition[];
  /** None may hold. */
  drop: readonly Condition[];
  /** Articles at most. */
  limit?: number;
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

/** What all expressions of one feed may cost together: some hundred milliseconds. */
const WORK = 5_000_000;

/** Reads the filters among a feed's parameters. An empty one is as good as none. */
export function readArticleFilters(query: URLSearchParams): FiltersResult {
  const given = new Map<string, string>();
  for (const name of [...Object.keys(KEEPING), ...Object.keys(DROPPING), 'filterout', 'limit', 'brief']) {
    const value = query.get(name);
    if (value) given.set(name, value);
  }
  if (given.has('filter')) for (const name of Object.keys(KEEPING)) if (name !== 'filter') given.delete(name);
  const isCase = query.get('filter_case_sensitive') || 'true';
  if (isCase !== 'true' && isCase !== 'false') return wrong('`filter_case_sensitive` is true or false.');
  const limit = given.get('limit');
  if (limit !== undefined && !/^\d{1,6}$/.test(limit))
    return wrong('`limit` is a number of articles, such as 20.');

  const brief = given.get('brief');
  if (brief !== undefined && !/^[1-9]\d{2,5}$/.test(brief))
    return wrong('`brief` is a number of characters from 100 on.');

  const keep: Condition[] = [];
  const drop: Condition[] = [];
  for (const [name, value] of given) {
    if (name === 'limit' || name === 'brief') continue;
    const result = compilePattern(value, { ignoreCase: isCase === 'false' });
    if (result.kind === 'wrong') return wrong(`\`${name}\` is not right ${result.message}.`);
    const { pattern } = result;
    if (name === 'filterout') {
      const fields = (['title', 'description'] as const).filter((field) => !given.has(`filterout_${field}`));
      drop.push({ fields, pattern });
    } else if (DROPPING[name] !== undefined) drop.push({ fields: [DROPPING[name]], pattern });
    else keep.push({ fields: KEEPING[name] ?? [], pattern });
  }
  if (isCase === 'false' && keep.length + drop.length > 0) given.set('filter_case_sensitive', isCase);
  const parameters = [...given].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: 'filters',
    filters: {
      parameters,
      keep,
      drop,
      ...(limit !== undefined && { limit: Number(limit) }),
      ...(brief !== undefined && { brief: Number(brief) }),
    },
  };
}

/** The articles that pass, in their order; undefined when the expressions need more work than a feed may cost. */
export function filterArticles(
  articles: readonly Article[],
  { keep, drop, limit, brief }: ArticleFilters,
): readonly Article[] | undefined {
  const budget = { left: WORK };
  const passing = articles.filter((article) => {
    const holds = ({ fields, pattern }: Condition) =>
      fields.some((field) => textsOf(article, field).some((text) => pattern.matches(text, budget)));
    return budget.left >= 0 && keep.every(holds) && !drop.some(holds);
  });
  if (budget.left < 0) return undefined;
  const shown = passing.slice(0, limit);
  return brief === undefined ? shown : shown.map((article) => withBriefBody(article, brief));
}

/** As RSSHub has them: the description is the markup, or the title where there is none. */
function textsOf(article: Article, field: Field): readonly string[] {
  switch (field) {
    case 'title':
      return [article.title];
    case 'description':
      return [article.contentHtml.replaceAll(IMAGE_MARK, '') || article.title];
    case 'author':
      return [article.authors.length > 0 ? article.authors.join(', ') : article.author];
    case 'category':
      return article.tags;
  }
}

function wrong(message: string): { kind: 'wrong'; message: string } {
  return { kind: 'wrong', message };
}
