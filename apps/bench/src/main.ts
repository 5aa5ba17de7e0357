// The bench: runs the cases, prints tables, writes report and plots, and says by its exit code whether all is well: 0, 1
// for a path or task that is wrong or failed, 2 for a bad call.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '@eqloss/conformance';
import { endOnSignals } from '../../../scripts/signals.mjs';
import { renderComparison } from './compare.ts';
import { describeMachine } from './environment.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { plotGrowth, plotPaths } from './plot.ts';
import { findTorch } from './python.ts';
import { failuresOf, type Report } from './report.ts';
import { runBench } from './run.ts';
import { runTasks } from './run-tasks.ts';
import { renderTable } from './table.ts';

// Each path's process is ended when this one ends: a listener for each.
process.setMaxListeners(100);
// Leaving ends every process that was started, and empties the temporary folder; reports are written whole.
endOnSignals(() => say('interrupted: no report was written'));
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(args);
    if (options === 'help') {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    // A folder that cannot be written is better found before the work than after it.
    mkdirSync(options.out, { recursive: true });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const { out, old } = options;
  const report = await measure(options);
  writeWhole(join(out, 'report.json'), `${JSON.stringify(report, undefined, 1)}\n`);
  const written = ['report.json'];
  if (report.rows.length > 0) {
    writeWhole(join(out, 'plot.svg'), await plotPaths(report.rows, report.environment));
    written.push('plot.svg');
  }
  if (report.growth.length > 0) {
    writeWhole(join(out, 'growth.svg'), await plotGrowth(report.growth, report.environment));
    written.push('growth.svg');
  }
  const { stdout } = process;
  const columns = Math.max(80, stdout.columns ?? 80);
  stdout.write(renderTable(report, columns));
  if (old !== undefined) stdout.write(`\n${renderComparison(old, report, columns)}`);
  say(`written to ${out}: ${written.join(', ')}`);
  return failuresOf(report).length > 0 ? 1 : 0;
}

async function measure({ groups, entries, growth, tasks, rounds, warmUp, budget }: Options): Promise<Report> {
  const torch = await findTorch();
  const plan = { torch, rounds, warmUp, budget, onGroup: say };
  const main = await runBench({ ...plan, groups, entries });
  const grown = await runBench({ ...plan, ...growth });
  const done = await runTasks({ tasks, rounds, warmUp, onTask: say });
  const seen = new Set<string>();
  const notes = [...main.notes, ...grown.notes, ...done.notes].filter((note) => {
    const key = JSON.stringify(note);
    return !seen.has(key) && seen.add(key);
  });
  const environment = { ...describeMachine(torch), paths: { ...grown.paths, ...main.paths, ...done.paths } };
  return { environment, rows: main.rows, growth: grown.rows, tasks: done.tasks, notes };
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
