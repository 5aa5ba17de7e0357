// A saved report beside a new one.

import { layoutWords, shapeWords } from './cases.ts';
import { differences } from './environment.ts';
import { comparePeers } from './peers.ts';
import { keyOf, nameOf, type Report, type Row } from './report.ts';
import { compareTasks } from './task-table.ts';
import { alignColumns, digits, wrap } from './text-table.ts';

/** One row in both reports. */
export interface Change {
  readonly row: Row;
  /** Nanoseconds per logit, then and now. */
  readonly old: number;
  readonly new: number;
  /** New by old: below 1 is faster. */
  readonly ratio: number;
  /** The same of the ratios to `copy`: the machine's own speed taken out. */
  readonly ratioToCopy: number;
}

/** What both reports have, in the new one's order. */
export function compareRows(old: Report, now: Report): readonly Change[] {
  const before = new Map([...old.rows, ...old.growth].map((row) => [keyOf(row), row]));
  return [...now.rows, ...now.growth].flatMap((row) => {
    const then = before.get(keyOf(row));
    if (!then) return [];
    const ratio = row.nsPerLogit / then.nsPerLogit;
    return [{ row, old: then.nsPerLogit, new: row.nsPerLogit, ratio, ratioToCopy: row.toCopy / then.toCopy }];
  });
}

/** A table of all changes. Says what differs between the machines, and which rows have no counterpart. */
export function renderComparison(old: Report, now: Report, columns = 80): string {
  const changes = compareRows(old, now);
  const rows = changes.map((change) => [
    nameOf(change.row),
    `${change.row.form} ${shapeWords(change.row)} ${layoutWords(change.row)}`,
    digits(change.old),
    digits(change.new),
    change.ratio.toFixed(2),
    change.ratioToCopy.toFixed(2),
  ]);
  const lines = [`compared with the report of ${old.environment.date}`];
  const different = differences(old.environment, now.environment);
  if (different.length > 0) {
    lines.push('the environments differ (old / new), so that times say little:');
    lines.push(...different.flatMap((words) => wrap(`  ${words}`, columns, '    ')));
  }
  if (rows.length > 0) lines.push(...alignColumns([['path', 'case', 'old', 'new', 'ratio', 'by copy'], ...rows]));
  lines.push(...comparePeers(old, now), ...compareTasks(old.tasks, now.tasks));
  const count = (report: Report) => report.rows.length + report.growth.length;
  lines.push(
    `${changes.length} in both, ${count(old) - changes.length} only old, ${count(now) - changes.length} only new`,
  );
  return `${lines.join('\n')}\n`;
}
