// What a run comes to: one result a test, one report a target, and the verdict over all of them.

import type { WorstElement } from './compare.ts';
import type { ErrorBin } from './error-bins.ts';
import type { Dtype, Form, Output } from './format.ts';
import { nothingMatches } from './suite.ts';
import type { Supports } from './target.ts';

/**
 * - `pass`, `fail`: it answered, rightly or wrongly.
 * - `error`: no proper answer (threw, crashed, hung, broke the protocol).
 * - `skipped`: it declined, with a reason. `unsupported`: the test needs what it does not claim.
 * - `unavailable`: this machine cannot run the target.
 * - `known-failure`: failed as listed. `unexpected-pass`: listed, yet passed: take it off the list.
 */
export type Status =
  | 'pass'
  | 'fail'
  | 'error'
  | 'skipped'
  | 'unsupported'
  | 'unavailable'
  | 'known-failure'
  | 'unexpected-pass';

/** Where a target ran: Node, a browser built on Chromium, or another browser, which `environment.browser` names. */
export type Runtime = 'node' | 'chromium' | 'browser';

/** What one test came to. */
export interface TestResult {
  /** The test's id. */
  readonly id: string;
  /** Which of the two losses. */
  readonly form: Form;
  /** What it came to. */
  readonly status: Status;
  /** In which it ran; absent if it did not run. */
  readonly dtype?: Dtype;
  /** From the question to the answer, transport included; absent if it did not run. A time-out shows here, speed does not. */
  readonly milliseconds?: number;
  /** Clauses of SPEC.md and error codes that the test is about. */
  readonly clauses: readonly string[];
  /** What the vectors say of the test, in one sentence. */
  readonly comment?: string;
  /** The test's flags, each with what a test with it catches. */
  readonly catches?: Readonly<Record<string, string>>;
  /** Worst element's distance over its tolerance; Infinity when kinds or shapes differ. Absent if nothing was compared. */
  readonly ratio?: number;
  /** Why it is no plain pass, in words. */
  readonly reason?: string;
  /** Where the reason of a known failure or a skip is documented. */
  readonly link?: string;
  /** The worst elements beyond tolerance, worst first, five at most. */
  readonly worst?: readonly WorstElement[];
}

/** What one target came to in one runtime. */
export interface TargetReport {
  /** The name that it was run by. */
  readonly target: string;
  /** Where it ran. */
  readonly runtime: Runtime;
  /** What it says of itself; absent when it did not start. */
  readonly version?: string;
  /** What it says of engine, backend and device; absent when it did not start. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Which tests were wanted, when not all. */
  readonly filter?: string;
  /** Which part of them, as `1/4`, when not all. */
  readonly shard?: string;
  /** What it claims, and so what it was judged by; absent when it did not start. */
  readonly supports?: Supports;
  /** Why there are no answers at all: the reason of an unavailable target. */
  readonly unavailable?: string;
  /** Why nothing was judged: the target did not start or failed the smoke test. */
  readonly harness?: string;
  /** How far the gradient was off, by logit, over all tests; absent when no gradient was compared. */
  readonly errorByLogit?: readonly ErrorBin[];
  /** One a test, in the order of the vectors. */
  readonly results: readonly TestResult[];
}

/** How many results have a status; one that none has is absent. */
export type Counts = Readonly<Partial<Record<Status, number>>>;

/** How many results have each status; statuses without any are left out. */
export function countStatuses(results: readonly TestResult[]): Counts {
  const counts: Partial<Record<Status, number>> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** A run in numbers: `580 pass, 13 unsupported, 1 of 2 targets available`. */
export function countWords(reports: readonly TargetReport[]): string {
  const available = reports.filter(({ unavailable }) => !unavailable);
  const counts = countStatuses(available.flatMap(({ results }) => results));
  const words = Object.entries(counts).map(([status, count]) => `${count} ${status.replace('-', ' ')}`);
  const targets = `${available.length} of ${reports.length} target${reports.length === 1 ? '' : 's'} available`;
  return [...words, targets].join(', ');
}

/** Whether a result makes the run fail. */
export function isFailure(result: TestResult): boolean {
  return result.status === 'fail' || result.status === 'error' || result.status === 'unexpected-pass';
}

/** Whether a result says something about the target's maths. */
export function isJudged(result: TestResult): boolean {
  return isFailure(result) || result.status === 'pass' || result.status === 'known-failure';
}

/**
 * Why a run failed, one sentence each; empty when it passed.
 *
 * An available target that no test judged is a failure, and so is a run without any available target: nothing was proven.
 */
export function failuresOf(reports: readonly TargetReport[]): readonly string[] {
  const reasons: string[] = [];
  for (const report of reports) {
    const failed = report.results.filter(isFailure).length;
    const unexpected = report.results.filter(({ status }) => status === 'unexpected-pass').length;
    const label = labelOf(report);
    if (report.harness) reasons.push(`${label}: ${report.harness}`);
    else if (failed > unexpected) reasons.push(`${label}: ${failed - unexpected} failed`);
    if (unexpected > 0) reasons.push(`${label}: ${unexpected} passed although listed as known failures`);
    if (!report.unavailable && !report.results.some(isJudged)) reasons.push(`${label}: ${nothingRun(report)}`);
  }
  if (reports.every(({ unavailable }) => unavailable)) reasons.push('no test was run');
  return reasons;
}

function nothingRun({ filter, results }: TargetReport): string {
  if (filter === undefined || results.length > 0) return 'no test was run';
  return `no test was run: ${nothingMatches(filter)}`;
}

/** A target's name, with the runtime unless it is Node. */
export function labelOf(report: Pick<TargetReport, 'target' | 'runtime'>): string {
  return report.runtime === 'node' ? report.target : `${report.target} (${report.runtime})`;
}

/**
 * What a report leaves open and why, one sentence a reason: outputs that the target does not claim, known failures and
 * skips by reason, and unsupported tests by what they need. The reason of an unavailable or broken target is not
 * repeated.
 */
export function openReasons(report: TargetReport): readonly string[] {
  if (report.unavailable) return [];
  const sentences: string[] = [];
  const unclaimed = report.harness ? [] : unclaimedOutputs(report);
  if (unclaimed.length > 0) {
    const verb = unclaimed.length > 1 ? 'were' : 'was';
    sentences.push(`${unclaimed.join(' and ')} ${verb} not judged: not in supports.outputs`);
  }
  for (const status of ['known-failure', 'skipped'] as const) {
    // What was seen differs from test to test; the reason and clause of a known failure do not.
    const reasons = report.results
      .filter((result) => result.status === status)
      .map(({ reason = '' }) => reason.split(SEEN)[0]);
    for (const [reason, count] of tally(reasons)) sentences.push(`${count} ${status.replace('-', ' ')}: ${reason}`);
  }
  const needs = report.results.filter(({ status }) => status === 'unsupported').map(({ reason = '' }) => reason);
  if (needs.length > 0) {
    const words = tally(needs.flatMap((reason) => reason.replace(NEEDS, '').split(', ')));
    sentences.push(
      `${needs.length} unsupported, which need ${words.map(([word, count]) => `${word} (${count})`).join(', ')}`,
    );
  }
  return sentences;
}

/** Something that was left open, and the reports that it is about. */
export interface OpenReason {
  readonly sentence: string;
  readonly reports: readonly TargetReport[];
}

/** What reports leave open and why, the unavailable targets included: what several have in common is there once. */
export function openByReason(reports: readonly TargetReport[]): readonly OpenReason[] {
  const found = new Map<string, TargetReport[]>();
  for (const report of reports) {
    const unavailable = report.unavailable ? [`unavailable: ${report.unavailable}`] : [];
    for (const sentence of [...unavailable, ...openReasons(report)]) {
      found.set(sentence, [...(found.get(sentence) ?? []), report]);
    }
  }
  return [...found].map(([sentence, concerned]) => ({ sentence, reports: concerned }));
}

/** Outputs that were never compared, since the target does not claim them. A pass says nothing about them. */
function unclaimedOutputs({ supports }: TargetReport): readonly Output[] {
  return supports ? OUTPUTS.filter((output) => !supports.outputs.includes(output)) : [];
}

const OUTPUTS: readonly Output[] = ['loss', 'rowLosses', 'gradient'];

/** How the ids of drawn batches begin. */
export const DRAWN = 'fuzz-';

/** Whether a result is that of a drawn batch. */
export function isDrawn({ id }: Pick<TestResult, 'id'>): boolean {
  return id.startsWith(DRAWN);
}

/** Characters of a reason that a target gives: each test may have one, and reports repeat them. */
export const LONGEST_REASON = 10_000;

/** How the reason of an unsupported test begins. */
export const NEEDS = 'needs ';

/** How the reason of a test begins that was not asked any more, since the target had died too often. */
export const GONE = 'target is gone';

/** Parts the reason of a known failure from what was seen this time. */
export const SEEN = '; seen: ';

/** How often each text comes, the most frequent first. */
function tally(texts: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}
