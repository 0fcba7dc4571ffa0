import type { Assertion } from './pattern-tree.ts';
import type { Program } from './program.ts';

/** Work that may still be done, in places of programs looked at; several matchers may share one. */
export interface WorkBudget {
  left: number;
}

/** What stands on one side of a place in the text, as far as assertions tell it apart. */
type Side = 'edge' | 'line-feed' | 'word' | 'other';

/** Characters that no set of the program and no assertion tells apart. */
interface CharacterKind {
  side: Side;
  /** Places of the sets that have them. */
  sets: ReadonlySet<number>;
  number: number;
}

/** Where all ways through the program stand between two characters. */
interface State {
  /** Places in the program, ascending, before assertions are looked at. */
  places: readonly number[];
  before: Side;
  /** What a character leads to, by the number of its kind. */
  next: (State | typeof MATCHED | undefined)[];
}

const MATCHED = 'matched';

/** States kept; when there are more, all are forgotten and made again as they are needed. */
const MAX_STATES = 1000;

/**
 * Tells whether a program matches anywhere in a text, in time proportional to the text: the automaton is made
 * deterministic as far as texts need it (Cox, "Regular Expression Matching in the Wild", 2010).
 */
export class Matcher {
  readonly #program: Program;
  readonly #kinds = new Map<string, CharacterKind>();
  readonly #kindOfCodePoint = new Map<number, CharacterKind>();
  #states = new Map<string, State>();
  /** For each place, the round in which it was last reached. */
  readonly #reached: Uint32Array;
  #round = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#reached = new Uint32Array(program.instructions.length);
  }

  /** Whether it matches; undefined when the budget is used up before that is known. */
  matches(text: string, budget: WorkBudget): boolean | undefined {
    let state = this.#stateOf([], 'edge');
    for (let i = 0; i < text.length; ) {
      const codePoint = text.codePointAt(i) ?? 0;
      i += codePoint > 0xffff ? 2 : 1;
      const kind = this.#kindOfCodePoint.get(codePoint) ?? this.#newCodePoint(codePoint);
      let next = state.next[kind.number];
      if (next === undefined) {
        next = this.#step(state, kind, budget);
        state.next[kind.number] = next;
        if (budget.left < 0) return undefined;
      }
      if (next === MATCHED) return true;
      state = next;
    }
    return this.#waysOn(state, 'edge', budget) === MATCHED;
  }

  #step(state: State, kind: CharacterKind, budget: WorkBudget): State | typeof MATCHED {
    const ways = this.#waysOn(state, kind.side, budget);
    if (ways === MATCHED) return MATCHED;
    return this.#stateOf(
      ways.filter(({ set }) => kind.sets.has(set)).map(({ next }) => next),
      kind.side,
    );
  }

  /**
   * The characters that may come next, when `after` is what comes; or that it has matched. A match may begin at every
   * place, so the start of the program is always among them.
   */
  #waysOn(state: State, after: Side, budget: WorkBudget): { set: number; next: number }[] | typeof MATCHED {
    const { instructions, start } = this.#program;
    const round = ++this.#round;
    const ways: { set: number; next: number }[] = [];
    const open = [start, ...state.places];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#reached[place] === round) continue;
      this.#reached[place] = round;
      budget.left--;
      const instruction = instructions[place];
      switch (instruction?.kind) {
        case 'match':
          return MATCHED;
        case 'character':
          ways.push(instruction);
          break;
        case 'split':
          open.push(instruction.other, instruction.next);
          break;
        case 'assertion':
          if (holds(instruction.assertion, state.before, after)) open.push(instruction.next);
          break;
      }
    }
    return ways;
  }

  #stateOf(reached: readonly number[], side: Side): State {
    const places = [...new Set(reached)].sort((a, b) => a - b);
    const before = this.#program.hasAssertions ? side : 'other';
    const key = `${before} ${places.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= MAX_STATES) this.#states = new Map();
    const state: State = { places, before, next: [] };
    this.#states.set(key, state);
    return state;
  }

  #newCodePoint(codePoint: number): CharacterKind {
    const character = String.fromCodePoint(codePoint);
    const sets = this.#program.sets.flatMap((set, place) => (set.has(character) ? place : []));
    const side = this.#program.hasAssertions ? sideOf(character) : 'other';
    const key = `${side} ${sets.join()}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = { side, sets: new Set(sets), number: this.#kinds.size };
      this.#kinds.set(key, kind);
    }
    this.#kindOfCodePoint.set(codePoint, kind);
    return kind;
  }
}

function sideOf(character: string): Side {
  if (character === '\n') return 'line-feed';
  return /^[0-9A-Za-z_]$/.test(character) ? 'word' : 'other';
}

function holds(assertion: Assertion, before: Side, after: Side): boolean {
  switch (assertion) {
    case 'start-of-text':
      return before === 'edge';
    case 'end-of-text':
      return after === 'edge';
    case 'start-of-line':
      return before === 'edge' || before === 'line-feed';
    case 'end-of-line':
      return after === 'edge' || after === 'line-feed';
    case 'word-boundary':
      return (before === 'word') !== (after === 'word');
    case 'no-word-boundary':
      return (before === 'word') === (after === 'word');
  }
}
