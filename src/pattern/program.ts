import type { CharacterSet } from './character-set.ts';
import { PatternMistake } from './parse-pattern.ts';
import type { Assertion, PatternNode } from './pattern-tree.ts';

/** One step of a nondeterministic automaton (Thompson 1968). Targets are places in the program. */
export type Instruction =
  | { kind: 'character'; set: number; next: number }
  | { kind: 'assertion'; assertion: Assertion; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'match' };

export interface Program {
  instructions: readonly Instruction[];
  start: number;
  /** The distinct character sets that instructions name by their place here. */
  sets: readonly CharacterSet[];
  hasAssertions: boolean;
}

/** Enough for a few hundred words or a repetition of a thousand; the cost of one character is at most this. */
const MAX_INSTRUCTIONS = 2000;

/**
 * An expression as a program; repetitions are written out.
 * @throws PatternMistake when it grows too large.
 */
export function compileTree(tree: PatternNode): Program {
  const compiler = new Compiler();
  const match = compiler.add({ kind: 'match' });
  const start = compiler.compile(tree, match);
  const { instructions, sets } = compiler;
  return { instructions, start, sets, hasAssertions: instructions.some(({ kind }) => kind === 'assertion') };
}

/** Builds from the end to the beginning: what comes next is there already when an instruction is made. */
class Compiler {
  readonly instructions: Instruction[] = [];
  readonly sets: CharacterSet[] = [];
  readonly #setPlaces = new Map<string, number>();

  add(instruction: Instruction): number {
    if (this.instructions.length >= MAX_INSTRUCTIONS) {
      throw new PatternMistake('the expression is too large; take smaller repetitions or fewer words', 1);
    }
    return this.instructions.push(instruction) - 1;
  }

  /** The place where `node` begins when `next` is what follows it. */
  compile(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'characters':
        return this.add({ kind: 'character', set: this.#placeOf(node.set), next });
      case 'assertion':
        return this.add({ kind: 'assertion', assertion: node.assertion, next });
      case 'sequence':
        return node.items.reduceRight((after, item) => this.compile(item, after), next);
      case 'choice':
        return node.items
          .map((item) => this.compile(item, next))
          .reduce((one, other) => this.add({ kind: 'split', next: one, other }));
      case 'repeat':
        return this.#repeat(node.item, node.min, node.max, next);
    }
  }

  #repeat(item: PatternNode, min: number, max: number, next: number): number {
    let place = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = { kind: 'split' as const, next, other: next };
      place = this.add(loop);
      loop.next = this.compile(item, place);
    } else {
      for (let i = min; i < max; i++) {
        place = this.add({ kind: 'split', next: this.compile(item, place), other: next });
      }
    }
    for (let i = 0; i < min; i++) place = this.compile(item, place);
    return place;
  }

  #placeOf(set: CharacterSet): number {
    let place = this.#setPlaces.get(set.key);
    if (place === undefined) {
      place = this.sets.push(set) - 1;
      this.#setPlaces.set(set.key, place);
    }
    return place;
  }
}
