// A whole run, as the reports see it.

import type { LoadedFile } from './load.ts';
import { failuresOf, type TargetReport } from './results.ts';
import { listTests } from './suite.ts';

/** A run with its vectors and its verdict: what every report is made of. */
export interface RunRecord {
  /** ISO 8601. */
  readonly date: string;
  /** Versions of SPEC.md that the vectors follow; one, as a rule. */
  readonly spec: string;
  /** The files that were run, each with its hash and number of tests. */
  readonly vectors: readonly VectorSource[];
  /** What the runner ran on: `runtime`, and in Node `platform`. A target's own environment is in its report. */
  readonly host?: Readonly<Record<string, string>>;
  /** One for each target and runtime. */
  readonly reports: readonly TargetReport[];
  /** One sentence for each reason why the run failed. */
  readonly failures: readonly string[];
}

/** One vector file of a run. */
export interface VectorSource {
  /** Its name, without folders. */
  readonly file: string;
  /** Of its bytes, 64 digits in lower case. */
  readonly sha256: string;
  /** How many tests it holds, whether they were run or not. */
  readonly tests: number;
}

/**
 * Puts a run on record.
 *
 * @param files The vectors that were run, as `loadVectors` gave them: with their hashes at that time.
 * @param date When; now by default.
 */
export function recordRun(
  reports: readonly TargetReport[],
  files: readonly LoadedFile[],
  date: Date = new Date(),
): RunRecord {
  return {
    date: date.toISOString(),
    spec: [...new Set(files.map(({ file }) => file.spec))].join(', '),
    vectors: files.map((file) => ({
      file: file.path.split(/[\\/]/).at(-1) ?? '',
      sha256: file.hash,
      tests: listTests([file]).length,
    })),
    host: describeHost(),
    reports,
    failures: failuresOf(reports),
  };
}

/** Asked of the globals: this file runs in pages too. */
function describeHost(): Readonly<Record<string, string>> {
  const { process, navigator } = globalThis as {
    process?: { versions?: { node?: string }; platform?: string; arch?: string };
    navigator?: { userAgent?: string };
  };
  if (process?.versions?.node) {
    return { runtime: `Node ${process.versions.node}`, platform: `${process.platform} ${process.arch}` };
  }
  return navigator?.userAgent ? { runtime: navigator.userAgent } : {};
}
