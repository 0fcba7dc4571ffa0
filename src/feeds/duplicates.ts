/** How alike articles of different sources must be to count as one; each level includes those before it. */
export type DuplicateLevel = 'url' | 'title' | 'near';

/** What tells whether an article is a copy of another. Times are milliseconds since 1970. */
export interface ArticlePrint {
  id: string;
  sourceId: string;
  published: number;
  firstSeenAt: number;
  title: string;
  link?: string;
  /** Equal for links that lead to one page. */
  page?: string;
  /** 64 bits made of the text, as 16 hex digits; absent for a short one. */
  simhash?: string;
  language?: string;
}

/** What is known of the sources. */
export interface SourceNames {
  /** Names of sites, which titles may end with. */
  titles: readonly string[];
  /** Ids, in the order in which sources are preferred. */
  order: readonly string[];
}

const HOUR = 3_600_000;
/** Copies by title or text are published within so long; weekly columns have a title in common. */
export const DUPLICATE_WINDOW = 72 * HOUR;
/** Copies found so soon after the first compete with it; later ones never take its place, which readers have seen. */
const COMPETING = 10 * 60_000;
/** Bits in which texts may differ. */
const MAX_DISTANCE = 3;
/** Shorter titles are common property. Characters of scripts without spaces count twice. */
const MIN_TITLE = 12;
const LONGEST_SITE_NAME = 40;
const SEPARATORS = [' - ', ' – ', ' — ', ' | ', ' · ', '|', '_'];

interface Group {
  first: ArticlePrint;
  members: ArticlePrint[];
}

/**
 * Articles that are copies of each other, in groups of two and more, the one to be shown first: of those found at the
 * same time the earliest published, then that of the preferred source. A source has one article in a group at most, so
 * that a source whose articles share a page or a title loses none; nor are there two languages in a group.
 */
export function findDuplicates(
  prints: readonly ArticlePrint[],
  level: DuplicateLevel,
  sources: SourceNames,
): readonly (readonly ArticlePrint[])[] {
  const siteNames = new Set(sources.titles.map(normalisedTitle));
  const place = new Map(sources.order.map((id, index) => [id, index]));
  const groups = new Map<string, Group[]>();
  const found: Group[] = [];
  const inOrder = prints.toSorted(
    (a, b) => a.firstSeenAt - b.firstSeenAt || a.published - b.published || (a.id < b.id ? -1 : 1),
  );
  for (const print of inOrder) {
    const keys = keysOf(print, level, siteNames);
    const matching = (key: string) =>
      groups.get(key)?.find((each) => isCopy(print, each.first, key) && mayJoin(print, each));
    const group = keys.wanted.reduce<Group | undefined>((match, key) => match ?? matching(key), undefined);
    if (group !== undefined) group.members.push(print);
    else {
      const own = { first: print, members: [print] };
      found.push(own);
      for (const key of keys.known) groups.set(key, [...(groups.get(key) ?? []).slice(-MAX_ALIKE), own]);
    }
  }
  const better = (a: ArticlePrint, b: ArticlePrint) =>
    a.published - b.published ||
    (place.get(a.sourceId) ?? Infinity) - (place.get(b.sourceId) ?? Infinity) ||
    (a.id < b.id ? -1 : 1);
  return found
    .filter(({ members }) => members.length > 1)
    .map(({ first, members }) => {
      const competing = members.filter(({ firstSeenAt }) => firstSeenAt <= first.firstSeenAt + COMPETING);
      const [best = first] = competing.sort(better);
      return [best, ...members.filter((member) => member !== best)];
    });
}

/** Groups looked at for one key: articles that all share a page or part of their text cost no more than this. */
const MAX_ALIKE = 50;

interface Keys {
  /** Under which others find this article. */
  known: readonly string[];
  /** Under which it finds others. */
  wanted: readonly string[];
}

function keysOf(print: ArticlePrint, level: DuplicateLevel, siteNames: ReadonlySet<string>): Keys {
  const known: string[] = [];
  const wanted: string[] = [];
  if (print.page !== undefined) known.push(`page ${print.page}`);
  wanted.push(...known);
  if (level === 'url') return { known, wanted };
  const { whole, start } = titleKeys(print.title, siteNames);
  // two titles that only begin alike are two: "Results - Ohio" and "Results - Utah"
  if (whole !== undefined) {
    known.push(`title ${whole}`);
    wanted.push(`title ${whole}`, `start ${whole}`);
  }
  if (start !== undefined) {
    known.push(`start ${start}`);
    wanted.push(`title ${start}`);
  }
  if (level === 'near' && print.simhash !== undefined) {
    // of four quarters one at least is the same where three bits differ
    for (let i = 0; i < 16; i += 4) {
      const quarter = `text ${i} ${print.simhash.slice(i, i + 4)}`;
      known.push(quarter);
      wanted.push(quarter);
    }
  }
  return { known, wanted };
}

function mayJoin(print: ArticlePrint, { first, members }: Group): boolean {
  return (
    members.every(({ sourceId }) => sourceId !== print.sourceId) &&
    (print.language === undefined ||
      first.language === undefined ||
      primary(print.language) === primary(first.language))
  );
}

function primary(language: string): string {
  return (language.split('-', 1)[0] ?? '').toLowerCase();
}

/** Whether two articles that share this key are copies. */
function isCopy(print: ArticlePrint, first: ArticlePrint, key: string): boolean {
  if (key.startsWith('page ')) return true;
  if (Math.abs(print.published - first.published) > DUPLICATE_WINDOW) return false;
  return !key.startsWith('text ') || distance(print.simhash ?? '', first.simhash ?? '') <= MAX_DISTANCE;
}

/** Bits in which two hashes of 16 hex digits differ. */
function distance(one: string, other: string): number {
  let bits = 0;
  for (let i = 0; i < 16; i += 8) {
    let rest = Number.parseInt(one.slice(i, i + 8), 16) ^ Number.parseInt(other.slice(i, i + 8), 16);
    for (; rest !== 0; rest &= rest - 1) bits++;
  }
  return bits;
}

/**
 * A title as copies have it in common: `whole` without the name of a site at its end, and `start` without whatever
 * stands behind its last separator, which may be one.
 */
function titleKeys(title: string, siteNames: ReadonlySet<string>): { whole?: string; start?: string } {
  const at = Math.max(...SEPARATORS.map((separator) => title.lastIndexOf(separator)));
  const end = at < 0 ? '' : title.slice(at);
  const whole = normalisedTitle(title);
  const start = at <= 0 || end.length > LONGEST_SITE_NAME ? undefined : normalisedTitle(title.slice(0, at));
  if (start !== undefined && siteNames.has(normalisedTitle(end)))
    return isLong(start) ? { whole: start } : {};
  return { ...(isLong(whole) && { whole }), ...(start !== undefined && isLong(start) && { start }) };
}

function normalisedTitle(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();
}

function isLong(title: string): boolean {
  const unspaced = title.match(/[\u3040-\ufaff]/g)?.length ?? 0;
  return title.length + unspaced >= MIN_TITLE;
}
