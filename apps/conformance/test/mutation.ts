// Which vectors, and which drawn batches, tell a mutant from the right loss.

import { basename } from 'node:path';
import {
  type DecodedTest,
  decodeTensor,
  drawnFiles,
  isFailure,
  listTests,
  loadVectors,
  runSuite,
  type SuiteFile,
  type Supports,
  type Target,
} from '@eqloss/conformance';
import type * as core from '@eqloss/core';
import { createTarget } from '../src/targets/core.ts';
import type { Mutant } from './mutant.ts';
import { createMutator } from './mutated.ts';

/** A vector that tells a mutant. */
export interface Killer {
  readonly id: string;
  /** Logits. */
  readonly size: number;
  /** The vector's file, without its ending. */
  readonly file: string;
}

/** What became of a mutant. */
export interface Judgement {
  /** In the order of the files. */
  readonly killers: readonly Killer[];
  /** How many of {@link DRAWN} batches tell it; undefined for a generator, which batches do not call. */
  readonly drawn?: number;
}

/** Judges mutants. */
export interface Laboratory {
  /** Every vector that a mutant is judged by. */
  readonly vectors: readonly Killer[];
  /** Judged once, however often it is asked for. */
  judge(mutant: Mutant): Promise<Judgement>;
  /** What a right target fails: nothing. */
  failures(target: Target): Promise<readonly string[]>;
  close(): void;
}

/** Small vectors only: a rule that only a large batch proves would be hard to learn from. In logits. */
export const LARGEST = 2000;

/** Batches that are drawn for each set of claims, and what with. */
export const DRAWN = { count: 200, seed: 1 } as const;

/** Reads the vectors and gets ready to change the packages. */
export async function openLaboratory(): Promise<Laboratory> {
  const files = smallOnly(await loadVectors());
  const vectors = listKillers(files);
  const mutator = createMutator();
  const right = await createTarget();
  const draws = rememberByClaims((supports) => drawnFiles(supports, DRAWN));
  const judged = new Map<Mutant, Promise<Judgement>>();

  /** The smoke test is answered for the target: only a vector counts. */
  const failuresIn = async (suite: readonly SuiteFile[], target: Target): Promise<string[]> => {
    const run: Target['run'] = (each: DecodedTest) => (each.id.startsWith('smoke-') ? right : target).run(each);
    const { results } = await runSuite({ ...target, run }, suite);
    return results.filter(isFailure).map(({ id }) => id);
  };
  const pick = (ids: readonly string[]) => {
    const wanted = new Set(ids);
    return vectors.filter(({ id }) => wanted.has(id));
  };
  const judge = async (mutant: Mutant): Promise<Judgement> => {
    if (mutant.draws) return { killers: pick(wrongDraws(files, await mutator.drawBeta(mutant))) };
    const target = await mutator.target(mutant);
    const killers = pick(await failuresIn(files, target));
    return { killers, drawn: (await failuresIn(draws(target.supports), target)).length };
  };
  return {
    vectors,
    judge(mutant) {
      const known = judged.get(mutant) ?? judge(mutant);
      judged.set(mutant, known);
      return known;
    },
    failures: async (target) => [
      ...(await failuresIn(files, target)),
      ...(await failuresIn(draws(target.supports), target)),
    ],
    close: () => mutator.clean(),
  };
}

function smallOnly(files: readonly SuiteFile[]): readonly SuiteFile[] {
  return files.map(({ path, file }) => ({
    path,
    file: {
      ...file,
      groups: file.groups.map((group) => ({
        ...group,
        tests: group.tests.filter(({ inputs }) => sizeOf(inputs.logits.shape) <= LARGEST),
      })),
    },
  }));
}

function listKillers(files: readonly SuiteFile[]): readonly Killer[] {
  return files.flatMap((file) =>
    listTests([file]).map(({ test }) => ({
      id: test.id,
      size: sizeOf(test.inputs.logits.shape),
      file: basename(file.path, '.json'),
    })),
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

/** The vectors that say how their β was drawn, where the generator draws another. SPEC X5, P1. */
function wrongDraws(files: readonly SuiteFile[], drawBeta: typeof core.drawBeta): readonly string[] {
  return listTests(files)
    .filter(({ test: { inputs } }) => {
      if (!inputs.draw || !inputs.beta) return false;
      const [rows, classes] = inputs.logits.shape;
      const wanted = decodeTensor(inputs.beta).data;
      return drawBeta({ rows, classes, ...inputs.draw }).some((beta, at) => beta !== wanted[at]);
    })
    .map(({ test }) => test.id);
}

/** The oracle is slow beside a mutant: it is asked once for all mutants that claim the same. */
function rememberByClaims<T>(make: (supports: Supports) => T): (supports: Supports) => T {
  const known = new Map<string, T>();
  return (supports) => {
    const name = JSON.stringify(supports);
    const value = known.get(name) ?? make(supports);
    known.set(name, value);
    return value;
  };
}
