// One entry and its weight in words: S1 or X1 with its numbers.

import type { Exact } from '../oracle/arithmetic.ts';
import type { EvaluatedRow } from '../oracle/oracle.ts';
import { digitsOf, inputOf } from './numbers.ts';

/** What stands above the steps of one class, and its weight: in one line where the gate has no say. */
export function headWords({ row, targets, logits }: EvaluatedRow, tail: readonly boolean[], j: number): string[] {
  const y = inputOf(targets[j]);
  const head = `class ${j}: z ${inputOf(logits[j])}, y ${y}, T ${Number(tail[j])}`;
  const weight = row.weights[j];
  const open = row.form === 'sigmoid' ? !row.foreground : row.betas[j].isZero();
  if (!tail[j] || open) return [`${head}, so w = 1`];
  const formula =
    row.form === 'sigmoid'
      ? `w = 1 - E T (1 - y) = 1 - 1 * 1 * (1 - ${y}) = ${digitsOf(weight)}`
      : `w = 1 - β T (1 - y) = 1 - ${inputOf(row.betas[j])} * 1 * (1 - ${y}) = ${digitsOf(weight)}`;
  return [head, weight.isZero() ? `${formula}: left out, whatever z is (N1)` : formula];
}

/** `2 * x`, or x alone for a factor of 1. */
export function times(factor: Exact, words: string): string {
  return factor.eq(1) ? words : `${digitsOf(factor)} * ${words}`;
}

/** A number as a part of a product or difference: in parentheses when it is negative. */
export function part(value: Exact): string {
  return value.isNegative() && !value.isZero() ? `(${digitsOf(value)})` : digitsOf(value);
}

/** An input as a part of a product or difference. */
export function inputPart(value: Exact): string {
  return value.isNegative() && !value.isZero() ? `(${inputOf(value)})` : inputOf(value);
}
