// One row of the sigmoid form, worked through: S1 to S3 with their numbers.

import type { Arithmetic } from '../oracle/arithmetic.ts';
import type { EvaluatedRow } from '../oracle/oracle.ts';
import type { SigmoidRow } from '../oracle/sigmoid.ts';
import { hiddenClasses, shownClasses } from './choose.ts';
import { digitsOf, inputOf } from './numbers.ts';
import { headWords, inputPart, part, times } from './weights.ts';

/** One class of a row, or what is said of the row as a whole (without a class). */
export interface Step {
  readonly j?: number;
  readonly words: readonly string[];
}

/**
 * The steps from logits to the row loss and to each slope, the gradient before row weight and divisor.
 *
 * @param step Of the sigmoid form.
 */
export function sigmoidSteps(
  math: Arithmetic,
  step: EvaluatedRow & { readonly row: SigmoidRow & { readonly form: 'sigmoid' } },
  tail: readonly boolean[],
): readonly Step[] {
  const { row } = step;
  const shown = shownClasses(step);
  const hidden = hiddenClasses(step, shown);
  const classes = shown.map((j): Step => {
    const words = headWords(step, tail, j);
    if (row.elements[j]) words.push(...elementWords(math, step, j));
    return { j, words };
  });
  const losses = shown
    .filter((j) => row.elements[j])
    .map((j) => part(row.weights[j].times(row.elements[j]?.loss ?? 0)));
  const parts = [...losses, ...(hidden ? ['…'] : [])];
  const sum = parts.length > 1 ? ` = ${parts.join(' + ')}` : '';
  const end = `row loss = Σ w (softplus(z) - y z)${sum} = ${digitsOf(row.loss)} (S2)`;
  return [...classes, ...(hidden ? [{ words: [hidden] }] : []), { words: [end] }];
}

function elementWords(
  math: Arithmetic,
  { row, logits, targets }: Parameters<typeof sigmoidSteps>[1],
  j: number,
): string[] {
  const [z, y, weight] = [logits[j], targets[j], row.weights[j]];
  const element = row.elements[j];
  if (!element) return [];
  const loss = digitsOf(weight.times(element.loss));
  const slope = digitsOf(row.gradient[j]);
  if (z.isNaN()) return ['loss = NaN, slope = NaN: z is included and NaN (N2)'];
  if (!z.isFinite()) {
    const side = z.isPositive() ? 1 : 0;
    return [
      `loss = ${loss}, the limit of softplus(z) - y z (N2)`,
      `slope = w (σ(z) - y) = ${times(weight, `(${side} - ${inputOf(y)})`)} = ${slope}, by the limit of σ (N2)`,
    ];
  }
  const minus = math.negate(z);
  if (y.eq(1)) {
    return [
      `loss = w (softplus(z) - z) = w softplus(-z) = ${times(weight, `softplus(${inputOf(minus)})`)} = ${loss}`,
      `slope = w (σ(z) - 1) = -w σ(-z) = ${times(math.negate(weight), `σ(${inputOf(minus)})`).replace('-1 * ', '-')} = ${slope}`,
    ];
  }
  const softplus = `softplus(${inputOf(z)})`;
  const sigmoid = `σ(${inputOf(z)})`;
  if (y.isZero()) {
    return [
      `loss = w softplus(z) = ${times(weight, softplus)} = ${loss}`,
      `slope = w σ(z) = ${times(weight, sigmoid)} = ${slope}`,
    ];
  }
  const product = `${inputOf(y)} * ${inputPart(z)}`;
  return [
    `loss = w (softplus(z) - y z) = ${times(weight, `(${softplus} - ${product})`)} = ${times(weight, `(${digitsOf(math.softplus(z))} - ${part(y.times(z))})`)} = ${loss}`,
    `slope = w (σ(z) - y) = ${times(weight, `(${digitsOf(math.sigmoid(z))} - ${inputOf(y)})`)} = ${slope}`,
  ];
}
