// What `run` draws beside the vectors, and how it tells what that found.

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Finding } from '../fuzz/finding.ts';
import { DEFAULT_DRAW } from '../fuzz/fuzz.ts';
import { prettyJson } from '../pretty.ts';
import { DRAWN, isDrawn, type TargetReport } from '../results.ts';
import { writeWhole } from '../whole.ts';
import { checkReportPath } from './reports.ts';
import type { RunWishes } from './run.ts';
import { UsageError } from './usage.ts';

/** What is drawn. */
type Draw = typeof DEFAULT_DRAW;

/**
 * How many batches, and with which seed. A plain run draws the same few each time; whoever asks for batches gets new ones.
 */
export function drawOf({ fuzz, seed, vectors, filter, shard }: RunWishes): Draw {
  const part = vectors !== undefined || filter !== undefined || shard !== undefined;
  const count = fuzz ?? (part && seed === undefined ? 0 : DEFAULT_DRAW.count);
  return { count, seed: seed ?? (fuzz === undefined ? DEFAULT_DRAW.seed : randomInt(2 ** 32)) };
}

/**
 * Checks that batches are drawn when something is said about them.
 *
 * @throws {UsageError}
 */
export function checkDraw({ count }: Draw, { seed, fuzzOut }: RunWishes): void {
  if (count > 0 || (seed === undefined && fuzzOut === undefined)) return;
  throw new UsageError(
    `${seed === undefined ? '--fuzz-out' : '--seed'} is for drawn batches, and none is drawn: give --fuzz N`,
  );
}

/** Whether batches were drawn: not if the target never came so far. A vector file may hold some of another run. */
export function wasDrawn({ results }: TargetReport, { count }: Draw): boolean {
  return count > 0 && results.some(isDrawn);
}

/** What was drawn, and how it is drawn again. */
export function drawWords({ count, seed }: Draw): string {
  return `${count} batches were drawn beside the vectors; again with --fuzz ${count} --seed ${seed}`;
}

/**
 * Makes the folder of `--fuzz-out`.
 *
 * @throws {UsageError} when nothing can be written there.
 */
export function checkFindingsFolder(folder: string): void {
  checkReportPath(fileOf(folder, `${DRAWN}0-0`));
}

/**
 * Writes the vector of each finding, or prints it for whoever asked for batches: after a plain run a hundred lines of
 * JSON would push the verdict off the screen.
 */
export function tellFindings(
  findings: readonly Finding[],
  { fuzz, seed, fuzzOut, json }: RunWishes,
  say: (words: string) => void,
): void {
  const asked = fuzz !== undefined || seed !== undefined;
  for (const { id, sentence, file } of findings) {
    say(`${id} shrunk: ${sentence}`);
    if (fuzzOut !== undefined) {
      writeWhole(fileOf(fuzzOut, id), prettyJson(file));
      say(`  see it again with --vectors ${fileOf(fuzzOut, id)}`);
    } else if (asked && !json) {
      say('  as a vector file, for --vectors (--fuzz-out FOLDER writes it):');
      process.stdout.write(prettyJson(file));
    }
  }
  if (findings.length > 0 && !asked && fuzzOut === undefined)
    say('  --fuzz-out FOLDER writes it as a file for --vectors');
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.json`);
}
