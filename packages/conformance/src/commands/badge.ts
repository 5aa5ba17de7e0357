// The command `badge`: a small SVG of what a report says.

import { badgeOf, renderBadge } from '../badge/badge.ts';
import { writeWhole } from '../whole.ts';
import type { AddCommand } from './all.ts';
import { readReportFile } from './report-file.ts';
import { checkReportPath } from './reports.ts';
import { beforehand } from './usage.ts';

/** What is drawn, and where to. */
interface BadgeWishes {
  readonly target?: string;
  readonly out: string;
}

/** `badge`. */
export const addBadge: AddCommand = (program, end) => {
  program
    .command('badge')
    .summary('draws a badge of a report')
    .description('Writes an SVG with the verdict of a report. A badge that says "failed" is exit code 0.')
    .argument('<REPORT>', 'an NDJSON report, of run --report json=FILE')
    .option('--target <NAME>', 'only this target; as "NAME (chromium)" only there')
    .requiredOption('--out <FILE>', 'the SVG')
    .action(async (report: string, wishes: BadgeWishes) => end(await badge(report, wishes)));
};

/**
 * Writes the badge.
 *
 * @returns 0, whatever the report says.
 * @throws {UsageError} for a file that is no report, a target that it does not have, and no place for the badge.
 */
async function badge(path: string, { target, out }: BadgeWishes): Promise<number> {
  const record = await readReportFile(path);
  const drawn = await beforehand(() => {
    checkReportPath(out);
    return badgeOf(record, target);
  });
  writeWhole(out, renderBadge(drawn));
  process.stdout.write(`${drawn.label}: ${drawn.message}\n`);
  return 0;
}
