import { canonicalLink } from '../src/normalise/identity.ts';
import { plainTitle } from '../src/normalise/plain-text.ts';
import type { OldPost } from './old-post.ts';
import type { IndexEntry } from './posts-index.ts';

/** An old post's article, or why it has none. */
export type Match = { kind: 'matched'; entry: IndexEntry } | { kind: 'unmatched'; reason: string };

export interface MatchTools {
  /** Files that articles have already, by id. */
  files: ReadonlyMap<string, string>;
  /** The body of an article's post. */
  bodyOf: (id: string) => Promise<string>;
}

const HOUR = 3_600_000;
/** A zone that was misread moves a date by hours, a column that has the same title every time by a day. */
const SAME_DATE_MS = 12 * HOUR;
/** How far the wall clocks of two zones are apart. */
const ZONES_MS = 14 * HOUR;
/** Of the pieces of the shorter text, how many the longer has too when both are one text in two editions. */
const ALIKE = 0.5;

/**
 * Finds the article of each old post: the one whose address or id it names, or the one of its title, its source and its
 * date. Titles are compared by letters and digits, because programs lose the rest on the way into a file name. Where dates tell
 * nothing, the body must be the article's. Another source will do where the date is the same to the second, or the text
 * the same: a source may stand elsewhere now. An article belongs to one post.
 */
export async function matchPosts(
  posts: readonly OldPost[],
  entries: readonly IndexEntry[],
  tools: MatchTools,
): Promise<Map<OldPost, Match>> {
  const matches = new Map<OldPost, Match>();
  const fileOf = new Map(tools.files);
  const take = (post: OldPost, entry: IndexEntry) => {
    matches.set(post, { kind: 'matched', entry });
    fileOf.set(entry.id, post.file);
  };
  const findCandidates = candidateFinder(entries);
  const open = posts.map((post) => ({ post, candidates: findCandidates(post) }));

  const sure = open.flatMap(({ post, candidates }) =>
    candidates.flatMap(({ distance, ...each }) =>
      distance === undefined ? [] : { post, distance, ...each },
    ),
  );
  sure.sort((a, b) => a.rank - b.rank || a.distance - b.distance || Number(b.isExact) - Number(a.isExact));
  for (const { post, entry } of sure) {
    if (!matches.has(post) && !fileOf.has(entry.id)) take(post, entry);
  }

  for (const { post, candidates } of open) {
    if (matches.has(post)) continue;
    const isFree = ({ entry, distance, contradicts }: Candidate) =>
      distance === undefined && contradicts === undefined && !fileOf.has(entry.id);
    const alike = await findAlike(post, candidates.filter(isFree), tools);
    const [only] = alike;
    if (only !== undefined && alike.length === 1) take(post, only);
    else matches.set(post, { kind: 'unmatched', reason: reasonOf(candidates, alike, fileOf) });
  }
  return matches;
}

/** Articles that have a post's text: those of its source, or else any. */
async function findAlike(
  { body }: OldPost,
  candidates: readonly Candidate[],
  { bodyOf }: MatchTools,
): Promise<IndexEntry[]> {
  const ofSource: IndexEntry[] = [];
  const others: IndexEntry[] = [];
  for (const { entry, rank } of candidates) {
    const likeness = likenessOf(body, await bodyOf(entry.id));
    if (rank === RANK.source && likeness !== 'other') ofSource.push(entry);
    // no text at all tells nothing
    if (rank === RANK.other && likeness === 'same') others.push(entry);
  }
  return ofSource.length > 0 ? ofSource : others;
}

/** How sure an article is a post's, the surest first. */
const RANK = { namedOfSource: 0, named: 1, source: 2, other: 3 };

interface Candidate {
  entry: IndexEntry;
  rank: number;
  /** Whether the titles are the same as they stand. */
  isExact: boolean;
  /** Milliseconds between the dates, 0 where the post names the article; undefined where dates tell nothing. */
  distance?: number;
  /** What tells that it is another article. */
  contradicts?: 'date' | 'source';
}

function candidateFinder(entries: readonly IndexEntry[]): (post: OldPost) => Candidate[] {
  const byTitle = new Map<string, Set<IndexEntry>>();
  const byOriginal = new Map<string, Set<IndexEntry>>();
  const published = new Map(entries.map((entry) => [entry, Date.parse(entry.published)]));
  for (const entry of entries) {
    for (const title of [entry.title, entry.firstTitle]) add(byTitle, foldTitle(title), entry);
    if (entry.link !== undefined) add(byOriginal, canonicalLink(entry.link), entry);
    if (entry.guid !== undefined) add(byOriginal, entry.guid, entry);
  }
  return (post) => {
    const named = post.originals.flatMap((original) => [
      ...(byOriginal.get(canonicalLink(original)) ?? []),
      ...(byOriginal.get(original) ?? []),
    ]);
    if (named.length > 0)
      return named.map((entry) => ({
        entry,
        rank: isOfSource(post, entry) ? RANK.namedOfSource : RANK.named,
        isExact: true,
        distance: 0,
      }));
    const titles = [foldTitle(post.title), foldTitle(fileTitle(post.file))];
    const found = new Set(titles.flatMap((title) => [...(byTitle.get(title) ?? [])]));
    return withoutSurplus([...found].map((entry) => compareDates(post, entry, published.get(entry) ?? 0)));
  };
}

/** Articles of one title that a post is compared with: others may take the nearest. */
const MOST_CANDIDATES = 20;

/** Of a column that has one title every day the nearest, or one of another day, to tell that. */
function withoutSurplus(candidates: readonly Candidate[]): Candidate[] {
  const possible = candidates.filter(({ contradicts }) => contradicts === undefined);
  const ofOtherDay = candidates.find(({ contradicts }) => contradicts === 'date') ?? candidates[0];
  if (possible.length === 0 && ofOtherDay) return [ofOtherDay];
  const distanceOf = ({ distance }: Candidate) => distance ?? Number.MAX_SAFE_INTEGER;
  return possible.sort((a, b) => distanceOf(a) - distanceOf(b)).slice(0, MOST_CANDIDATES);
}

function compareDates(post: OldPost, entry: IndexEntry, published: number): Candidate {
  const { date } = post;
  const ofSource = isOfSource(post, entry);
  const rank = ofSource ? RANK.source : RANK.other;
  const candidate = { entry, rank, isExact: post.title === entry.title };
  if (date.kind === 'none' || entry.dateInferred) return candidate;
  const distance = Math.abs(date.time - published);
  if (!ofSource && date.kind === 'instant')
    return distance === 0 ? { ...candidate, distance } : { ...candidate, contradicts: 'source' };
  if (ofSource && distance <= (date.kind === 'instant' ? SAME_DATE_MS : ZONES_MS))
    return { ...candidate, distance };
  // some programs put the time of their run where an item has no date: the item is no newer than that
  const isPossible = date.kind === 'wall-clock' && published < date.time + ZONES_MS;
  return isPossible ? candidate : { ...candidate, contradicts: 'date' };
}

/** By category path, of which a level may be missing, or by the author, if that is the source's name. */
function isOfSource({ categories, author }: OldPost, entry: IndexEntry): boolean {
  const isPrefix = (short: readonly string[], long: readonly string[]) =>
    short.length > 0 && short.every((level, i) => level === long[i]);
  if (author !== undefined && (author === entry.source || author === entry.categories[1])) return true;
  return isPrefix(categories, entry.categories) || isPrefix(entry.categories, categories);
}

function reasonOf(
  candidates: readonly Candidate[],
  alike: readonly IndexEntry[],
  fileOf: ReadonlyMap<string, string>,
): string {
  const [first] = candidates;
  if (first === undefined) return 'no article has its title';
  if (alike.length > 1)
    return `${alike.length} articles have its title and its text, and no date tells them apart`;
  const taken = candidates.find(({ entry, contradicts }) => !contradicts && fileOf.has(entry.id));
  if (taken) return `its article has another file: ${fileOf.get(taken.entry.id)}`;
  if (candidates.some(({ contradicts }) => contradicts === undefined))
    return 'the article of its title has another text';
  const dated = candidates.find(({ contradicts }) => contradicts === 'date');
  return dated
    ? `the article of its title is of another day: ${dated.entry.published}`
    : `the article of its title is of another source: ${first.entry.source}`;
}

/** Letters and digits alone, or the whole title where it has none. */
function foldTitle(title: string): string {
  const plain = plainTitle(title);
  return fold(plain) || plain;
}

function fold(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
}

/** `a/b/Title.md` is called Title; Jekyll puts the day before. */
function fileTitle(file: string): string {
  return (file.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '').replace(/^\d{4}-\d{2}-\d{2}-/, '');
}

/** Whether two bodies are one text, by the share of pieces of five letters they have in common. */
function likenessOf(one: string, other: string): 'same' | 'other' | 'no text' {
  const [a, b] = [piecesOf(one), piecesOf(other)];
  if (a.size === 0 && b.size === 0) return 'no text';
  if (a.size === 0 || b.size === 0) return 'other';
  const common = [...a].filter((piece) => b.has(piece)).length;
  return common / Math.min(a.size, b.size) >= ALIKE ? 'same' : 'other';
}

const LETTERS_COMPARED = 5000;
const PIECE = 5;

function piecesOf(html: string): Set<string> {
  const text = fold(plainTitle(html.slice(0, 20 * LETTERS_COMPARED))).slice(0, LETTERS_COMPARED);
  if (text !== '' && text.length < PIECE) return new Set([text]);
  return new Set(
    Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, i) => text.slice(i, i + PIECE)),
  );
}

function add(map: Map<string, Set<IndexEntry>>, key: string, entry: IndexEntry): void {
  const found = map.get(key);
  if (found) found.add(entry);
  else map.set(key, new Set([entry]));
}
