// The report for programs: one JSON object a line. JSON Schema of a line: ../schema/report.schema.json.

import type { WorstElement } from './compare.ts';
import type { RunRecord } from './record.ts';
import { type Counts, countStatuses, isFailure, type TargetReport, type TestResult } from './results.ts';

/** First a `header`, then a `result` for each test of each target, last a `footer` with counts per target and status. */
export function renderNdjson(record: RunRecord): string {
  const { date, spec, vectors, host, reports, failures } = record;
  const targets = reports.map(({ results: _, ...about }) => about);
  const lines: object[] = [{ type: 'header', spec, date, host, vectors, targets }];
  for (const report of reports) lines.push(...report.results.map((result) => resultLine(report, result)));
  lines.push({ type: 'footer', counts: countTargets(reports), passed: failures.length === 0, failures });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Counts by target; what one target did in several runtimes is added up. */
function countTargets(reports: readonly TargetReport[]): Readonly<Record<string, Counts>> {
  const names = [...new Set(reports.map(({ target }) => target))];
  return Object.fromEntries(
    names.map((name) => {
      const results = reports.filter(({ target }) => target === name).flatMap((report) => report.results);
      return [name, countStatuses(results)];
    }),
  );
}

function resultLine({ target, runtime }: TargetReport, result: TestResult): object {
  const { id, form, status, ratio, reason, dtype, milliseconds, clauses, link, worst } = result;
  // What the vectors know helps where something is wrong; everywhere else it would only double the file.
  const { comment, catches } = isFailure(result) || status === 'known-failure' ? result : {};
  // JSON has no Infinity: the ratio of different kinds or shapes is left out, and the reason says what differs.
  const finite = ratio !== undefined && Number.isFinite(ratio) ? ratio : undefined;
  const elements = status === 'pass' ? undefined : worst?.map(elementLine);
  return {
    type: 'result',
    target,
    runtime,
    id,
    form,
    status,
    ratio: finite,
    reason,
    dtype,
    // A tenth is as much as such a clock knows.
    milliseconds: milliseconds === undefined ? undefined : Math.round(milliseconds * 10) / 10,
    clauses,
    link,
    comment,
    catches,
    worst: elements,
  };
}

function elementLine({ actual, expected, ratio, ...rest }: WorstElement): object {
  return {
    ...rest,
    actual: String(actual),
    expected: String(expected),
    ratio: Number.isFinite(ratio) ? ratio : undefined,
  };
}
