// One row of the softmax form, straight from SPEC X1 to X4, N1 and N2. The exponents of decimals reach to 9e15, so no
// maximum is subtracted, D is the plain sum; except in rows whose logits lie beyond that, up to the largest of a float.

import type { Arithmetic, Exact } from './arithmetic.ts';
import type { ExactRow } from './sigmoid.ts';

/** A row of the softmax form with the steps that led there. */
export interface SoftmaxRow extends ExactRow {
  /** w; empty for a row without any target above 0, which needs none. */
  readonly weights: readonly Exact[];
  /** Σ_j y_j. */
  readonly mass: Exact;
  /** Undefined where the row is NaN or costs nothing whatever it holds. */
  readonly sum?: {
    /** What was taken from each logit before its exponential: 0, or the largest included logit. */
    readonly shift: Exact;
    /** `w e^(z - shift)`. */
    readonly terms: readonly Exact[];
    /** Of all terms: `D e^-shift`. */
    readonly total: Exact;
  };
}

/**
 * `-Σ_{y_j > 0} y_j (z_j - ln D)` and `(Σ_j y_j) w_k e^(z_k) / D - y_k`
 * with `w_k = 1 - β_k T_k (1 - y_k)` and `D = Σ_{w_k > 0} w_k e^(z_k)`.
 *
 * @param logits z of the row; NaN and ±Infinity allowed.
 * @param targets y of the row, in [0, 1].
 * @param tail T.
 * @param beta β of the row, in [0, 1].
 */
export function softmaxRow(
  math: Arithmetic,
  logits: readonly Exact[],
  targets: readonly Exact[],
  tail: readonly boolean[],
  beta: readonly Exact[],
): SoftmaxRow {
  const one = math.exact(1);
  const zero = math.exact(0);
  const mass = targets.reduce((sum, y) => (y.isZero() ? sum : sum.plus(y)), zero);
  if (mass.isZero()) return { loss: zero, gradient: logits.map(() => zero), weights: [], mass };

  const weights = logits.map((_, k) => {
    if (!tail[k] || beta[k].isZero()) return one;
    const negative = one.minus(beta[k]);
    // 1 - β (1 - y) otherwise: 80 digits make 1 of 1 - y for the smallest targets.
    return targets[k].isZero() ? negative : negative.plus(beta[k].times(targets[k]));
  });
  const included = logits.filter((_, k) => !weights[k].isZero());
  const undefinedRow = included.some((z) => z.isNaN() || (!z.isFinite() && z.isPositive()));
  if (undefinedRow || included.every((z) => !z.isFinite())) {
    const nan = math.exact(Number.NaN);
    return { loss: nan, gradient: weights.map((weight) => (weight.isZero() ? zero : nan)), weights, mass };
  }

  const shift = shiftOf(math, included);
  // Without a shift the logit itself, so that its exponential is remembered.
  const shifted = logits.map((z) => (shift.isZero() ? z : z.minus(shift)));
  const powers = shifted.map((z, k) => (weights[k].isZero() || !z.isFinite() ? zero : math.exp(z)));
  const terms = powers.map((power, k) => (weights[k].eq(1) ? power : weights[k].times(power)));
  const total = terms.reduce((sum, term) => sum.plus(term), zero);
  let loss = zero;
  for (const [j, y] of targets.entries()) {
    if (y.isZero()) continue;
    // ln D - z = ln (D / e^z), which is 0 and not a rounding error when the label stands alone.
    // A power that no decimal holds is 0; the difference then is too large to lose digits.
    const finite = powers[j].isZero() ? math.ln(total).minus(shifted[j]) : math.ln(total.div(powers[j]));
    loss = loss.plus(y.times(logits[j].isFinite() ? finite : math.exact(Number.POSITIVE_INFINITY)));
  }
  return {
    loss,
    gradient: softmaxGradient(math, terms, total, mass, targets),
    weights,
    mass,
    sum: { shift, terms, total },
  };
}

/** 0, or where the exponential of a logit leaves the range of decimals, the largest logit of those included. */
function shiftOf(math: Arithmetic, included: readonly Exact[]): Exact {
  const finite = included.filter((z) => z.isFinite());
  if (finite.every((z) => z.abs().lt(1e15))) return math.exact(0);
  return finite.reduce((largest, z) => (z.gt(largest) ? z : largest));
}

function softmaxGradient(
  math: Arithmetic,
  terms: readonly Exact[],
  total: Exact,
  mass: Exact,
  targets: readonly Exact[],
): Exact[] {
  const shares = new Map<Exact, Exact>();
  return terms.map((term, k) => {
    let share = shares.get(term);
    if (share === undefined) {
      share = (mass.eq(1) ? term : mass.times(term)).div(total);
      shares.set(term, share);
    }
    if (targets[k].isZero()) return share;
    // share - 1 = -(all other terms) / D keeps the digits of a nearly certain label.
    if (mass.eq(1) && targets[k].eq(1)) return math.negate(total.minus(term).div(total));
    return share.minus(targets[k]);
  });
}
