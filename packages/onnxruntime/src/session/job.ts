// From a batch to a job: checked, labels and weights as the model wants them, nothing copied that is as large as the logits.

import {
  type Batch,
  type CheckedAnswers,
  type CheckedSigmoid,
  type CheckedSoftmax,
  checkDraws,
  checkSigmoid,
  checkSingle,
  checkSoftmax,
  type DrawnBeta,
  EqlError,
  type Form,
  type Gate,
  kindOf,
  MIXED,
  type Reduction,
  shapeOf,
  toSingle,
} from '@eqloss/core';
import type { BetaShape } from '../options.ts';
import type { LossBatch } from './types.ts';

/** A checked batch. Its fields say which model it needs; it can be sent to a worker. */
export interface Job {
  readonly rows: number;
  readonly classes: number;
  /** What the sum is divided by. SPEC R1, R2, R4. */
  readonly divisor: number;
  readonly logits: Float32Array;
  /** `[rows]`: a class, C for background, -1 for a row that is taken out. */
  readonly labels: Int32Array | undefined;
  /** `[rows * classes]`, the caller's own. */
  readonly targets: ArrayLike<number> | undefined;
  /** Only where some weight is neither 1 nor that of a row that is taken out by other means. */
  readonly rowWeights: Float32Array | undefined;
  /** Only where it says something else than labels or targets do. */
  readonly foreground: Uint8Array | undefined;
  /** Softmax only. */
  readonly beta: JobBeta | undefined;
}

/** β as the model wants it; `oneMinus` is 1 - β, formed in double (SPEC X1). */
export type JobBeta =
  | { readonly shape: 'scalar' | 'class'; readonly oneMinus: Float32Array }
  | { readonly shape: 'element'; readonly beta: ArrayLike<number> }
  | { readonly shape: 'drawn'; readonly beta: Uint8Array | DrawnBeta };

/** What a job needs of a model, beside what the session says. */
export interface Variant {
  readonly labels: 'index' | 'rows';
  readonly rowWeights: boolean;
  readonly foreground: boolean;
  readonly beta: BetaShape | undefined;
}

/**
 * Checks a batch.
 *
 * @param betaShape How β is wanted where it may be taken for several: of one row, β per class and per element look the
 * same, and those of 0 and 1 might be drawn.
 * @throws {EqlError} as `LossSession.run`
 */
export function jobOf(
  form: Form,
  gate: Gate,
  batch: LossBatch,
  reduction: Reduction | undefined,
  betaShape?: BetaShape,
): Job {
  if (typeof batch !== 'object' || batch === null) {
    throw new EqlError('UNSUPPORTED', `batch is ${batch}; wanted an object with logits and labels or targets.`);
  }
  const { logits, beta } = batch;
  if (kindOf(logits) !== 'Float32Array') {
    throw new EqlError('DTYPE', 'logits must be a Float32Array: the graph computes in single precision.');
  }
  const draws = form === 'softmax' && isDrawn(beta) ? beta : undefined;
  const inputs = (draws === undefined ? { ...batch, gate } : { ...batch, gate, beta: 0 }) as Batch;
  const shape = shapeOf(inputs);
  const checked = form === 'sigmoid' ? checkSigmoid(shape, inputs, reduction) : checkSoftmax(shape, inputs, reduction);
  const { rows, classes, divisor, targets } = checked;
  if (draws !== undefined) checkDrawn(draws, rows, classes);
  checkSingle(checked);
  return {
    rows,
    classes,
    divisor,
    logits: floatsOf(logits),
    targets: targets !== undefined && kindOf(targets) === 'Float32Array' ? normalFloats(checked) : targets,
    rowWeights: weightsOf(checked),
    foreground: checked.form === 'sigmoid' ? foregroundOf(checked) : undefined,
    beta: checked.form === 'softmax' ? betaOf(checked, draws, betaShape) : undefined,
    labels: labelsOf(checked),
  };
}

/** Which model a job needs: it has no input that the batch does not. */
export function variantOf({ labels, rowWeights, foreground, beta }: Job): Variant {
  return {
    labels: labels === undefined ? 'rows' : 'index',
    rowWeights: rowWeights !== undefined,
    foreground: foreground !== undefined,
    beta: beta?.shape,
  };
}

/** Core writes -1 for every row without a class; the model tells rows that are taken out from background. SPEC G5, R3. */
function labelsOf({ labels, rowWeights, classes }: CheckedSigmoid | CheckedSoftmax): Int32Array | undefined {
  // A copy already. A row whose weight is 0 is taken out like an ignored one: the divisor is known.
  return labels?.map((label, i) => (rowWeights[i] === 0 ? -1 : label === -1 ? classes : label));
}

function weightsOf(checked: CheckedSigmoid | CheckedSoftmax): Float32Array | undefined {
  const { form, labels, positives, rowWeights } = checked;
  // Rows of weight 0 that the model takes out by itself: by their label, or for want of a target (SPEC X3).
  const isOut = (i: number): boolean => labels !== undefined || (form === 'softmax' && positives[i] === -1);
  const wanted = rowWeights.some((weight, i) => weight !== 1 && !(weight === 0 && isOut(i)));
  return wanted ? toSingle(rowWeights) : undefined;
}

function foregroundOf({ labels, positives, rowWeights, foreground }: CheckedSigmoid): Uint8Array | undefined {
  const answers = labels ?? positives;
  const differs = foreground.some((e, i) => rowWeights[i] !== 0 && e !== (answers[i] === -1 ? 0 : 1));
  return differs ? foreground : undefined;
}

function betaOf(
  { rows, beta, perElement }: CheckedSoftmax,
  draws: DrawnBeta | undefined,
  wanted: BetaShape | undefined,
): JobBeta {
  if (draws !== undefined) return { shape: 'drawn', beta: draws };
  if (typeof beta === 'number') return { shape: 'scalar', oneMinus: Float32Array.of(1 - beta) };
  const mayBe = (shape: BetaShape): boolean => (rows === 1 ? (wanted ?? shape) === shape : perElement);
  if (kindOf(beta) === 'Uint8Array' && wanted !== 'element' && mayBe('drawn')) {
    const { buffer, byteOffset, length } = beta as Uint8Array;
    return { shape: 'drawn', beta: new Uint8Array(buffer, byteOffset, length) };
  }
  if (perElement || (wanted === 'element' && mayBe('element'))) return { shape: 'element', beta };
  return { shape: 'class', oneMinus: Float32Array.from({ length: beta.length }, (_, j) => 1 - beta[j]) };
}

function isDrawn(beta: unknown): beta is DrawnBeta {
  return typeof beta === 'object' && beta !== null && 'gamma' in beta;
}

/** @throws {EqlError} `BETA_RANGE`, `ROW_COUNT`; `UNSUPPORTED` for what would be ignored */
function checkDrawn(draws: DrawnBeta, rows: number, classes: number): void {
  const { gamma: _, seed: __, step: ___, rowOffset: ____, ...rest } = draws;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new EqlError('UNSUPPORTED', `field ${unknown} of beta is unknown; there are gamma, seed, step, rowOffset.`);
  }
  checkDraws({ ...draws, rows, classes });
}

/**
 * ONNX Runtime takes arrays of its own realm only; the memory stays the caller's.
 *
 * @throws {EqlError} `BUFFER`
 */
function floatsOf({ buffer, byteOffset, length }: Float32Array): Float32Array {
  try {
    return new Float32Array(buffer, byteOffset, length);
  } catch {
    throw new EqlError('BUFFER', 'the memory of logits or targets is detached: has it been transferred elsewhere?');
  }
}

/** The same targets, or a copy without subnormal ones, which not every device tells from 0. Where all are 0 or 1 none is. */
function normalFloats({ targets, positives, classes }: CheckedAnswers & { readonly classes: number }): Float32Array {
  const own = floatsOf(targets as Float32Array);
  const words = new Int32Array(own.buffer, own.byteOffset, own.length);
  for (let i = 0; i < positives!.length; i++) {
    if (positives![i] !== MIXED) continue;
    for (let k = i * classes; k < (i + 1) * classes; k++) {
      // The word of a positive subnormal number is in (0, 2^23); that of a negative number, -0, is below 0.
      if (words[k] > 0 && words[k] < 0x800000) return toSingle(own);
    }
  }
  return own;
}
