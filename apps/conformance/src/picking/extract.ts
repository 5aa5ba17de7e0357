// What the page about picking says, taken out of real reports: small enough to be committed.

import {
  isDrawn,
  labelOf,
  type RunRecord,
  type Supports,
  summarizeRatios,
  type TargetReport,
} from '@eqloss/conformance';
import type { Report as BenchReport, Row } from '../../../bench/src/report.ts';
import { type TargetRun, targets } from '../targets.ts';
import { packageOf, packages } from './packages.ts';
import type { Size } from './sizes.ts';

/** docs/picking.json. */
export interface Picking {
  /** When the suite ran, and when the bench did. */
  readonly dates: { readonly conformance: string; readonly bench: string };
  readonly machine: { readonly cpu: string; readonly cores: number; readonly os: string; readonly node: string };
  readonly spec: string;
  /** Tests in all vector files. */
  readonly tests: number;
  readonly packages: readonly PickedPackage[];
  readonly targets: readonly PickedTarget[];
}

/** A package and its size. */
interface PickedPackage extends Size {
  readonly name: string;
}

/** A target in one runtime, as the suite found it. */
export interface PickedTarget {
  readonly target: string;
  readonly runtime: TargetReport['runtime'];
  readonly package: string;
  /** As the list of targets calls it. */
  readonly backend: string;
  /** Absent when the machine could not run it; `unavailable` says why. */
  readonly unavailable?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly supports?: Supports;
  readonly passed: number;
  readonly knownFailures: number;
  /** Over the tests that passed. */
  readonly ratio?: { readonly worst: number; readonly median: number };
  /** What unsupported tests need, with their number. */
  readonly missing: Readonly<Record<string, number>>;
  /** By form, of 512 rows and 1203 classes; absent when the bench did not measure it. */
  readonly speed?: Readonly<Partial<Record<Row['form'], Speed>>>;
}

/** Time for loss and gradient. */
interface Speed {
  /** Threads that the bench gave it. */
  readonly threads: number;
  /** By that of the memory copy: less is faster. */
  readonly toCopy: number;
  /** Of plain TypeScript by this one's: more is faster. */
  readonly timesNaive: number;
}

/**
 * Takes out what is picked by.
 *
 * @param wanted Every run that the list of targets has.
 * @throws {Error} for a report that did not pass, that lacks a target, or that a target of another list is in.
 */
export function extractPicking(
  record: RunRecord,
  bench: BenchReport,
  sizes: ReadonlyMap<string, Size>,
  wanted: readonly TargetRun[],
): Picking {
  if (record.failures.length > 0) throw new Error(`the conformance run failed: ${record.failures.join('; ')}`);
  if (record.reports.some(({ filter }) => filter !== undefined)) throw new Error('the conformance run was filtered');
  const { cpu, cores, os, node, date } = bench.environment;
  return {
    dates: { conformance: record.date, bench: date },
    // Platform and processor; the kernel's version between them concerns nobody.
    machine: { cpu, cores, os: os.replace(/ .* /, ' '), node },
    spec: record.spec,
    tests: record.vectors.reduce((sum, { tests }) => sum + tests, 0),
    packages: packages.map(({ name }) => {
      const size = sizes.get(name);
      if (!size) throw new Error(`the size of ${name} was not measured`);
      return { name, ...size };
    }),
    targets: wanted.map(({ entry, runtime }) => {
      const report = record.reports.find((each) => each.target === entry.name && each.runtime === runtime);
      if (!report)
        throw new Error(`the conformance run has no ${labelOf({ target: entry.name, runtime })}: run all targets`);
      // What was drawn beside the vectors is not among those that are counted.
      return pickedTarget({ ...report, results: report.results.filter((result) => !isDrawn(result)) }, bench);
    }),
  };
}

function pickedTarget(report: TargetReport, bench: BenchReport): PickedTarget {
  const { target, runtime, results, unavailable, supports, environment } = report;
  const entry = targets.find(({ name }) => name === target);
  if (!entry) throw new Error(`${target} is not in the list of targets`);
  const about = { target, runtime, package: packageOf(entry).name, backend: entry.options.backend };
  const passed = results.filter(({ status }) => status === 'pass');
  const ratio = summarizeRatios(passed);
  const speed = runtime === 'node' || isOnlyInPages(target) ? speedOf(target, bench.rows) : undefined;
  return {
    ...about,
    ...(unavailable !== undefined && { unavailable }),
    ...(environment && { environment: withoutPaths(environment) }),
    ...(supports && { supports }),
    passed: passed.length,
    knownFailures: results.filter(({ status }) => status === 'known-failure').length,
    ...(ratio && { ratio: { worst: rounded(ratio.worst), median: rounded(ratio.median) } }),
    missing: missingOf(report),
    ...(speed && { speed }),
  };
}

/** The bench measures a path once: in Node, and in Chromium what Node does not have. */
function isOnlyInPages(target: string): boolean {
  return targets.some(({ name, runtimes }) => name === target && !runtimes.includes('node'));
}

/** Targets that are no path of their own name. */
const paths: Readonly<Record<string, { readonly path: string; readonly threads: number }>> = {
  'wasm-threads': { path: 'wasm', threads: 2 },
};

function speedOf(target: string, rows: readonly Row[]): PickedTarget['speed'] {
  const { path, threads } = paths[target] ?? { path: target, threads: 1 };
  const first = (row: Row) => row.foreground === 0.25 && row.tail === 'scattered' && row.beta !== 'drawn';
  const measured = rows.filter((row) => row.rows === 512 && row.classes === 1203 && first(row));
  const forms = (['sigmoid', 'softmax'] as const).flatMap((form): (readonly [Row['form'], Speed])[] => {
    const own = measured.find((row) => row.form === form && row.path === path && row.threads === threads);
    const naive = measured.find((row) => row.form === form && row.path === 'typescript-naive');
    if (!own || !naive) return [];
    const timesNaive = rounded(naive.nsPerLogit / own.nsPerLogit);
    return [[form, { threads, toCopy: rounded(own.toCopy), timesNaive }]];
  });
  return forms.length === 0 ? undefined : Object.fromEntries(forms);
}

function missingOf({ results }: TargetReport): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, reason = '' } of results) {
    if (status !== 'unsupported') continue;
    for (const need of reason.replace(/^needs /, '').split(', ')) counts[need] = (counts[need] ?? 0) + 1;
  }
  return counts;
}

/** Folders of the machine that measured concern nobody. */
function withoutPaths(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => !/^(?:[A-Za-z]:)?[\\/]|^file:/.test(value)),
  );
}

/** Two digits: more is not the same from run to run. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
