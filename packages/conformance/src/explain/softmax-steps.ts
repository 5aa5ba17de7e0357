// One row of the softmax form, worked through: X1 to X4 with their numbers.

import type { Arithmetic, Exact } from '../oracle/arithmetic.ts';
import type { EvaluatedRow } from '../oracle/oracle.ts';
import type { SoftmaxRow } from '../oracle/softmax.ts';
import { hiddenClasses, shownClasses } from './choose.ts';
import { digitsOf, inputOf } from './numbers.ts';
import type { Step } from './sigmoid-steps.ts';
import { headWords, inputPart, part, times } from './weights.ts';

type SoftmaxStep = EvaluatedRow & {
  readonly row: SoftmaxRow & { readonly form: 'softmax'; readonly betas: readonly Exact[] };
};

/**
 * The steps from logits to the row loss and to each slope, the gradient before row weight and divisor.
 *
 * @param step Of the softmax form.
 */
export function softmaxSteps(math: Arithmetic, step: SoftmaxStep, tail: readonly boolean[]): readonly Step[] {
  const { row, targets, logits } = step;
  if (row.mass.isZero()) {
    return [{ words: ['all targets are 0: loss 0 and gradient 0, whatever the row holds (X3)'] }];
  }
  const shown = shownClasses(step);
  const hidden = hiddenClasses(step, shown);
  const more: readonly Step[] = hidden ? [{ words: [hidden] }] : [];
  if (!row.sum) {
    const classes = shown.map((j): Step => ({ j, words: [...headWords(step, tail, j), ...nanWords(step, j)] }));
    return [...classes, ...more, { words: [`row loss = NaN: ${whyNan(step)} (N2)`] }];
  }
  // The oracle takes no maximum, since its exponents reach far enough; a reader works with one, as X2 says.
  const { shift, terms, total } = row.sum;
  const included = logits.filter((z, k) => !row.weights[k].isZero() && z.isFinite());
  const m = included.reduce((largest, z) => (z.gt(largest) ? z : largest));
  const scale = math.exp(m.minus(shift));
  const sum = total.div(scale);
  const classes = shown.map((j): Step => {
    const words = headWords(step, tail, j);
    if (row.weights[j].isZero()) return { j, words };
    const power = times(row.weights[j], `e^(${inputOf(logits[j])} - ${inputPart(m)})`);
    words.push(`term = w e^(z - m) = ${power} = ${digitsOf(terms[j].div(scale))}`);
    const share = times(row.mass, `${digitsOf(terms[j].div(scale))} / ${digitsOf(sum)}`);
    const target = targets[j].isZero() ? '' : ` - ${inputOf(targets[j])}`;
    words.push(`slope = (Σ y) term / Σ - y = ${share}${target} = ${digitsOf(row.gradient[j])}`);
    return { j, words };
  });
  const logSum = math.ln(sum);
  const logD = m.plus(logSum);
  const before = [
    `m = ${inputOf(m)}, the largest logit that is not left out (X2)`,
    `Σ = ${digitsOf(sum)}, the sum of w e^(z - m) over ${included.length} of ${logits.length} classes`,
    `log D = m + ln Σ = ${inputOf(m)} + ${part(logSum)} = ${digitsOf(logD)} (X2)`,
  ];
  return [{ words: before }, ...classes, ...more, { words: [lossWords(step, logD)] }];
}

function lossWords({ row, logits, targets }: SoftmaxStep, logD: Exact): string {
  const labels = targets.map((_, j) => j).filter((j) => !targets[j].isZero());
  const parts = labels.slice(0, 3).map((j) => `${times(targets[j], `(${inputOf(logits[j])} - ${part(logD)})`)}`);
  const sum = [...parts, ...(labels.length > parts.length ? ['…'] : [])].join(' + ');
  const words = labels.length === 1 ? sum : `(${sum})`;
  return `row loss = -Σ y (z - log D) = -${words} = ${digitsOf(row.loss)} (X3)`;
}

function nanWords({ row }: SoftmaxStep, j: number): string[] {
  return row.weights[j].isZero() ? [] : ['slope = NaN, like all that are not left out'];
}

function whyNan({ row, logits }: SoftmaxStep): string {
  const included = logits.filter((_, k) => !row.weights[k].isZero());
  if (included.some((z) => z.isNaN())) return 'an included logit is NaN';
  if (included.some((z) => !z.isFinite() && z.isPositive())) return 'an included logit is Infinity';
  return 'every included logit is -Infinity, which is no distribution';
}
