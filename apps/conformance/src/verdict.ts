// Whether a run over all targets is a pass.

import { failuresOf, labelOf, type TargetReport } from '@eqloss/conformance';

export interface Requirements {
  /** Whether an unavailable target fails the run: in continuous integration, where nobody reads the reasons. */
  readonly strict: boolean;
  /** Whether a Chromium is there. */
  readonly browser: boolean;
}

/**
 * Why a run failed, one sentence each; empty when it passed.
 *
 * Beside what fails any run, with `strict` every target is required that this machine could have. Without a Chromium it
 * could have neither the pages nor the software GPU, which comes with it.
 */
export function verdictOf(reports: readonly TargetReport[], requirements: Requirements): readonly string[] {
  const missing = reports
    .filter((report) => report.unavailable !== undefined && isRequired(report, requirements))
    .map((report) => `${labelOf(report)} is required but unavailable: ${report.unavailable}`);
  return [...failuresOf(reports), ...missing];
}

function isRequired({ target, runtime }: TargetReport, { strict, browser }: Requirements): boolean {
  return strict && (browser || (runtime === 'node' && !target.endsWith('-webgpu')));
}
