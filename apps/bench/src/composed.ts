// How many times as fast as the same loss composed from stock ops the paths of TensorFlow.js are, backend by backend.

import { layoutWords, shapeWords } from './cases.ts';
import { keyOf, type Report, type Row } from './report.ts';
import { alignColumns, digits } from './text-table.ts';

/** A line for each form and shape, a column for each backend; of the first layout. None when there is nothing to say. */
export function composedLines(rows: readonly Row[]): readonly string[] {
  const measured = rows.filter((row) => {
    const first = rows.find((other) => groupOf(other) === groupOf(row));
    return row.toComposed !== undefined && first && layoutWords(first) === layoutWords(row);
  });
  if (measured.length === 0) return [];
  const names = [...new Set(measured.map(({ path }) => path))];
  const lines = [...new Set(measured.map(groupOf))].map((group) => {
    const cells = names.map((path) => measured.find((row) => row.path === path && groupOf(row) === group));
    return [group, ...cells.map((row) => digits(timesAsFast(row)))];
  });
  return alignColumns([['times as fast as composed', ...names], ...lines]);
}

/** The same of two reports, a line for each row that both have; none without any. */
export function compareComposed(old: Report, now: Report): readonly string[] {
  const before = new Map(old.rows.map((row) => [keyOf(row), timesAsFast(row)]));
  const lines = now.rows.flatMap((row) => {
    const [then, today] = [before.get(keyOf(row)), timesAsFast(row)];
    if (then === undefined || today === undefined) return [];
    return [[row.path, `${groupOf(row)} ${layoutWords(row)}`, digits(then), digits(today)]];
  });
  return lines.length === 0 ? [] : alignColumns([['times as fast as composed', 'case', 'old', 'new'], ...lines]);
}

function timesAsFast(row: Row | undefined): number | undefined {
  return row?.toComposed === undefined ? undefined : 1 / row.toComposed;
}

function groupOf(row: Row): string {
  return `${row.form} ${shapeWords(row)}`;
}
