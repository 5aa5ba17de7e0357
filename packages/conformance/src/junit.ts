// The report for continuous integration: JUnit XML, one suite a target.

import junit, { type Builder } from 'junit-report-builder';
import type { RunRecord } from './record.ts';
import { isFailure, isJudged, labelOf, type TestResult } from './results.ts';

/**
 * One suite a target, one case a test; not judged and known failures are `skipped` with their reason as output. The
 * environment of a target is its suite's properties, and a case's time is that from the question to the answer.
 */
export function renderJunit(record: RunRecord): string {
  // The package is CommonJS with types written for a bundler's default import: in Node the builder is the import itself.
  const root: Builder = 'newBuilder' in junit ? (junit as unknown as Builder) : junit.default;
  const builder = root.newBuilder().name('eqloss conformance');
  for (const report of record.reports) {
    const label = printable(labelOf(report));
    const suite = builder.testSuite().name(label).timestamp(new Date(record.date));
    if (report.version) suite.property('version', printable(report.version));
    for (const [key, value] of Object.entries(report.environment ?? {}))
      suite.property(printable(key), printable(value));
    const spent = report.results.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
    if (spent > 0) suite.time(seconds(spent));
    for (const result of report.results) {
      const name = result.dtype ? `${result.id} [${result.dtype}]` : result.id;
      const test = suite.testCase().className(`${label}.${result.form}`).name(printable(name));
      if (result.milliseconds !== undefined) test.time(seconds(result.milliseconds));
      const reason = printable(result.reason ?? result.status);
      // The message is an attribute, of one line in most viewers; what is too long for it is whole in the body.
      const message = reason.length > MESSAGE ? `${reason.slice(0, MESSAGE)} …` : reason;
      const body = [reason.length > MESSAGE ? reason : '', printable(bodyOf(result))].filter(Boolean).join('\n');
      if (result.status === 'error') test.error(message, 'error', body);
      else if (isFailure(result)) test.failure(message, result.status).stacktrace(body);
      else if (!isJudged(result) || result.status === 'known-failure') test.skipped().standardOutput(reason);
    }
  }
  return builder.build();
}

const MESSAGE = 500;

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

/** What the vectors say of the test, and its worst elements, one a line. */
function bodyOf({ comment, catches, worst }: TestResult): string {
  const lines = [comment ?? '', ...Object.entries(catches ?? {}).map(([flag, what]) => `${flag} catches: ${what}`)];
  for (const { output, index, actual, expected, actualBits, expectedBits, ratio } of worst ?? []) {
    const far = Number.isFinite(ratio) ? `ratio ${ratio.toPrecision(3)}` : 'another kind';
    lines.push(`${output}[${index}] is ${actual} (${actualBits}), expected ${expected} (${expectedBits}), ${far}`);
  }
  return lines.filter(Boolean).join('\n');
}

/** XML 1.0 cannot hold most control characters, not even escaped; and the builder splits only the first end of a CDATA section. */
function printable(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll(']]>', ']] >');
}
