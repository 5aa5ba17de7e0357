// One wrong loss: a package of ours with one text changed, which breaks one rule of the spec.

/** One change of a package's source. */
export interface Mutant {
  /** What is wrong with it, in words. Unique. */
  readonly name: string;
  /** The clause or error code that it breaks. */
  readonly clause: string;
  /** Default `core`. */
  readonly package?: 'wasm';
  /** File in the package's `src`. */
  readonly file: string;
  /** Text that stands exactly once in that file. */
  readonly find: string;
  readonly replace: string;
  /** Which path of core is judged. Default `double`. */
  readonly precision?: 'single';
  /** The generator is judged, by the draws that vectors tell of. */
  readonly draws?: true;
}

/** The clause, the name, the file in core and the change. */
export type Change = readonly [clause: string, name: string, file: string, find: string, replace: string];

/** A mutant that core's double path is judged by. */
export function mutant(...[clause, name, file, find, replace]: Change): Mutant {
  return { name, clause, file, find, replace };
}

/** A mutant that core's single path is judged by. */
export function inSingle(...[clause, name, ...change]: Change): Mutant {
  return { ...mutant(clause, `${name} (single)`, ...change), precision: 'single' };
}

/** A mutant of the draws. */
export function ofDraws(...change: Change): Mutant {
  return { ...mutant(...change), draws: true };
}
