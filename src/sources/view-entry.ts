import { type ArticleFilters, FEED_PARAMETERS, readArticleFilters } from '../feeds/article-filters.ts';
import { type Checked, checkCategories, checkSourceUrl } from './source-entry.ts';

/** A feed of the owner's own: which articles it shows, and with which of the parameters that feeds take. */
export interface ViewEntry {
  title?: string;
  /** Addresses or ids of sources. With neither these nor categories nor tags, everything. */
  sources?: readonly string[];
  /** Category paths; each with all below it. */
  categories?: readonly (readonly string[])[];
  tags?: readonly string[];
  /** Parameters of feeds (`docs/feeds.md`), by name. */
  parameters?: Readonly<Record<string, string>>;
}

export type ViewEntries = Readonly<Record<string, ViewEntry>>;

const FIELDS = ['title', 'sources', 'categories', 'tags'];
const MAX_MEMBERS = 500;
/** What stands in an address as one level of a path. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._ -]{0,63}$/u;

/** Checks a view as it comes from the sources file or over HTTP; every message names the view. */
export function checkView(name: string, input: unknown): Checked<ViewEntry> {
  const checked = checkFields(input);
  if (!NAME.test(name))
    return wrong(
      `view \`${name}\`: a name is at most 64 letters, digits, spaces, dots, hyphens and underscores, and begins with a letter or digit`,
    );
  return checked.kind === 'ok' ? checked : wrong(`view \`${name}\`: ${checked.message}`);
}

/** Checks views by name, and tells everything that is wrong with them. */
export function checkViews(input: unknown): { views: Record<string, ViewEntry>; problems: string[] } {
  const views: Record<string, ViewEntry> = {};
  if (!isMapping(input)) return { views, problems: ['`views` is a mapping by name'] };
  const problems: string[] = [];
  for (const [name, view] of Object.entries(input)) {
    const checked = checkView(name, view);
    if (checked.kind === 'ok') views[name] = checked.value;
    else problems.push(checked.message);
  }
  return { views, problems };
}

/** What a view filters. */
export function filtersOfView({ parameters }: ViewEntry): ArticleFilters {
  const result = readArticleFilters(new URLSearchParams(parameters));
  // checked before it was kept
  if (result.kind === 'wrong') throw new Error(`a view is not right: ${result.message}`);
  return result.filters;
}

/** A view as its owner writes it: its parameters beside its other fields. */
export function writtenView({ parameters, ...entry }: ViewEntry): Record<string, unknown> {
  return { ...entry, ...parameters };
}

/** The same of views by name. */
export function writtenViews(views: ViewEntries): Record<string, unknown> {
  return Object.fromEntries(Object.entries(views).map(([name, view]) => [name, writtenView(view)]));
}

function checkFields(input: unknown): Checked<ViewEntry> {
  if (!isMapping(input)) return wrong('a view is a mapping, such as { categories: [[新媒体]], limit: 20 }');
  const view: ViewEntry = {};
  const parameters: Record<string, string> = {};
  for (const [field, value] of Object.entries(input)) {
    if (value === undefined || value === null) continue;
    if (FEED_PARAMETERS.includes(field)) {
      if (typeof value === 'object') return wrong(`\`${field}\` is one value, as in a feed’s address`);
      parameters[field] = String(value);
    } else if (!FIELDS.includes(field))
      return wrong(`unknown field \`${field}\`; known are ${[...FIELDS, ...FEED_PARAMETERS].join(', ')}`);
  }
  if (isGiven(input.title)) {
    if (typeof input.title !== 'string' || input.title.trim() === '') return wrong('`title` is a text');
    view.title = input.title.trim();
  }
  for (const field of ['sources', 'categories', 'tags'] as const) {
    const list = checkList(field, input[field]);
    if (list.kind === 'wrong') return list;
    if (list.value.length > 0) Object.assign(view, { [field]: list.value });
  }
  if (Object.keys(parameters).length === 0) return { kind: 'ok', value: view };
  const filters = readArticleFilters(new URLSearchParams(parameters));
  if (filters.kind === 'wrong') return filters;
  return { kind: 'ok', value: { ...view, parameters } };
}

/** How one member of each list is written. */
const MEMBERS = {
  sources: (member: unknown): Checked<string> =>
    typeof member === 'string' && /^[0-9a-f]{12}$/.test(member)
      ? { kind: 'ok', value: member }
      : checkSourceUrl(member),
  categories: (member: unknown): Checked<string[]> => {
    const path = checkCategories(member);
    return path.kind === 'ok' && path.value.length === 0 ? wrong('`categories` has an empty path') : path;
  },
  tags: (member: unknown): Checked<string> =>
    typeof member === 'string' || typeof member === 'number'
      ? { kind: 'ok', value: String(member).trim() }
      : wrong('`tags` is a list of tags'),
};

function checkList(field: keyof typeof MEMBERS, input: unknown): Checked<(string | string[])[]> {
  if (!isGiven(input)) return { kind: 'ok', value: [] };
  if (!Array.isArray(input)) return wrong(`\`${field}\` is a list`);
  if (input.length > MAX_MEMBERS) return wrong(`\`${field}\` has at most ${MAX_MEMBERS} members`);
  const values: (string | string[])[] = [];
  for (const member of input) {
    const checked = MEMBERS[field](member);
    if (checked.kind === 'wrong') return checked;
    values.push(checked.value);
  }
  return { kind: 'ok', value: values };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isMapping(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function wrong(message: string): { kind: 'wrong'; message: string } {
  return { kind: 'wrong', message };
}
