// Results as tables: for terminals of 80 columns, and as Markdown.

import type { Scores } from './scores.ts';

/** One training. */
export interface Trial {
  /** What was trained, and how: trials of one title make one line. */
  readonly title: string;
  /** That training took. */
  readonly seconds: number;
  readonly scores: Scores;
}

/** Which scores a table has, in its order. */
export type Columns = readonly (keyof Scores)[];

/**
 * A line for each title, in per cent: the mean over its trials.
 *
 * @param trials At least one.
 * @returns Lines with an end of line each.
 */
export function renderTable(trials: readonly Trial[], columns: Columns): string {
  const rows = rowsOf(trials, columns);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  return rows
    .map((cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The same for a README. */
export function renderMarkdown(trials: readonly Trial[], columns: Columns): string {
  const [head, ...rows] = rowsOf(trials, columns);
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.trim()).join(' | ')} |\n`;
  return line(head) + line(head.map((_, k) => (k === 0 ? '---' : '---:'))) + rows.map(line).join('');
}

/** How far the trials of one title lie apart: the largest range in any cell, in percentage points. */
export function largestRange(trials: readonly Trial[], columns: Columns): number {
  const ranges = linesOf(trials).flatMap((line) =>
    columns.map((column) => {
      const values = line.map(({ scores }) => scores[column]);
      return Math.max(...values) - Math.min(...values);
    }),
  );
  return 100 * Math.max(...ranges);
}

/** Words in lines of at most some columns, with an end of line each. */
export function wrap(text: string, columns: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function rowsOf(trials: readonly Trial[], columns: Columns): readonly (readonly string[])[] {
  const lines = linesOf(trials).map((line) => [
    line[0].title,
    ...columns.map((column) => percent(line.map(({ scores }) => scores[column]))),
  ]);
  return [['method', ...columns], ...lines];
}

/** Trials of one title together, in the order in which they came. */
function linesOf(trials: readonly Trial[]): readonly (readonly Trial[])[] {
  const lines = new Map<string, Trial[]>();
  for (const trial of trials) {
    const line = lines.get(trial.title);
    if (line === undefined) lines.set(trial.title, [trial]);
    else line.push(trial);
  }
  return [...lines.values()];
}

function percent(values: readonly number[]): string {
  return ((100 * values.reduce((total, value) => total + value, 0)) / values.length).toFixed(1);
}
