// Proves every adapter on every backend that this machine has: reads the vectors, runs the targets, prints the matrix,
// writes the reports, and says by its exit code whether all is well: 0, 1 for any failure, 2 for a bad call.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkKnownFailures,
  countStatuses,
  DEFAULT_DRAW,
  type KnownFailure,
  type LoadedFile,
  labelOf,
  loadVectors,
  recordRun,
  renderHtml,
  renderJunit,
  renderNdjson,
  renderTerminal,
  type TargetReport,
  vectorsFolder,
  wantsColor,
  writeWhole,
} from '@eqloss/conformance';
import { lookForBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { endOnSignals } from '../../../scripts/signals.mjs';
import { type Options, parseOptions, usage } from './options.ts';
import { runAll } from './run-all.ts';
import type { TargetRun } from './targets.ts';
import { verdictOf } from './verdict.ts';

// Leaving kills everything that was started, at once: child processes and browsers are bound to the end of this process, and
// reports are written whole.
endOnSignals(() => say('interrupted: no report was written'));
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const known = new URL('./known-failures.json', import.meta.url);
  let options: Options | 'help';
  let files: readonly LoadedFile[];
  let knownFailures: readonly KnownFailure[];
  try {
    options = parseOptions(args);
    if (options === 'help') {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    files = await loadVectors(options.vectors);
    knownFailures = checkKnownFailures(JSON.parse(readFileSync(known, 'utf8')));
    // A folder that cannot be written is better found before the work than after it.
    mkdirSync(options.out, { recursive: true });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const browser = lookForBrowser();
  const { runs, filter, out } = options;
  let left = runs.length;
  const whole = options.vectors === vectorsFolder();
  const reports = await runAll(runs, files, {
    filter,
    // Other vectors than those of the list know nothing of its entries.
    partial: !whole,
    // Whoever chose some tests wants no others.
    fuzz: whole && filter === undefined ? DEFAULT_DRAW : undefined,
    knownFailures,
    browser,
    onStart: (run) => say(`${nameOf(run)}: starts`),
    onReport: (run, report, milliseconds) => {
      left--;
      say(`${nameOf(run)}: ${outcomeOf(report)}, ${(milliseconds / 1000).toFixed(1)} s; ${left} to go`);
    },
  });
  const failures = verdictOf(reports, { strict: isContinuousIntegration() });
  const record = { ...recordRun(reports, files), failures };
  writeWhole(join(out, 'report.ndjson'), renderNdjson(record));
  writeWhole(join(out, 'junit.xml'), renderJunit(record));
  writeWhole(join(out, 'index.html'), renderHtml(record));
  const { stdout } = process;
  stdout.write(renderTerminal(reports, failures, { color: wantsColor(stdout), columns: stdout.columns ?? 100 }));
  say(`reports: ${join(out, '{report.ndjson,junit.xml,index.html}')}`);
  return failures.length > 0 ? 1 : 0;
}

function nameOf({ entry, runtime }: TargetRun): string {
  return labelOf({ target: entry.name, runtime });
}

function outcomeOf(report: TargetReport): string {
  if (report.unavailable !== undefined) return 'unavailable';
  if (report.harness !== undefined) return 'does not answer as it should';
  const counts = Object.entries(countStatuses(report.results));
  return counts.map(([status, count]) => `${count} ${status.replace('-', ' ')}`).join(', ') || 'no test';
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
