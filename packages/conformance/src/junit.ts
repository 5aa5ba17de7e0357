// The report for continuous integration: JUnit XML, one suite a target.

import junit, { type Builder } from 'junit-report-builder';
import type { RunRecord } from './record.ts';
import { isFailure, isJudged, labelOf, type TestResult } from './results.ts';

/** One suite a target, one case a test; not judged and known failures are `skipped` with their reason as output. */
export function renderJunit(record: RunRecord): string {
  // The package is CommonJS with types written for a bundler's default import: in Node the builder is the import itself.
  const root: Builder = 'newBuilder' in junit ? (junit as unknown as Builder) : junit.default;
  const builder = root.newBuilder().name('eqloss conformance');
  for (const report of record.reports) {
    const label = labelOf(report);
    const suite = builder.testSuite().name(label).timestamp(new Date(record.date));
    for (const result of report.results) {
      const name = result.dtype ? `${result.id} [${result.dtype}]` : result.id;
      const test = suite.testCase().className(`${label}.${result.form}`).name(name);
      const reason = printable(result.reason ?? result.status);
      if (result.status === 'error') test.error(reason, 'error');
      else if (isFailure(result)) test.failure(reason, result.status).stacktrace(printable(bodyOf(result)));
      else if (!isJudged(result) || result.status === 'known-failure') test.skipped().standardOutput(reason);
    }
  }
  return builder.build();
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

/** XML 1.0 cannot hold most control characters, not even escaped. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
