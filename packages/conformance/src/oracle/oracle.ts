// The oracle: a whole batch by the formulas of SPEC.md in arbitrary precision. It shares no code with any
// implementation; its independence is its worth.

import type { Arithmetic, Exact } from './arithmetic.ts';
import { type ExactRow, sigmoidRow } from './sigmoid.ts';
import { softmaxRow } from './softmax.ts';

/** Version of SPEC.md that the oracle implements. */
export const SPEC_VERSION = '1.0';

/** What a vector's `source` calls the oracle. */
export const ORACLE = 'packages/conformance/src/oracle';

/** A valid batch; the oracle does not check its input. Rows are N, classes C. */
export interface OracleBatch {
  readonly form: 'sigmoid' | 'softmax';
  readonly rows: number;
  readonly classes: number;
  /** `[N, C]`, row-major; doubles, or decimals for differences finer than a double. */
  readonly logits: ArrayLike<number | Exact>;
  /** f `[C]`. */
  readonly frequencies: ArrayLike<number>;
  /** λ. */
  readonly threshold: number;
  readonly labels?: ArrayLike<number>;
  readonly targets?: ArrayLike<number>;
  readonly foreground?: ArrayLike<number>;
  readonly rowWeights?: ArrayLike<number>;
  /** A number, `[C]` or `[N, C]`. */
  readonly beta?: number | ArrayLike<number>;
  readonly reduction: string;
  readonly normalizer?: number;
}

/** Exact outputs; `loss` is undefined for reduction `none`. */
export interface OracleResult {
  readonly loss: Exact | undefined;
  readonly rowLosses: readonly Exact[];
  readonly gradient: readonly Exact[];
}

/** Loss, row losses and gradient of a batch. SPEC G1 to G5, R1 to R5. */
export function evaluate(math: Arithmetic, batch: OracleBatch): OracleResult {
  const { rows, classes } = batch;
  const threshold = math.exact(batch.threshold);
  const tail = Array.from(batch.frequencies, (frequency) => math.exact(frequency).lt(threshold));
  const divisor = divisorOf(math, batch);
  const zero = math.exact(0);
  const rowLosses: Exact[] = [];
  const gradient: Exact[] = [];
  for (let i = 0; i < rows; i++) {
    const weight = math.exact(batch.rowWeights?.[i] ?? 1);
    if (batch.labels?.[i] === -1 || weight.isZero()) {
      rowLosses.push(zero);
      for (let j = 0; j < classes; j++) gradient.push(zero);
      continue;
    }
    const row = evaluateRow(math, batch, i, tail);
    rowLosses.push(weight.times(row.loss));
    const scale = scaler(weight, divisor);
    for (const value of row.gradient) gradient.push(scale(value));
  }
  const sum = rowLosses.reduce((total, loss) => total.plus(loss), zero);
  return { loss: batch.reduction === 'none' ? undefined : sum.div(divisor), rowLosses, gradient };
}

function divisorOf(math: Arithmetic, batch: OracleBatch): Exact {
  if (batch.reduction !== 'mean') return math.exact(1);
  if (batch.normalizer !== undefined) return math.exact(batch.normalizer);
  const counted = batch.labels ? Array.from(batch.labels).filter((label) => label !== -1).length : batch.rows;
  // Nothing counted: the sum is 0, and so is the mean (R4).
  return math.exact(Math.max(counted, 1));
}

function evaluateRow(math: Arithmetic, batch: OracleBatch, i: number, tail: readonly boolean[]): ExactRow {
  const { classes } = batch;
  const columns = Array.from({ length: classes }, (_, j) => j);
  const logits = columns.map((j) => {
    const value = batch.logits[i * classes + j];
    return typeof value === 'number' ? math.exact(value) : value;
  });
  const label = batch.labels?.[i];
  const targets = columns.map((j) => math.exact(batch.targets ? batch.targets[i * classes + j] : Number(label === j)));
  if (batch.form === 'sigmoid') {
    const explicit = batch.foreground?.[i];
    const foreground = explicit === undefined ? targets.some((y) => !y.isZero()) : explicit === 1;
    return sigmoidRow(math, logits, targets, tail, foreground);
  }
  const { beta = 0 } = batch;
  const betas = columns.map((j) => {
    if (typeof beta === 'number') return math.exact(beta);
    return math.exact(beta[beta.length === classes ? j : i * classes + j]);
  });
  return softmaxRow(math, logits, targets, tail, betas);
}

function scaler(weight: Exact, divisor: Exact): (value: Exact) => Exact {
  if (weight.eq(1) && divisor.eq(1)) return (value) => value;
  const known = new Map<Exact, Exact>();
  return (value) => {
    let scaled = known.get(value);
    if (scaled === undefined) {
      scaled = (weight.eq(1) ? value : weight.times(value)).div(divisor);
      known.set(value, scaled);
    }
    return scaled;
  };
}
