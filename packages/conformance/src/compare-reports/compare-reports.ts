// What changed between two reports: first what is worse, then what is better, then what is only different.

import { clausesIn, resultsOf, summarizeRatios } from '../ratios.ts';
import type { RunRecord } from '../record.ts';
import type { Runtime, Status, TargetReport, TestResult } from '../results.ts';
import { type EnvironmentChange, environmentChanges, type VectorChange, vectorChanges } from './surroundings.ts';

/** One test of one target, in both reports or in one. */
export interface TestChange {
  /** The target's name in the reports. */
  readonly target: string;
  /** Where it ran. */
  readonly runtime: Runtime;
  /** The test's id. */
  readonly id: string;
  /** Clauses of SPEC.md and error codes that the test is about. */
  readonly clauses: readonly string[];
  /** Absent when the first report does not have the test. */
  readonly from?: Status;
  /** Absent when the second does not. */
  readonly to?: Status;
  /** Of the second report; it says why the test does not pass. */
  readonly reason?: string;
  /** Worst distance over tolerance in the first report; absent if nothing was compared. */
  readonly fromRatio?: number;
  /** The same in the second. */
  readonly toRatio?: number;
}

/** A target's worst ratio, over all tests or those of one clause, that more than doubled or halved. */
export interface RatioDrift {
  /** The target's name in the reports. */
  readonly target: string;
  /** Where it ran. */
  readonly runtime: Runtime;
  /** Absent: over all tests. */
  readonly clause?: string;
  /** The worst ratio of the first report. */
  readonly from: number;
  /** The worst ratio of the second. */
  readonly to: number;
}

/** A target that only one of the reports has. */
export interface TargetChange {
  /** The target's name in the report that has it. */
  readonly target: string;
  /** Where it ran. */
  readonly runtime: Runtime;
  /** How many results it has. */
  readonly tests: number;
}

/** What changed from one report to another. */
export interface ReportComparison {
  /** Whether nothing is worse: no regression, and something in common. */
  readonly passed: boolean;
  /** How many tests both reports have, counted once a target. */
  readonly common: number;
  /** Fails and did not fail before, new tests included; or passed and does not any more, whatever it does now. */
  readonly regressions: readonly TestChange[];
  /** Did not pass and does now. */
  readonly fixes: readonly TestChange[];
  /** Another status, neither better nor worse. */
  readonly changes: readonly TestChange[];
  /** New and not failing. */
  readonly newTests: readonly TestChange[];
  /** Of a target that both reports have. */
  readonly removedTests: readonly TestChange[];
  /** Targets of the second report alone. */
  readonly newTargets: readonly TargetChange[];
  /** Targets of the first report alone. */
  readonly removedTargets: readonly TargetChange[];
  /** Among tests that both reports passed; those that grew come first. */
  readonly drifts: readonly RatioDrift[];
  /** Facts of the runs and of the targets that are not the same. */
  readonly environments: readonly EnvironmentChange[];
  /** Vector files that are not the same. */
  readonly vectors: readonly VectorChange[];
}

/** By how much a worst ratio must move to be told. */
export const DRIFT = 2;
/** A ratio below this is as good as exact: it may move as it likes. */
const EXACT = 0.01;

/** Compares two reports; the order of lines and targets does not matter. */
export function compareReports(a: RunRecord, b: RunRecord): ReportComparison {
  const before = new Map(a.reports.map((report) => [keyOf(report), report]));
  const after = new Map(b.reports.map((report) => [keyOf(report), report]));
  const both = [...after].flatMap(([key, report]) => {
    const old = before.get(key);
    return old ? [{ old, report }] : [];
  });
  const changes = [
    ...both.flatMap(({ old, report }) => testChanges(old, report)),
    ...b.reports.filter((report) => !before.has(keyOf(report))).flatMap((report) => testChanges(undefined, report)),
  ];
  const kinds = new Map<string, TestChange[]>();
  for (const change of changes) kinds.set(kindOf(change), [...(kinds.get(kindOf(change)) ?? []), change]);
  const of = (kind: Kind) => kinds.get(kind) ?? [];
  const regressions = of('regression');
  const common = changes.filter(({ from, to }) => from && to).length;
  const isNewTarget = ({ target, runtime }: TestChange) => !before.has(keyOf({ target, runtime }));
  return {
    passed: regressions.length === 0 && common > 0,
    common,
    regressions,
    fixes: of('fix'),
    changes: of('change'),
    newTests: of('new').filter((change) => !isNewTarget(change)),
    removedTests: of('removed'),
    newTargets: b.reports.filter((report) => !before.has(keyOf(report))).map(targetChange),
    removedTargets: a.reports.filter((report) => !after.has(keyOf(report))).map(targetChange),
    drifts: both.flatMap(({ old, report }) => driftsOf(old, report)).sort((one, other) => growth(other) - growth(one)),
    environments: environmentChanges(a, b),
    vectors: vectorChanges(a, b),
  };
}

type Kind = 'regression' | 'fix' | 'change' | 'new' | 'removed' | 'same';

function kindOf({ from, to }: TestChange): Kind {
  if (to === undefined) return 'removed';
  if (isFailing(to) && (from === undefined || !isFailing(from))) return 'regression';
  if (from === undefined) return 'new';
  if (isPassing(from) && !isPassing(to)) return 'regression';
  if (isPassing(to) && !isPassing(from)) return 'fix';
  return from === to ? 'same' : 'change';
}

/** What a target does is judged, not whether its list of known failures is in order. */
function isPassing(status: Status): boolean {
  return status === 'pass' || status === 'unexpected-pass';
}

function isFailing(status: Status): boolean {
  return status === 'fail' || status === 'error';
}

function testChanges(old: TargetReport | undefined, report: TargetReport): readonly TestChange[] {
  const { target, runtime } = report;
  const before = new Map(old?.results.map((result) => [result.id, result]));
  const ids = new Set(report.results.map(({ id }) => id));
  const removed = [...before.values()].filter(({ id }) => !ids.has(id));
  return [
    ...report.results.map((result) => changeOf({ target, runtime }, before.get(result.id), result)),
    ...removed.map((result) => changeOf({ target, runtime }, result, undefined)),
  ];
}

function changeOf(
  of: Pick<TargetReport, 'target' | 'runtime'>,
  from: TestResult | undefined,
  to: TestResult | undefined,
): TestChange {
  const { id = '', clauses = [] } = to ?? from ?? {};
  return {
    ...of,
    id,
    clauses,
    ...(from && { from: from.status }),
    ...(to && { to: to.status }),
    ...(to?.reason !== undefined && { reason: to.reason }),
    ...(hasRatio(from) && { fromRatio: from?.ratio }),
    ...(hasRatio(to) && { toRatio: to?.ratio }),
  };
}

/** JSON has no Infinity. */
function hasRatio(result: TestResult | undefined): boolean {
  return result?.ratio !== undefined && Number.isFinite(result.ratio);
}

function driftsOf(old: TargetReport, report: TargetReport): readonly RatioDrift[] {
  const passed = ({ results }: TargetReport) => {
    return new Map(results.filter(({ status }) => isPassing(status)).map((result) => [result.id, result]));
  };
  const [before, after] = [passed(old), passed(report)];
  const shared = (all: Map<string, TestResult>, other: Map<string, TestResult>) => {
    return [...all.values()].filter(({ id }) => other.has(id));
  };
  const one = { ...old, results: shared(before, after) };
  const two = { ...report, results: shared(after, before) };
  return [undefined, ...clausesIn([two])].flatMap((clause) => {
    const pick = (from: TargetReport) =>
      summarizeRatios(clause === undefined ? from.results : resultsOf(from, clause))?.worst;
    const [from, to] = [pick(one), pick(two)];
    if (from === undefined || to === undefined) return [];
    const drift: RatioDrift = { target: report.target, runtime: report.runtime, ...(clause && { clause }), from, to };
    const moved = growth(drift);
    return moved > DRIFT || moved < 1 / DRIFT ? [drift] : [];
  });
}

function growth({ from, to }: RatioDrift): number {
  return Math.max(to, EXACT) / Math.max(from, EXACT);
}

function targetChange({ target, runtime, results }: TargetReport): TargetChange {
  return { target, runtime, tests: results.length };
}

function keyOf({ target, runtime }: Pick<TargetReport, 'target' | 'runtime'>): string {
  return JSON.stringify([target, runtime]);
}
