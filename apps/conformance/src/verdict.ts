// Whether a run over all targets is a pass.

import { failuresOf, labelOf, type TargetReport } from '@eqloss/conformance';

export interface Requirements {
  /** Whether an unavailable target fails the run: in continuous integration, where nobody reads the reasons. */
  readonly strict: boolean;
}

/**
 * Why a run failed, one sentence each; empty when it passed.
 *
 * Beside what fails any run, with `strict` every target is required. A missing Chromium is no excuse: any machine could
 * have one, and with it the pages and a software GPU.
 */
export function verdictOf(reports: readonly TargetReport[], { strict }: Requirements): readonly string[] {
  const missing = reports
    .filter((report) => strict && report.unavailable !== undefined)
    .map((report) => `${labelOf(report)} is required but unavailable: ${report.unavailable}`);
  return [...failuresOf(reports), ...missing];
}
