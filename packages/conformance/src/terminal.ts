// The report for people at a terminal. Symbols and numbers say everything; colour only repeats it.

import { styleText } from 'node:util';
import type { WorstElement } from './compare.ts';
import { cut, shortLabel, starWords } from './labels.ts';
import { type CellText, cellOf, describeCell, families } from './matrix.ts';
import { countWords, isFailure, labelOf, openByReason, type TargetReport, type TestResult } from './results.ts';
import { symptomsOf, symptomWords } from './symptoms.ts';
import { printable, wrap } from './terminal-text.ts';

/** How the terminal shows a run. */
export interface TerminalOptions {
  /** Default false. See {@link wantsColor}. */
  readonly color?: boolean;
  /** Width to fit, at least 60; default 80. */
  readonly columns?: number;
  /** How many failures of one target are shown in full; by default 12 shared by those that failed, 3 at least. */
  readonly failures?: number;
}

/** Of a stream to write to, `process.stdout` say, what tells whether it shows colour. */
export interface ColorStream {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** Every terminal has it. */
  hasColors?(): boolean;
}

/** Whether a stream shows colour: a terminal that can, and no `NO_COLOR`. */
export function wantsColor(stream: ColorStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && stream.hasColors?.() === true;
}

/**
 * The matrix of targets and clause families; below it the failures with their worst elements, what was not judged and
 * why, and a summary line.
 *
 * @param failures From `failuresOf(reports)`: why the run failed.
 */
export function renderTerminal(
  reports: readonly TargetReport[],
  failures: readonly string[],
  options: TerminalOptions = {},
): string {
  const { color = false, columns = 80 } = options;
  const paint: Paint = (kind, text) =>
    color && text ? styleText(styles[kind], text, { validateStream: false }) : text;
  const blocks = [
    matrixLines(reports, columns, paint),
    failureLines(reports, options.failures, columns, paint),
    openLines(reports, columns),
    summaryLines(reports, failures, columns, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

type Paint = (kind: CellText['kind'] | 'strong', text: string) => string;

const styles = { pass: 'green', fail: 'red', known: 'yellow', open: 'dim', none: 'dim', strong: 'bold' } as const;

function matrixLines(reports: readonly TargetReport[], columns: number, paint: Paint): string[] {
  const star = starWords(reports);
  const heads = ['all', ...families];
  const wide = reports.map((report) => [undefined, ...families].map((family) => describeCell(cellOf(report, family))));
  const longest = Math.max(6, ...reports.map((report) => shortNameOf(report).length));
  const fits = longest + heads.length <= columns - total(widthsOf(heads, wide));
  const rows = fits ? wide : wide.map((cells) => cells.map((cell) => ({ ...cell, text: cell.text.replace(' ', '') })));
  const widths = widthsOf(heads, rows);
  const room = columns - total(widths);
  const gap = room - longest >= 2 * widths.length ? 2 : 1;
  const nameWidth = Math.min(longest, Math.max(6, room - gap * widths.length));
  const line = (name: string, cells: readonly string[]) => [name, ...cells].join(' '.repeat(gap)).trimEnd();
  const head = line(
    'target'.padEnd(nameWidth),
    heads.map((text, j) => text.padEnd(widths[j])),
  );
  return [
    paint('strong', head),
    ...reports.map((report, i) => {
      const name = cut(shortNameOf(report), nameWidth).padEnd(nameWidth);
      const why = report.unavailable ? 'unavailable' : report.harness ? 'your harness is wrong' : undefined;
      if (why) {
        const kind = report.unavailable ? 'open' : 'fail';
        return line(name, [paint(kind, `${report.unavailable ? '–' : '✗'} ${why}, see below`)]);
      }
      return line(
        name,
        rows[i].map(({ kind, text }, j) => paint(kind, text) + ' '.repeat(widths[j] - text.length)),
      );
    }),
    paint('open', '✓ all passed   ✓ passed/all, the rest not judged   – not judged'),
    paint('open', '✗ failed/judged   ~ known failures/judged'),
    paint('open', 'A test counts in every family that it is about.'),
    ...(star === undefined ? [] : [paint('open', `* ${star}`)]),
  ];
}

function widthsOf(heads: readonly string[], rows: readonly (readonly CellText[])[]): number[] {
  return heads.map((head, j) => Math.max(head.length, ...rows.map((cells) => cells[j].text.length)));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}

function failureLines(
  reports: readonly TargetReport[],
  most: number | undefined,
  columns: number,
  paint: Paint,
): string[] {
  const failing = reports.filter(({ results }) => results.some(isFailure));
  const shown = most ?? Math.max(3, Math.floor(12 / failing.length));
  return failing.flatMap((report) => {
    const failed = report.results.filter(isFailure);
    const symptoms = symptomsOf(report).map(symptomWords);
    const summary = symptoms.flatMap((words) => wrap(words, columns, '    ', '      '));
    const head =
      summary.length > 0 ? [paint('fail', `✗ ${nameOf(report)}, by flag of the failed tests`), ...summary] : [];
    const lines = failed
      .slice(0, shown)
      .flatMap((result) => [
        paint('fail', `✗ ${nameOf(report)}  ${result.id}`),
        ...(result.comment ? wrap(result.comment, columns, '    ') : []),
        ...wrap(`${about(result)}: ${result.reason ?? ''}`, columns, '    '),
        ...(result.worst ?? []).flatMap((element) => elementLines(element, columns)),
      ]);
    const rest = failed.length - shown;
    return [...head, ...lines, ...(rest > 0 ? [`  … and ${rest} more of ${nameOf(report)}`] : [])];
  });
}

function about({ status, form, dtype, clauses }: TestResult): string {
  return [status.replace('-', ' '), form, dtype, clauses.join(' ')].filter(Boolean).join(', ');
}

/** Two lines, so that seventeen digits and sixteen bits fit into 80 columns. */
function elementLines(element: WorstElement, columns: number): string[] {
  const place = `${element.output}[${element.index}]`;
  const ratio = Number.isFinite(element.ratio) ? `ratio ${element.ratio.toPrecision(3)}` : 'another kind';
  const width = Math.max(18, Math.min(24, columns - 62));
  return [
    `    ${place.padEnd(width)}  actual    ${number(element.actual)}  ${element.actualBits}`,
    `    ${ratio.padEnd(width)}  expected  ${number(element.expected)}  ${element.expectedBits}`,
  ];
}

function number(value: number): string {
  return (Object.is(value, -0) ? '-0' : String(value)).padEnd(24);
}

/** What was not judged, or is known to fail, and why. What several targets have in common is said once. */
function openLines(reports: readonly TargetReport[], columns: number): string[] {
  return openByReason(reports).flatMap(({ sentence, reports: concerned }) => {
    const names = concerned.map(nameOf);
    const line = names.length === 1 ? `${names[0]}: ${sentence}` : `${sentence}: ${names.join(', ')}`;
    return wrap(`– ${line}`, columns, '', '    ');
  });
}

function summaryLines(
  reports: readonly TargetReport[],
  failures: readonly string[],
  columns: number,
  paint: Paint,
): string[] {
  const [kind, verdict] = failures.length === 0 ? (['pass', '✓ PASSED'] as const) : (['fail', '✗ FAILED'] as const);
  const [first, ...rest] = wrap(`${verdict}  ${countWords(reports)}`, columns, '', '    ');
  return [
    ...failures.flatMap((reason) => wrap(`✗ ${reason.split(/\s*\n\s*/).join(' ')}`, columns, '', '    ')),
    first.replace(verdict, paint(kind, verdict)),
    ...rest,
  ];
}

/** Names come from targets, as reasons do, and have one line. */
function nameOf(report: TargetReport): string {
  return oneLine(labelOf(report));
}

function shortNameOf(report: TargetReport): string {
  return oneLine(shortLabel(report));
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}
