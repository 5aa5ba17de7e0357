// A target to reports and an exit code: what `run` does when nothing else is asked of it.

import { readFile } from 'node:fs/promises';
import { checkKnownFailures, type KnownFailure } from '../known-failures.ts';
import { loadVectors } from '../load.ts';
import { runTarget } from '../open.ts';
import { recordRun } from '../record.ts';
import { listTests } from '../suite.ts';
import { renderTerminal, wantsColor } from '../terminal.ts';
import { writeWhole } from '../whole.ts';
import { checkTarget, loadTarget } from './load-target.ts';
import { checkReportPath } from './reports.ts';
import type { RunWishes } from './run.ts';
import { exitOnSignals } from './signals.ts';
import { beforehand, wordsOf } from './usage.ts';

/**
 * Runs the vectors against a target, prints the matrix and writes the reports.
 *
 * @param words TARGET.
 * @returns The exit code: 0, or 1 when the run failed.
 * @throws {UsageError} when nothing was run.
 */
export async function judgeTarget(words: readonly string[], wishes: RunWishes): Promise<number> {
  const { vectors, filter, timeout, report: reports = [] } = wishes;
  const wish = { words, stdio: wishes.stdio, timeout };
  const { files, knownFailures, target } = await beforehand(async () => {
    checkTarget(wish);
    for (const { path } of reports) checkReportPath(path);
    return {
      files: await loadVectors(vectors),
      knownFailures: wishes.knownFailures ? await readKnownFailures(wishes.knownFailures) : [],
      // Last: a module runs when it is loaded.
      target: await loadTarget(wish),
    };
  });
  const ids = listTests(files, filter).map(({ test }) => test.id);
  let judged = 0;
  const release = exitOnSignals(
    () => `interrupted at ${ids[judged] ?? 'the end'}, ${judged} of ${ids.length} judged; no report was written`,
  );
  const onResult = () => {
    judged++;
    if (process.stderr.isTTY) process.stderr.write(`\r${judged} of ${ids.length} tests`);
  };
  try {
    // Vectors of one's own may be a part of those that a list is about.
    const partial = vectors !== undefined;
    const { name, createTarget, startTimeout } = target;
    const options = { filter, knownFailures, partial, timeout, startTimeout, onResult };
    const report = await runTarget(name, createTarget, files, options);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    const record = recordRun([report], files);
    const look = { color: wantsColor(process.stdout), columns: process.stdout.columns };
    process.stdout.write(renderTerminal([report], record.failures, look));
    tellOthers(knownFailures, report.target);
    for (const { render, path } of reports) writeWhole(path, render(record));
    return record.failures.length === 0 ? 0 : 1;
  } finally {
    release();
  }
}

/** A list may serve many targets; but a typo should not go unseen either. */
function tellOthers(knownFailures: readonly KnownFailure[], target: string): void {
  const others = [...new Set(knownFailures.map((entry) => entry.target))].filter((name) => name !== target);
  if (others.length === 0) return;
  process.stderr.write(`eqloss-conformance: known failures of other targets were not used: ${others.join(', ')}\n`);
}

async function readKnownFailures(path: string): Promise<readonly KnownFailure[]> {
  try {
    return checkKnownFailures(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`);
  }
}
