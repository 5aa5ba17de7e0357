// A whole run, as the reports see it.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { failuresOf, type TargetReport } from './results.ts';
import { listTests, type SuiteFile } from './suite.ts';

export interface RunRecord {
  /** ISO 8601. */
  readonly date: string;
  /** Versions of SPEC.md that the vectors follow; one, as a rule. */
  readonly spec: string;
  readonly vectors: readonly VectorSource[];
  readonly reports: readonly TargetReport[];
  /** One sentence for each reason why the run failed. */
  readonly failures: readonly string[];
}

export interface VectorSource {
  readonly file: string;
  readonly sha256: string;
  readonly tests: number;
}

/** Puts a run on record. Reads the vector files once more, for their hashes. */
export function recordRun(
  reports: readonly TargetReport[],
  files: readonly SuiteFile[],
  date: Date = new Date(),
): RunRecord {
  return {
    date: date.toISOString(),
    spec: [...new Set(files.map(({ file }) => file.spec))].join(', '),
    vectors: files.map((file) => ({
      file: basename(file.path),
      sha256: createHash('sha256').update(readFileSync(file.path)).digest('hex'),
      tests: listTests([file]).length,
    })),
    reports,
    failures: failuresOf(reports),
  };
}

/**
 * Writes a report beside its place and renames it, so that there is never half a report. Synchronous, so that no signal
 * handler of this process can come between.
 */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}
