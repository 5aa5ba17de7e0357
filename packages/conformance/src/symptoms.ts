// What the failures of a target have in common, in the words of the vectors: where to look first.

import { GONE, isJudged, type TargetReport, type TestResult } from './results.ts';

/** A flag that failed tests share. */
export interface Symptom {
  readonly flag: string;
  /** What a test with this flag catches, as its note says. */
  readonly catches: string;
  readonly failed: number;
  /** Tests with this flag that were judged. */
  readonly judged: number;
}

/**
 * The flags of the tests that a target failed. First those that failed most often in proportion, for a flag whose tests
 * all failed is a better hint than one of which some passed; among equals, those with more failures. Tests that a dead
 * target was never asked say nothing about it, and are left out.
 *
 * @param most How many; 10 by default.
 */
export function symptomsOf(report: TargetReport, most = 10): readonly Symptom[] {
  const flags = new Map<string, { catches: string; failed: number; judged: number }>();
  for (const result of report.results.filter(wasAsked)) {
    const failed = result.status === 'fail' || result.status === 'error' ? 1 : 0;
    for (const [flag, catches] of Object.entries(result.catches ?? {})) {
      const seen = flags.get(flag) ?? { catches, failed: 0, judged: 0 };
      flags.set(flag, { catches, failed: seen.failed + failed, judged: seen.judged + 1 });
    }
  }
  return [...flags]
    .map(([flag, seen]): Symptom => ({ flag, ...seen }))
    .filter(({ failed }) => failed > 0)
    .sort((one, other) => other.failed / other.judged - one.failed / one.judged || other.failed - one.failed)
    .slice(0, most);
}

function wasAsked(result: TestResult): boolean {
  return isJudged(result) && !(result.status === 'error' && result.reason?.startsWith(GONE));
}

/** A symptom as one line: `gate-double, 8 of 8 failed; catches: …`. */
export function symptomWords({ flag, catches, failed, judged }: Symptom): string {
  return `${flag}, ${failed} of ${judged} failed; catches: ${catches}`;
}
