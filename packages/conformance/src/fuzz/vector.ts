// A batch as a vector: with the oracle's answer, in a file of its own that passes schema and linter.

import type { Form, VectorFile } from '../format.ts';
import { lintFile } from '../lint.ts';
import { type Arithmetic, createArithmetic } from '../oracle/arithmetic.ts';
import { buildTest, type Case } from '../oracle/case.ts';
import { ORACLE, SPEC_VERSION } from '../oracle/oracle.ts';
import { refusalsOf } from '../oracle/refusal.ts';
import { tolerancesOf } from '../oracle/tolerances.ts';
import { fitTest } from '../requirements.ts';
import { DRAWN } from '../results.ts';
import { listTests, type SuiteFile, type SuiteTest } from '../suite.ts';
import type { Supports } from '../target.ts';
import { type Batch, drawBatch } from './draw.ts';
import { clausesOf } from './roles.ts';

/** A batch that can be put to a target. */
export interface Vector {
  /** What `--vectors` takes. */
  readonly file: VectorFile;
  /** Its only test. */
  readonly entry: SuiteTest;
}

/**
 * Asks the oracle and writes the vector.
 *
 * @param seed What the batch was drawn with.
 * @returns Undefined for what is no vector: another code than `given.error` fits as well or instead, the linter refuses
 *   it (a result that an engine may flush to 0), or the target does not claim what it needs.
 */
export function vectorOf(
  math: Arithmetic,
  { form, given }: Batch,
  supports: Supports,
  seed: number,
): Vector | undefined {
  const codes = refusalsOf(form, given);
  if (codes.length > 1 || codes[0] !== given.error) return undefined;
  const file = vectorFile(math, form, given, seed);
  const [entry] = listTests([{ path: given.id, file }]);
  if (lintFile(file).length > 0 || 'missing' in fitTest(entry.test, form, supports)) return undefined;
  return { file, entry };
}

/**
 * Draws the batch `fuzz-SEED-N` as a vector; what is no vector for these claims is drawn again.
 *
 * @param n From 1.
 * @returns Undefined when the claims leave no batch at all.
 */
export function drawVector(
  math: Arithmetic,
  supports: Supports,
  seed: number,
  n: number,
): { readonly batch: Batch; readonly vector: Vector } | undefined {
  const id = `${DRAWN}${seed}-${n}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { form, given } = drawBatch(seed, attempt === 0 ? id : `${id} ${attempt}`, supports);
    const batch = { form, given: { ...given, id } };
    const vector = vectorOf(math, batch, supports, seed);
    if (vector) return { batch, vector };
  }
  return undefined;
}

/**
 * The drawn batches 1 to `count` of a seed, as suite files: to judge many targets that claim the same by the same
 * batches, or to keep them.
 *
 * @param seed An integer in [0, 2^32).
 */
export function drawnFiles(
  supports: Supports,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly SuiteFile[] {
  const oracle = forgetfulArithmetic();
  return Array.from({ length: count }, (_, n) => drawVector(oracle(), supports, seed, n + 1)).flatMap((drawn) =>
    drawn ? [{ path: drawn.batch.given.id, file: drawn.vector.file }] : [],
  );
}

/** Makes the oracle's arithmetic, and makes it anew now and then: it remembers what it computed, and memory has an end. */
export function forgetfulArithmetic(): () => Arithmetic {
  let used = 0;
  let math = createArithmetic();
  return () => {
    if (++used % FORGET_AFTER === 0) math = createArithmetic();
    return math;
  };
}

const ATTEMPTS = 300;
const FORGET_AFTER = 200;

function vectorFile(math: Arithmetic, form: Form, given: Case, seed: number): VectorFile {
  const catches = 'Whatever the batches of a suite leave out: this one was drawn.';
  // The vectors of the suite have their form in front; a drawn one is found by its own id.
  const test = { ...buildTest(math, form, given), id: given.id };
  return {
    $schema: 'https://eqloss.github.io/schema/vectors-1.json',
    spec: SPEC_VERSION,
    form,
    notes: { drawn: { catches, clauses: clausesOf(form, given) } },
    groups: [
      {
        name: 'drawn',
        source: { oracle: ORACLE, version: SPEC_VERSION, digits: math.digits, seed },
        tolerances: tolerancesOf([given]),
        tests: [test],
      },
    ],
  };
}
