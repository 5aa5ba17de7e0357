// What the paths of one engine are compared with there, backend by backend: how many times as fast as the loss that one
// would write for it, and how many times the least that any loss takes.

import { layoutWords, shapeWords } from './cases.ts';
import type { Peers } from './paths.ts';
import { keyOf, type Report, type Row } from './report.ts';
import { alignColumns, digits } from './text-table.ts';

interface Comparison {
  readonly field: keyof Peers;
  readonly words: string;
  /** From time by time to what is printed. */
  readonly print: (ratio: number) => number;
}

const comparisons: readonly Comparison[] = [
  { field: 'toComposed', words: 'times as fast as composed', print: (ratio) => 1 / ratio },
  { field: 'toNaive', words: 'times as fast as naive', print: (ratio) => 1 / ratio },
  { field: 'toExp', words: 'time by that of exp', print: (ratio) => ratio },
];

/** A table for each comparison: a line for each form and shape, a column for each path; of the first layout. */
export function peerLines(rows: readonly Row[]): readonly (readonly string[])[] {
  const first = rows.filter((row) => {
    const other = rows.find((candidate) => groupOf(candidate) === groupOf(row));
    return other && layoutWords(other) === layoutWords(row);
  });
  return comparisons.flatMap(({ field, words, print }) => {
    const measured = first.filter((row) => row[field] !== undefined);
    if (measured.length === 0) return [];
    const names = [...new Set(measured.map(({ path }) => path))];
    const lines = [...new Set(measured.map(groupOf))].map((group) => {
      const cells = names.map((path) => measured.find((row) => row.path === path && groupOf(row) === group)?.[field]);
      return [group, ...cells.map((ratio) => digits(ratio && print(ratio)))];
    });
    return [alignColumns([[words, ...names], ...lines])];
  });
}

/** The same of two reports, a line for each row that both have; none without any. */
export function comparePeers(old: Report, now: Report): readonly string[] {
  const before = new Map(old.rows.map((row) => [keyOf(row), row]));
  return comparisons.flatMap(({ field, words, print }) => {
    const lines = now.rows.flatMap((row) => {
      const [then, today] = [before.get(keyOf(row))?.[field], row[field]];
      if (then === undefined || today === undefined) return [];
      return [[row.path, `${groupOf(row)} ${layoutWords(row)}`, digits(print(then)), digits(print(today))]];
    });
    return lines.length === 0 ? [] : alignColumns([[words, 'case', 'old', 'new'], ...lines]);
  });
}

function groupOf(row: Row): string {
  return `${row.form} ${shapeWords(row)}`;
}
