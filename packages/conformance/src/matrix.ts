// Targets x clause families: what a reader looks at first.

import { isFailure, isJudged, type TargetReport, type TestResult } from './results.ts';

/** Clause families in the order of SPEC.md. */
export const families = ['gate', 'sigmoid', 'softmax', 'reduce', 'shards', 'numeric', 'errors'] as const;
/** A column of the matrix. */
export type Family = (typeof families)[number];

/** What the tests of one family came to for one target: how many of them were judged, failed, or left open. */
export interface Cell {
  /** Tests that said something about the target's maths. */
  readonly judged: number;
  /** Of the judged: failures, errors and unexpected passes. */
  readonly failed: number;
  /** Of the judged: failures that are listed. */
  readonly known: number;
  /** Skipped, unsupported or unavailable. */
  readonly open: number;
}

/** The family of a clause (`G1`, `X2`, …); error codes are `errors`, guards have none. */
export function familyOf(clause: string): Family | undefined {
  const letter = /^([A-Z])\d+$/.exec(clause)?.[1];
  if (!letter) return 'errors';
  return letters[letter];
}

/** One target's tests of one family, or all of them. A test counts in every family that its clauses have. */
export function cellOf(report: TargetReport, family?: Family): Cell {
  const results = family ? report.results.filter((result) => isAbout(result, family)) : report.results;
  const judged = results.filter(isJudged);
  return {
    judged: judged.length,
    failed: judged.filter(isFailure).length,
    known: judged.filter(({ status }) => status === 'known-failure').length,
    open: results.length - judged.length,
  };
}

/** What a cell means, as a symbol, numbers and a word: colour is never the only sign. */
export interface CellText {
  /** For colours. */
  readonly kind: 'pass' | 'fail' | 'known' | 'open' | 'none';
  /** A symbol and numbers, as `✓ 331/334`. */
  readonly text: string;
  /** The same for a screen reader. */
  readonly words: string;
}

/**
 * `✓ 34` all passed, `✓ 34/50` all passed that were judged, `✗ 2/34` failed of judged, `~ 2/34` known failures of judged,
 * `– 34` not judged; nothing where there is no test.
 */
export function describeCell({ judged, failed, known, open }: Cell): CellText {
  const rest = open > 0 ? `, ${open} not judged` : '';
  if (failed > 0) return { kind: 'fail', text: `✗ ${failed}/${judged}`, words: `${failed} of ${judged} failed${rest}` };
  if (known > 0) {
    return { kind: 'known', text: `~ ${known}/${judged}`, words: `${known} of ${judged} known failures${rest}` };
  }
  if (judged > 0) {
    const of = open > 0 ? `/${judged + open}` : '';
    return { kind: 'pass', text: `✓ ${judged}${of}`, words: `all ${judged} passed${rest}` };
  }
  if (open > 0) return { kind: 'open', text: `– ${open}`, words: `${open} not judged` };
  return { kind: 'none', text: '', words: 'no test' };
}

const letters: Readonly<Record<string, Family>> = {
  G: 'gate',
  S: 'sigmoid',
  X: 'softmax',
  R: 'reduce',
  P: 'shards',
  N: 'numeric',
};

function isAbout(result: TestResult, family: Family): boolean {
  return result.clauses.some((clause) => familyOf(clause) === family);
}
