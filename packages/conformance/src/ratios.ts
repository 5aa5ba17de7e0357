// Ratios of many tests in a few numbers, and the clauses that they are about.

import { CLAUSES } from './lint.ts';
import { isJudged, type TargetReport, type TestResult } from './results.ts';

/** The ratios of some tests. */
export interface RatioSummary {
  /** How many tests had their numbers compared. */
  readonly tests: number;
  /** Of the tests' worst ratios; of an even number, the mean of the middle two. */
  readonly median: number;
  /** Infinity when kinds or shapes differ. */
  readonly worst: number;
  /** The test with the worst ratio; of equals the first. */
  readonly worstId: string;
}

/** Sums up the tests that had numbers compared; undefined when none had. */
export function summarizeRatios(results: readonly TestResult[]): RatioSummary | undefined {
  const compared = results.flatMap(({ id, ratio, ...rest }) => {
    return ratio !== undefined && isJudged({ id, ...rest }) ? [{ id, ratio }] : [];
  });
  if (compared.length === 0) return undefined;
  const sorted = compared.map(({ ratio }) => ratio).sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const worst = sorted[sorted.length - 1];
  return { tests: sorted.length, median, worst, worstId: compared.find(({ ratio }) => ratio === worst)?.id ?? '' };
}

/** The results about a clause. */
export function resultsOf({ results }: TargetReport, clause: string): readonly TestResult[] {
  return results.filter(({ clauses }) => clauses.includes(clause));
}

/** Every clause and error code that results are about, in the order of SPEC.md; those that it does not know come last. */
export function clausesIn(reports: readonly TargetReport[]): readonly string[] {
  const found = new Set(reports.flatMap(({ results }) => results.flatMap(({ clauses }) => clauses)));
  return [
    ...CLAUSES.filter((clause) => found.has(clause)),
    ...[...found].filter((clause) => !CLAUSES.includes(clause)),
  ];
}

/** A ratio in two digits: `0`, `0.031`, `4.2`, `1e5`, `∞`. */
export function ratioWords(ratio: number): string {
  if (ratio === 0) return '0';
  if (!Number.isFinite(ratio)) return '∞';
  return ratio >= 0.001 && ratio < 10_000
    ? String(Number(ratio.toPrecision(2)))
    : ratio.toExponential(0).replace('+', '');
}
