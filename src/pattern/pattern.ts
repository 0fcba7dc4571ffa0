import { Matcher, type WorkBudget } from './matcher.ts';
import { PatternMistake, parsePattern } from './parse-pattern.ts';
import { compileTree } from './program.ts';

/** A regular expression that is safe to take from strangers. */
export interface Pattern {
  /** Whether it matches anywhere in the text; undefined when the budget is used up before that is known. */
  matches: (text: string, budget: WorkBudget) => boolean | undefined;
}

/** A pattern, or a sentence that says what is wrong with the expression, where, and what to write. */
export type PatternResult = { kind: 'pattern'; pattern: Pattern } | { kind: 'wrong'; message: string };

/** In characters. */
const MAX_LENGTH = 1000;

/**
 * A regular expression with RE2's syntax and meaning. It matches in time proportional to the text, whatever the
 * expression, so it has neither look-around nor back-references.
 */
export function compilePattern(source: string, options: { ignoreCase?: boolean } = {}): PatternResult {
  if (source.length > MAX_LENGTH) {
    return { kind: 'wrong', message: `it is longer than ${MAX_LENGTH} characters; make it shorter` };
  }
  try {
    const tree = parsePattern(source, { ignoreCase: options.ignoreCase ?? false });
    return { kind: 'pattern', pattern: new Matcher(compileTree(tree)) };
  } catch (error) {
    if (!(error instanceof PatternMistake)) throw error;
    return { kind: 'wrong', message: `at character ${error.at}: ${error.message}` };
  }
}
