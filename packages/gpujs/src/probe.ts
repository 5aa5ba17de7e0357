// A question whose answer is known, put to every set of kernels before it is trusted: engines and drivers fail silently.

import type { Batch, CheckedSigmoid, CheckedSoftmax, Gate } from '@eqloss/core';
import type { Mode } from './gpu.ts';
import { givenLogits } from './logits.ts';
import type { FormPlan, Kind, Stage } from './suite.ts';
import { free, read } from './texture.ts';
import { unsupported } from './unsupported.ts';

// SPEC N4, single precision.
const TOLERANCE = 2e-6;

/** What a question found out. */
export interface Verdict {
  /** Whether NaN and infinities come out as SPEC N2 says: a compiler of shaders may assume that there are none. */
  readonly keepsNonFinite: boolean;
}

/**
 * Runs a small batch through the kernels and compares row losses and gradient with core's; then the same with NaN and infinities.
 *
 * @param rows The most rows that the kernels take. @param stage Theirs; idle again afterwards. @param mode That runs them.
 * @throws {EqlError} `UNSUPPORTED` when finite results differ by more than 2e-6 max(1, |exact|)
 */
export async function checkSuite<P extends CheckedSigmoid | CheckedSoftmax>(
  plan: FormPlan<P>,
  gate: Gate,
  kind: Kind,
  rows: number,
  stage: Stage<P>,
  mode: () => Mode,
): Promise<Verdict> {
  const question = questionOf(plan, gate, kind, rows);
  const wrong = await answerTo(plan, question, stage);
  if (wrong !== undefined) {
    throw unsupported(`gpu.js in mode ${mode()} computes wrongly here: ${wrong} of a known batch; try another mode.`);
  }
  let keepsNonFinite = true;
  for (const special of [Number.NaN, Infinity, -Infinity]) {
    keepsNonFinite &&= (await answerTo(plan, withSpecial(question, special), stage)) === undefined;
  }
  return { keepsNonFinite };
}

type Question = Batch & { readonly logits: Float32Array; readonly shape: readonly [number, number] };

function questionOf<P extends CheckedSigmoid | CheckedSoftmax>(
  { form }: FormPlan<P>,
  gate: Gate,
  { answers, weights, shifts }: Kind,
  most: number,
): Question {
  const { classes } = gate;
  const rows = Math.min(most, Math.max(3, Math.ceil(96 / classes)));
  // -41 to 41 in no order, beyond where single precision loses 1 + e^-|z|; in every other row -5 to 5, where the sums
  // are small and their errors show.
  const logits = Float32Array.from({ length: rows * classes }, (_, k) => {
    const z = ((k * 29) % 83) - 41 + (k % 7) / 16;
    return Math.floor(k / classes) % 2 === 0 ? z / 8 : z;
  });
  const labels = Array.from({ length: rows }, (_, i) => labelOf(i, classes));
  const targets = Float64Array.from(logits, (_, k) => (k % classes === labels[Math.floor(k / classes)] ? 0.75 : 0));
  const beta = shifts ? 1 - 2 ** -40 : 0.5;
  return {
    gate,
    logits,
    shape: [rows, classes],
    ...(answers === 'index' ? { labels } : { targets }),
    ...(form === 'softmax' && { beta: weights === 'class' ? beta : new Float64Array(rows * classes).fill(beta) }),
  };
}

/** A special value at the label of every other row, which no gate leaves out, and beside it in the others. */
function withSpecial(question: Question, special: number): Question {
  const [rows, classes] = question.shape;
  const logits = question.logits.slice();
  for (let i = 0; i < rows; i++) logits[i * classes + ((labelOf(i, classes) + (i % 2)) % classes)] = special;
  return { ...question, logits };
}

function labelOf(row: number, classes: number): number {
  return (row * 5) % classes;
}

/** What is wrong with the answer, if anything is. */
async function answerTo<P extends CheckedSigmoid | CheckedSoftmax>(
  plan: FormPlan<P>,
  question: Question,
  stage: Stage<P>,
): Promise<string | undefined> {
  const { logits, shape, ...inputs } = question;
  stage.fill(plan.check(shape, inputs, 'sum'), givenLogits(logits));
  const outputs = await stage.launch();
  try {
    const exact = plan.reference(question, { reduction: 'sum' });
    return (
      difference('row loss', await read(outputs.rowLosses, shape[0]), exact.rowLosses) ??
      difference('gradient', await read(outputs.gradient, logits.length), exact.gradient)
    );
  } finally {
    free(outputs.rowLosses, outputs.gradient);
  }
}

function difference(what: string, actual: ArrayLike<number>, exact: ArrayLike<number>): string | undefined {
  for (let k = 0; k < exact.length; k++) {
    const [a, e] = [actual[k], exact[k]];
    // The signs of zeros are not looked at; NaN and infinities are near to nothing.
    if (Object.is(a, e) || (Number.isFinite(e) && Math.abs(a - e) <= TOLERANCE * Math.max(1, Math.abs(e)))) continue;
    return `${what} ${k} is ${actual[k]}, exact ${exact[k]}`;
  }
  return undefined;
}
