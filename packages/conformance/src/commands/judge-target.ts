// A target to reports and an exit code: what `run` does when nothing else is asked of it.

import { readFile } from 'node:fs/promises';
import type { Finding } from '../fuzz/finding.ts';
import { checkKnownFailures, type KnownFailure } from '../known-failures.ts';
import { loadVectors } from '../load.ts';
import { renderNdjson } from '../ndjson.ts';
import { runTarget } from '../open.ts';
import { ownStdout } from '../own-stdout.ts';
import { recordRun } from '../record.ts';
import { shardOf } from '../shard.ts';
import { listTests, type SuiteFile } from '../suite.ts';
import { renderTerminal, wantsColor } from '../terminal.ts';
import { printable } from '../terminal-text.ts';
import { writeWhole } from '../whole.ts';
import { checkDraw, checkFindingsFolder, drawOf, drawWords, tellFindings, wasDrawn } from './draw.ts';
import { whyEmpty } from './list.ts';
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
  const { vectors, filter, shard, stdio, timeout, memory, validate, report: reports = [] } = wishes;
  const wish = { words, stdio, timeout, memory, validate };
  const draw = drawOf(wishes);
  const findings: Finding[] = [];
  checkTarget(wish);
  checkDraw(draw, wishes);
  // From here on a module may print what it likes.
  const output = wishes.json ? ownStdout() : undefined;
  let release = () => {};
  try {
    const { all, knownFailures, target } = await beforehand(async () => {
      for (const { path } of reports) checkReportPath(path);
      if (wishes.fuzzOut !== undefined) checkFindingsFolder(wishes.fuzzOut);
      return {
        all: await loadVectors(vectors),
        knownFailures: wishes.knownFailures ? await readKnownFailures(wishes.knownFailures) : [],
        // Last: a module runs when it is loaded.
        target: await loadTarget(wish),
      };
    });
    const empty = shard && whyEmpty(all, { filter, shard });
    if (empty) throw new Error(`no test was run: ${empty}`);
    const files = shard ? shardOf(all, filter, shard) : all;
    const progress = createProgress(files, filter, draw.count);
    release = exitOnSignals(progress.interrupted);
    // Vectors of one's own, and a shard, may be a part of those that a list of known failures is about.
    const partial = vectors !== undefined || shard !== undefined;
    const { name, createTarget, startTimeout } = target;
    const options = { filter, knownFailures, partial, timeout, startTimeout, onResult: progress.step };
    const onFinding = (finding: Finding) => findings.push(finding);
    const judged = await runTarget(name, createTarget, files, { ...options, fuzz: { ...draw, onFinding } });
    const report = shard ? { ...judged, shard: `${shard.index}/${shard.count}` } : judged;
    progress.clear();
    const record = recordRun([report], all);
    if (output) {
      await output.write(renderNdjson(record));
      for (const failure of record.failures) say(failure);
    } else {
      const look = { color: wantsColor(process.stdout), columns: process.stdout.columns };
      process.stdout.write(renderTerminal([report], record.failures, look));
    }
    if (wasDrawn(report, draw)) say(drawWords(draw));
    tellFindings(findings, wishes, say);
    tellOthers(knownFailures, report.target);
    for (const { render, path } of reports) writeWhole(path, render(record));
    return record.failures.length === 0 ? 0 : 1;
  } finally {
    release();
    output?.release();
  }
}

/** How far a run is: one line on a terminal, and the words when a signal ends it. */
function createProgress(files: readonly SuiteFile[], filter: string | undefined, drawn: number) {
  const batches = Array.from({ length: drawn }, (_, n) => `drawn batch ${n + 1}`);
  const ids = [...listTests(files, filter).map(({ test }) => test.id), ...batches];
  const shown = process.stderr.isTTY;
  let judged = 0;
  return {
    step: () => {
      judged++;
      if (shown) process.stderr.write(`\r${judged} of ${ids.length} tests`);
    },
    clear: () => {
      if (shown) process.stderr.write('\r\u001b[K');
    },
    interrupted: () =>
      `interrupted at ${ids[judged] ?? 'the end'}, ${judged} of ${ids.length} judged; no report was written`,
  };
}

/** What a target says of itself is among the words. */
function say(words: string): void {
  process.stderr.write(`eqloss-conformance: ${printable(words)}\n`);
}

/** A list may serve many targets; but a typo should not go unseen either. */
function tellOthers(knownFailures: readonly KnownFailure[], target: string): void {
  const others = [...new Set(knownFailures.map((entry) => entry.target))].filter((name) => name !== target);
  if (others.length === 0) return;
  say(`known failures of other targets were not used: ${others.join(', ')}`);
}

async function readKnownFailures(path: string): Promise<readonly KnownFailure[]> {
  try {
    return checkKnownFailures(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`);
  }
}
