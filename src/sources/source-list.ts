import type { OwnProfiles } from '../posts/own-profile.ts';
import type { ViewEntries } from './view-entry.ts';

/** One source as its owner writes it down, in the sources file or in OPML. */
export interface SourceEntry {
  /** `http(s)://…`, or `rsshub://route`, which is asked of the configured RSSHub instances. */
  url: string;
  /** The owner's name for it; the feed's own title otherwise. */
  title?: string;
  /** Category path, outermost first. */
  categories: readonly string[];
  /** Minutes between polls that the owner wants, or a range in which the source's own rhythm decides. */
  poll?: number | PollRange;
  /** Whom posts name as author: the source (its name at level two of the path) or the item's own author. */
  author?: 'source' | 'item';
  /** Zone of dates that carry none, e.g. `Asia/Shanghai` or `+08:00`. */
  timezone?: string;
  /** Whether articles should be fetched whole from their pages. */
  fulltext?: boolean;
}

/** Minutes between polls: not less than the floor, not more than the ceiling. */
export interface PollRange {
  floor: number;
  ceiling: number;
}

/** A whole list of sources: what an import brings and an export writes. */
export interface SourceList {
  /** RSSHub instances in order of preference, without a trailing slash. */
  rsshub: readonly string[];
  sources: readonly SourceEntry[];
  /** The owner's profiles of posts; without them those there are stay. */
  profiles?: OwnProfiles;
  /** The owner's views; without them those there are stay. */
  views?: ViewEntries;
}

/** A list that was read, or everything that is wrong with it; a list with a problem is not imported in part. */
export type SourceListResult =
  | { kind: 'list'; list: SourceList }
  | { kind: 'invalid'; problems: readonly ListProblem[] };

export interface ListProblem {
  /** Line in the file, from 1. */
  line: number;
  /** What is wrong and what to write instead. */
  message: string;
}
