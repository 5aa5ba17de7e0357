// One row of the sigmoid form, straight from SPEC S1 to S3, N1 and N2.

import type { Arithmetic, Exact } from './arithmetic.ts';

/** What one row costs, and the gradient of that with respect to its logits. */
export interface ExactRow {
  readonly loss: Exact;
  readonly gradient: readonly Exact[];
}

/** A row of the sigmoid form with the steps that led there. */
export interface SigmoidRow extends ExactRow {
  /** w. */
  readonly weights: readonly Exact[];
  /** Loss and slope of each element before its weight; undefined where the weight is 0. */
  readonly elements: readonly (SigmoidElement | undefined)[];
}

/** One element before its weight: `softplus(z) - y z` and `σ(z) - y`. */
interface SigmoidElement {
  readonly loss: Exact;
  readonly gradient: Exact;
}

/**
 * `Σ_j w_j (softplus(z_j) - y_j z_j)` and `w_j (σ(z_j) - y_j)` with `w_j = 1 - E T_j (1 - y_j)`.
 *
 * @param logits z of the row; NaN and ±Infinity allowed.
 * @param targets y of the row, in [0, 1].
 * @param tail T.
 * @param foreground E of the row.
 */
export function sigmoidRow(
  math: Arithmetic,
  logits: readonly Exact[],
  targets: readonly Exact[],
  tail: readonly boolean[],
  foreground: boolean,
): SigmoidRow {
  const one = math.exact(1);
  const zero = math.exact(0);
  let loss = zero;
  const weights = targets.map((y, j) => (foreground && tail[j] ? y : one));
  const elements = logits.map((z, j) => (weights[j].isZero() ? undefined : sigmoidElement(math, z, targets[j])));
  const gradient = elements.map((element, j) => {
    if (element === undefined) return zero;
    const weight = weights[j];
    loss = loss.plus(weight.eq(1) ? element.loss : weight.times(element.loss));
    return weight.eq(1) ? element.gradient : weight.times(element.gradient);
  });
  return { loss, gradient, weights, elements };
}

function sigmoidElement(math: Arithmetic, z: Exact, y: Exact): SigmoidElement {
  const nan = math.exact(Number.NaN);
  if (z.isNaN()) return { loss: nan, gradient: nan };
  if (!z.isFinite()) {
    // The limits: σ is 1 or 0; the cost is 0 where the target agrees entirely and infinite otherwise.
    const side = math.exact(z.isPositive() ? 1 : 0);
    return { loss: math.exact(side.eq(y) ? 0 : Number.POSITIVE_INFINITY), gradient: side.minus(y) };
  }
  // softplus(z) - z = softplus(-z) and σ(z) - 1 = -σ(-z) keep all digits of a small result.
  if (y.eq(1)) {
    const minus = math.negate(z);
    return { loss: math.softplus(minus), gradient: math.negate(math.sigmoid(minus)) };
  }
  if (y.isZero()) return { loss: math.softplus(z), gradient: math.sigmoid(z) };
  return { loss: math.softplus(z).minus(y.times(z)), gradient: math.sigmoid(z).minus(y) };
}
