// The rows of a vector, each from its label to its row loss and its gradient.

import type { Arithmetic } from '../oracle/arithmetic.ts';
import type { EvaluatedRow, OracleResult } from '../oracle/oracle.ts';
import type { DecodedTest } from '../target.ts';
import { shownRows } from './choose.ts';
import { digitsOf, inputOf, withBits } from './numbers.ts';
import { type Step, sigmoidSteps } from './sigmoid-steps.ts';
import { softmaxSteps } from './softmax-steps.ts';
import { part } from './weights.ts';

/** A titled list of sentences for each row that is shown, and one for those that are not. */
export function rowWords(
  math: Arithmetic,
  test: DecodedTest,
  result: OracleResult,
): readonly { readonly title: string; readonly words: readonly string[] }[] {
  const { rows } = result.steps;
  const shown = shownRows(rows.length);
  const blocks = Array.from({ length: shown }, (_, i) => ({
    title: `Row ${i}`,
    words: [kindOfRow(test, result, i), ...stepsOf(math, test, result, i)],
  }));
  if (rows.length === 0) return [{ title: 'Rows', words: ['there are none: loss 0, and an empty gradient (R4)'] }];
  if (shown === rows.length) return blocks;
  return [...blocks, { title: 'Other rows', words: [`${rows.length - shown} more are computed in the same way`] }];
}

/** What the row's label, mask and weight make of it. */
function kindOfRow({ form, inputs }: DecodedTest, { steps }: OracleResult, i: number): string {
  const { labels, targets, foreground, frequencies } = inputs;
  const classes = frequencies.length;
  const label = labels?.[i];
  const step = steps.rows[i];
  if ('out' in step && step.out === 'ignored') {
    return 'label -1: ignored. Loss 0 and gradient 0, whatever the row holds, and not counted by the mean (G5)';
  }
  if ('out' in step) {
    return 'row weight 0: loss 0 and gradient 0, whatever the row holds, yet counted by the mean (R3)';
  }
  const what =
    label === undefined
      ? 'targets'
      : label === classes
        ? `label ${label}: background, all y are 0 (G5)`
        : `label ${label}: y = 1 there, else 0`;
  if (form === 'softmax') return what;
  const e = Number(step.row.form === 'sigmoid' && step.row.foreground);
  if (foreground) return `${what}; E = ${e} by the foreground mask (G4)`;
  if (targets) return `${what}; E = ${e}, since ${e ? 'a target is' : 'no target is'} above 0 (G4)`;
  return `${what}; E = ${e} (G4)`;
}

function stepsOf(math: Arithmetic, test: DecodedTest, result: OracleResult, i: number): string[] {
  const { tail } = result.steps;
  const step = result.steps.rows[i];
  if ('out' in step) return [];
  const { row } = step;
  const steps: readonly Step[] =
    row.form === 'sigmoid' ? sigmoidSteps(math, { ...step, row }, tail) : softmaxSteps(math, { ...step, row }, tail);
  const classes = test.inputs.frequencies.length;
  const words = steps.flatMap(({ j, words }) => {
    if (j === undefined) return words;
    const [head, ...rest] = words;
    const slope = gradientWords(step, result, j, math.toDouble(result.gradient[i * classes + j]));
    return [head, ...rest.map((line) => `    ${line}`), `    ${slope}`];
  });
  const exact = result.rowLosses[i];
  const weighted = step.weight.eq(1) ? '' : ` = ${inputOf(step.weight)} * ${part(row.loss)} = ${digitsOf(exact)} (R3)`;
  return [
    ...words,
    `rowLosses[${i}] = ${step.weight.eq(1) ? '' : 'row weight * '}row loss${weighted} = ${withBits(math.toDouble(exact))}`,
  ];
}

function gradientWords(
  { weight, row }: EvaluatedRow,
  { steps: { divisor } }: OracleResult,
  j: number,
  value: number,
): string {
  const slope = row.gradient[j];
  const factors = `${weight.eq(1) ? '' : ` * ${inputOf(weight)}`}${divisor.eq(1) ? '' : ` / ${inputOf(divisor)}`}`;
  if (slope.isZero()) return `gradient = ${withBits(value)}`;
  const names = `${weight.eq(1) ? '' : ' * row weight'}${divisor.eq(1) ? '' : ' / divisor'}`;
  if (factors === '') return `gradient = slope = ${withBits(value)}`;
  return `gradient = slope${names} = ${digitsOf(slope)}${factors} = ${withBits(value)}`;
}
