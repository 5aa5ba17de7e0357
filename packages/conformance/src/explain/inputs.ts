// The inputs of a vector that hold for all its rows: form, gate, β, reduction.

import type { Arithmetic } from '../oracle/arithmetic.ts';
import type { DecodedTest } from '../target.ts';
import { digitsOf, readable, withBits } from './numbers.ts';

const MOST_FREQUENCIES = 12;

/**
 * One fact a line.
 *
 * @param tail T, when it is known: not in a test that expects an error.
 */
export function inputWords(
  math: Arithmetic,
  test: DecodedTest,
  dtypes: readonly string[],
  tail?: readonly boolean[],
): string[] {
  const { form, inputs, options } = test;
  const { logits, frequencies, beta } = inputs;
  return [
    `${form} form, logits [${logits.shape.join(', ')}], for ${dtypes.join(' and ')}`,
    options.threshold === undefined ? 'λ missing' : `λ = ${withBits(options.threshold)}`,
    ...(tail ? gateWords(math, frequencies, options.threshold ?? 0, tail) : plainFrequencies(frequencies)),
    ...(beta === undefined ? [] : [betaWords(beta, frequencies.length)]),
    ...(inputs.labels && !tail ? [`labels ${list(inputs.labels)}`] : []),
    ...(inputs.foreground ? [`foreground ${list(inputs.foreground)}`] : []),
    ...(inputs.rowWeights ? [`row weights ${list(inputs.rowWeights)}`] : []),
    `reduction ${options.reduction === '' ? '""' : options.reduction}`,
    ...(options.normalizer === undefined ? [] : [`normalizer ${readable(options.normalizer)}`]),
  ];
}

/** Frequencies beside λ, with the gate that follows: all of few, else those nearest to λ. */
function gateWords(math: Arithmetic, frequencies: Float64Array, threshold: number, tail: readonly boolean[]): string[] {
  const order = Array.from(frequencies.keys());
  const near = (j: number) => Math.abs(frequencies[j] - threshold);
  if (order.length > MOST_FREQUENCIES) order.sort((one, other) => near(one) - near(other) || one - other);
  const shown = order
    .slice(0, order.length > MOST_FREQUENCIES ? 4 : MOST_FREQUENCIES)
    .sort((one, other) => one - other);
  const count = tail.filter(Boolean).length;
  return [
    ...shown.map((j) => {
      const f = frequencies[j];
      const relation = f < threshold ? '<' : f === threshold ? '=' : '>';
      // A comparison in single precision would see no difference here.
      const close = f !== threshold && Math.fround(f) === Math.fround(threshold);
      const distance = close ? `, off by ${digitsOf(math.exact(f).minus(math.exact(threshold)))}` : '';
      const value = close || f === threshold ? withBits(f) : readable(f);
      return `class ${j}: f = ${value} ${relation} λ${distance}, so T = ${Number(tail[j])} (G1)`;
    }),
    ...(shown.length < order.length
      ? [`and ${order.length - shown.length} more classes; of all ${order.length}, ${count} are tail (T = 1)`]
      : []),
  ];
}

function plainFrequencies(frequencies: Float64Array): string[] {
  return [`frequencies ${list(frequencies)}`];
}

function betaWords(beta: number | Float64Array, classes: number): string {
  if (typeof beta === 'number') return `β = ${readable(beta)}, one number`;
  const kind = beta.length === classes ? 'per class' : 'per element';
  return `β ${kind}: ${list(beta)}`;
}

function list(values: ArrayLike<number>): string {
  const shown = Array.from({ length: Math.min(values.length, 12) }, (_, at) => readable(values[at]));
  const more = values.length - shown.length;
  return `[${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}]`;
}
