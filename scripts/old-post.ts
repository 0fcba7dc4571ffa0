import { isMap, isScalar, parseDocument } from 'yaml';
import { type OldDate, readOldDate } from './old-date.ts';

/** A post that another program wrote, with what tells which article it is. */
export interface OldPost {
  /** Path in the blog's folder. */
  file: string;
  title: string;
  categories: readonly string[];
  author?: string;
  date: OldDate;
  /** Addresses and ids of the original that the front matter names. */
  originals: readonly string[];
  /** What is in its address on the blog: keys and their values, as YAML. */
  kept: Readonly<Record<string, string>>;
  body: string;
}

/** Keys under which blogs name the page a post was taken from. */
const ORIGINAL_KEYS =
  'link guid canonical canonical_url canonicalURL original original_url source source_url url'.split(' ');

/** Keys that make a post's address, in Hexo and its plugins, Hugo, Jekyll and Eleventy. */
const ADDRESS_KEYS = ['permalink', 'abbrlink', 'slug', 'url', 'aliases', 'alias'];

/** What stands between two lines of dashes at the beginning; some write an empty line before the first. */
const FRONT_MATTER = /^\uFEFF?\s*---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** Reads a post; undefined where it has no front matter with a title. */
export function readOldPost(file: string, text: string): OldPost | undefined {
  const [whole = '', yaml = ''] = FRONT_MATTER.exec(text) ?? [];
  if (whole === '') return undefined;
  const front = readFrontMatter(yaml);
  const title = one(front.get('title')?.value);
  if (title === undefined) return undefined;
  const author = one(front.get('author')?.value);
  const date = readOldDate(one(front.get('date')?.value));
  const keptKeys = date.kind === 'none' ? ADDRESS_KEYS : ['date', ...ADDRESS_KEYS];
  return {
    file,
    title,
    categories: [front.get('categories')?.value ?? []].flat(3).map(String),
    date,
    originals: ORIGINAL_KEYS.flatMap((key) => one(front.get(key)?.value) ?? []).filter(isAddress),
    kept: Object.fromEntries(
      keptKeys.flatMap((key) => (front.has(key) ? [[key, front.get(key)?.yaml ?? '']] : [])),
    ),
    body: text.slice(whole.length),
    ...(author !== undefined && { author }),
  };
}

interface Entry {
  value: unknown;
  yaml: string;
}

function readFrontMatter(yaml: string): Map<string, Entry> {
  try {
    const document = parseDocument(yaml, { logLevel: 'silent' });
    const values = document.toJS();
    if (document.errors.length === 0 && isMap(document.contents))
      return new Map(
        document.contents.items.map(({ key, value }) => {
          const name = String(key);
          return [
            name,
            { value: values[name], yaml: yamlOf(value, yaml) ?? JSON.stringify(values[name] ?? null) },
          ];
        }),
      );
  } catch {
    // an alias that names nothing, as in `title: *ST`
  }
  return readLines(yaml);
}

/** A scalar as it was written, on one line. */
function yamlOf(node: unknown, yaml: string): string | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  const source = yaml.slice(node.range[0], node.range[1]);
  return source === '' || source.includes('\n') ? undefined : source;
}

/**
 * Front matter that is no YAML, because titles stood in it unquoted, or quoted with quotes inside: a key and the rest
 * of its line; lines that begin with a hyphen are the list of the key before.
 */
function readLines(yaml: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let list: string[] = [];
  for (const line of yaml.split(/\r?\n/)) {
    const [, key, rest = ''] = /^([\w-]+):(?:\s+(.*))?$/.exec(line) ?? [];
    const [, item] = /^\s*-\s+(.*)$/.exec(line) ?? [];
    if (item !== undefined) list.push(withoutQuotes(item));
    if (key === undefined) continue;
    const text = withoutQuotes(rest);
    list = [];
    entries.set(key, { value: text === '' ? list : text, yaml: JSON.stringify(text) });
  }
  return entries;
}

function withoutQuotes(text: string): string {
  return text.trim().replace(/^(['"])([\s\S]*)\1$/, '$2');
}

/** Blogs write names of sources under these keys too. */
function isAddress(text: string): boolean {
  return /^[a-z][\w+.-]*:\S+$/i.test(text);
}

function one(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
