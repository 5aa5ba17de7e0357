// The report for continuous integration: JUnit XML, one suite a target.

import junit, { type Builder } from 'junit-report-builder';
import type { RunRecord } from './record.ts';
import { isFailure, isJudged, labelOf } from './results.ts';

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
      else if (isFailure(result)) test.failure(reason, result.status);
      else if (!isJudged(result) || result.status === 'known-failure') test.skipped().standardOutput(reason);
    }
  }
  return builder.build();
}

/** XML 1.0 cannot hold most control characters, not even escaped. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
