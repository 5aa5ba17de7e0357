// The command `compare`: what changed between two reports, and whether anything is worse.

import { compareReports } from '../compare-reports/compare-reports.ts';
import { renderComparison } from '../compare-reports/render-comparison.ts';
import { wantsColor } from '../terminal.ts';
import type { AddCommand } from './all.ts';
import { readReportFile } from './report-file.ts';

/** `compare`. */
export const addCompare: AddCommand = (program, end) => {
  program
    .command('compare')
    .summary('tells what changed between two reports')
    .description(
      'Tells what changed from report A to report B: regressions first, then fixes,\n' +
        'other tests and targets, ratios, environments and vectors.\n\n' +
        'Exit code 1 when something is worse: it passed in A and does not in B, or it\n' +
        'fails in B and did not in A; or when A and B have no test in common.',
    )
    .argument('<A>', 'an NDJSON report, of run --report json=FILE')
    .argument('<B>', 'a later one')
    .option('--json', 'one JSON object instead of text')
    .action(async (a: string, b: string, wishes: { readonly json?: true }) => end(await compare(a, b, wishes)));
};

/**
 * Prints the comparison.
 *
 * @returns The exit code: 0, or 1 when something is worse.
 * @throws {UsageError} for a file that is no report.
 */
async function compare(a: string, b: string, { json }: { readonly json?: true } = {}): Promise<number> {
  const comparison = compareReports(await readReportFile(a), await readReportFile(b));
  const { stdout } = process;
  const look = { color: wantsColor(stdout), columns: stdout.columns };
  stdout.write(json ? `${JSON.stringify(comparison)}\n` : renderComparison(comparison, look));
  return comparison.passed ? 0 : 1;
}
