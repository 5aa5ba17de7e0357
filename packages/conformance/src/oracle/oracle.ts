// The oracle: a whole batch by the formulas of SPEC.md in arbitrary precision. It shares no code with any
// implementation; its independence is its worth.

import type { Arithmetic, Exact } from './arithmetic.ts';
import { type SigmoidRow, sigmoidRow } from './sigmoid.ts';
import { type SoftmaxRow, softmaxRow } from './softmax.ts';

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
  /** The steps that led there. */
  readonly steps: OracleSteps;
}

/** What {@link evaluate} went through. */
interface OracleSteps {
  /** T `[C]`. */
  readonly tail: readonly boolean[];
  /** What the sum of the row losses, and each gradient, was divided by. */
  readonly divisor: Exact;
  readonly rows: readonly OracleRow[];
}

/** One row: taken out by its label or by its weight, or evaluated. */
type OracleRow = { readonly out: 'ignored' | 'weight 0' } | EvaluatedRow;

/** A row that was evaluated. */
export interface EvaluatedRow {
  readonly weight: Exact;
  readonly logits: readonly Exact[];
  readonly targets: readonly Exact[];
  /** Before its weight and the divisor; in the sigmoid form with E, in the softmax form with β. */
  readonly row:
    | ({ readonly form: 'sigmoid'; readonly foreground: boolean } & SigmoidRow)
    | ({ readonly form: 'softmax'; readonly betas: readonly Exact[] } & SoftmaxRow);
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
  const steps: OracleRow[] = [];
  for (let i = 0; i < rows; i++) {
    const weight = math.exact(batch.rowWeights?.[i] ?? 1);
    if (batch.labels?.[i] === -1 || weight.isZero()) {
      rowLosses.push(zero);
      steps.push({ out: batch.labels?.[i] === -1 ? 'ignored' : 'weight 0' });
      for (let j = 0; j < classes; j++) gradient.push(zero);
      continue;
    }
    const step = evaluateRow(math, batch, i, tail, weight);
    steps.push(step);
    rowLosses.push(weight.times(step.row.loss));
    const scale = scaler(weight, divisor);
    for (const value of step.row.gradient) gradient.push(scale(value));
  }
  const sum = rowLosses.reduce((total, loss) => total.plus(loss), zero);
  const loss = batch.reduction === 'none' ? undefined : sum.div(divisor);
  return { loss, rowLosses, gradient, steps: { tail, divisor, rows: steps } };
}

function divisorOf(math: Arithmetic, batch: OracleBatch): Exact {
  if (batch.reduction !== 'mean') return math.exact(1);
  if (batch.normalizer !== undefined) return math.exact(batch.normalizer);
  const counted = batch.labels ? Array.from(batch.labels).filter((label) => label !== -1).length : batch.rows;
  // Nothing counted: the sum is 0, and so is the mean (R4).
  return math.exact(Math.max(counted, 1));
}

function evaluateRow(
  math: Arithmetic,
  batch: OracleBatch,
  i: number,
  tail: readonly boolean[],
  weight: Exact,
): EvaluatedRow {
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
    const row = sigmoidRow(math, logits, targets, tail, foreground);
    return { weight, logits, targets, row: { form: 'sigmoid', foreground, ...row } };
  }
  const { beta = 0 } = batch;
  const betas = columns.map((j) => {
    if (typeof beta === 'number') return math.exact(beta);
    return math.exact(beta[beta.length === classes ? j : i * classes + j]);
  });
  const row = softmaxRow(math, logits, targets, tail, betas);
  return { weight, logits, targets, row: { form: 'softmax', betas, ...row } };
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
