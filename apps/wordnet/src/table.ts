// Results as tables: for terminals of 80 columns, and as Markdown.

import type { Scores } from './evaluate.ts';
import type { Method } from './methods.ts';

/** One trained head. */
export interface Trial {
  readonly method: Method;
  readonly seed: number;
  readonly rate: number;
  /** That training took. */
  readonly seconds: number;
  readonly scores: Scores;
}

const heads = ['method', 'accuracy', 'tail', 'mid', 'head', 'balanced'] as const;
const columns = ['accuracy', 'tail', 'mid', 'head', 'balanced'] as const;

/**
 * A line for each method and learning rate, in per cent: the mean over the seeds.
 *
 * @param trials At least one.
 * @returns Lines of at most 80 columns, with an end of line each.
 */
export function renderTable(trials: readonly Trial[]): string {
  const rows = rowsOf(trials);
  const widths = heads.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  return rows
    .map((cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The same for a README. */
export function renderMarkdown(trials: readonly Trial[]): string {
  const [head, ...rows] = rowsOf(trials);
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.trim()).join(' | ')} |\n`;
  return line(head) + line(head.map((_, k) => (k === 0 ? '---' : '---:'))) + rows.map(line).join('');
}

/** How far seeds lie apart: the largest range in any cell, in percentage points. */
export function largestRange(trials: readonly Trial[]): number {
  const ranges = linesOf(trials).flatMap((line) =>
    columns.map((column) => {
      const values = line.map(({ scores }) => scores[column]);
      return Math.max(...values) - Math.min(...values);
    }),
  );
  return 100 * Math.max(...ranges);
}

function rowsOf(trials: readonly Trial[]): readonly (readonly string[])[] {
  const lines = linesOf(trials);
  // A rate is told where there is a choice.
  const choice = lines.some(([{ method, rate }]) => rate !== method.rate);
  return [
    heads,
    ...lines.map((line) => [
      line[0].method.title + (choice ? `, ${line[0].rate}` : ''),
      ...columns.map((column) => percent(line.map(({ scores }) => scores[column]))),
    ]),
  ];
}

/** Trials of one method and rate together, in the order in which they came. */
function linesOf(trials: readonly Trial[]): readonly (readonly Trial[])[] {
  const lines = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.method.name} ${trial.rate}`;
    lines.set(key, [...(lines.get(key) ?? []), trial]);
  }
  return [...lines.values()];
}

function percent(values: readonly number[]): string {
  return ((100 * values.reduce((total, value) => total + value, 0)) / values.length).toFixed(1);
}
