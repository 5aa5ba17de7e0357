// Tasks for people at a terminal.

import { type TaskRow, taskWords } from './task-rows.ts';
import { alignColumns, digits } from './text-table.ts';

/** A table for each task and size. None without rows. */
export function taskLines(rows: readonly TaskRow[]): readonly (readonly string[])[] {
  const tables = [...new Set(rows.map(taskWords))].map((words) => {
    const own = rows.filter((row) => taskWords(row) === words);
    const memory = own.some(({ peakBytes }) => peakBytes !== undefined);
    const lines = own.map((row) => [
      `  ${row.way}`,
      timeWords(row.nanoseconds),
      String(Math.round(row.spread * 100)),
      digits(row.ratio),
      ...(memory ? [megaWords(row.peakBytes), digits(row.peakRatio)] : []),
    ]);
    return alignColumns([[words, 'time', '±%', '×first', ...(memory ? ['MB', '×first'] : [])], ...lines]);
  });
  return tables.length === 0 ? [] : [...tables, legend];
}

/** The same tasks of two reports: old, new and their ratio. None without any. */
export function compareTasks(old: readonly TaskRow[], now: readonly TaskRow[]): readonly string[] {
  const lines = now.flatMap((row) => {
    const then = old.find((other) => taskWords(other) === taskWords(row) && other.way === row.way);
    if (!then) return [];
    const ratio = (row.nanoseconds / then.nanoseconds).toFixed(2);
    return [[`${taskWords(row)}: ${row.way}`, timeWords(then.nanoseconds), timeWords(row.nanoseconds), ratio]];
  });
  return lines.length === 0 ? [] : alignColumns([['task', 'old', 'new', 'ratio'], ...lines]);
}

const legend: readonly string[] = [
  'time: of one call, median of the rounds. ×first: by the first line of the table.',
  'MB: growth of peak memory beyond weights and what the optimizer remembers.',
];

/** Three digits and a unit: `45.1 µs`, `11.2 ms`, `1.09 s`. */
function timeWords(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return `${digits(nanoseconds / 1e9)} s`;
  return nanoseconds >= 1e6 ? `${digits(nanoseconds / 1e6)} ms` : `${digits(nanoseconds / 1e3)} µs`;
}

function megaWords(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1e6).toFixed(0);
}
