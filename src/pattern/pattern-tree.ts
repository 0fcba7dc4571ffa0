import type { CharacterSet } from './character-set.ts';

/** A regular expression, read. Only whether it matches is asked for: groups and greed leave no trace in it. */
export type PatternNode =
  | { kind: 'characters'; set: CharacterSet }
  | { kind: 'assertion'; assertion: Assertion }
  | { kind: 'sequence'; items: readonly PatternNode[] }
  | { kind: 'choice'; items: readonly PatternNode[] }
  | { kind: 'repeat'; item: PatternNode; min: number; max: number };

/** What must be so between two characters. */
export type Assertion =
  | 'start-of-text'
  | 'end-of-text'
  | 'start-of-line'
  | 'end-of-line'
  | 'word-boundary'
  | 'no-word-boundary';
