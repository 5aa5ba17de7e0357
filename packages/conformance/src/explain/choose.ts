// Which rows and classes of a large batch are worth their lines.

import type { EvaluatedRow } from '../oracle/oracle.ts';

const MOST_ROWS = 4;
const MOST_CLASSES = 6;
const MOST_LABELS = 3;
const MOST_LEFT_OUT = 1;

/** How many rows are shown: all of few, else the first ones. */
export function shownRows(count: number): number {
  return count <= MOST_ROWS ? count : MOST_ROWS - 1;
}

/**
 * The classes of a row that are shown, in order: all of few; else some with a target above 0, one that the gate
 * spares, and those with the largest gradients.
 */
export function shownClasses({ row, targets }: EvaluatedRow): readonly number[] {
  const all = targets.map((_, j) => j);
  if (all.length <= MOST_CLASSES) return all;
  const labels = all.filter((j) => !targets[j].isZero()).slice(0, MOST_LABELS);
  const size = (j: number) => {
    const slope = row.gradient[j];
    return slope.isNaN() ? Number.POSITIVE_INFINITY : Math.abs(slope.toNumber());
  };
  const larger = (one: number, other: number) => (size(one) === size(other) ? one - other : size(other) - size(one));
  const spared = (below: number) => all.filter((j) => row.weights[j]?.lt(below) && targets[j].isZero()).sort(larger);
  const leftOut = [...spared(Number.MIN_VALUE), ...spared(1)].slice(0, MOST_LEFT_OUT);
  const rest = all.filter((j) => !labels.includes(j) && !leftOut.includes(j));
  rest.sort(larger);
  const chosen = [...labels, ...leftOut, ...rest.slice(0, MOST_CLASSES - labels.length - leftOut.length)];
  return chosen.sort((one, other) => one - other);
}

/** What is said of the classes that are not shown; undefined when all are. */
export function hiddenClasses({ row, targets }: EvaluatedRow, shown: readonly number[]): string | undefined {
  const hidden = targets.map((_, j) => j).filter((j) => !shown.includes(j));
  if (hidden.length === 0) return undefined;
  const leftOut = hidden.filter((j) => row.weights[j]?.isZero()).length;
  const labels = hidden.filter((j) => !targets[j].isZero()).length;
  const parts = [
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    ...(labels > 0 ? [`${labels} with a target above 0`] : []),
  ];
  const details = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  return `and ${hidden.length} more class${hidden.length === 1 ? '' : 'es'}${details}, whose gradients are no larger`;
}
