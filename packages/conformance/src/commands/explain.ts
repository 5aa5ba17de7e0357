// The command `explain ID`, and `run --explain ID`: one vector, with its formula worked through.

import { explainTest } from '../explain/explanation.ts';
import { loadVectors } from '../load.ts';
import { nearest } from '../nearest.ts';
import { readSpec } from '../spec.ts';
import { listTests } from '../suite.ts';
import type { AddCommand } from './all.ts';
import { vectorsOption } from './options.ts';
import { beforehand, UsageError } from './usage.ts';

/** `explain ID`. */
export const addExplain: AddCommand = (program, end) => {
  program
    .command('explain')
    .summary('explains one test')
    .description('Prints what a test catches, the clauses, and the formula worked through with its numbers.')
    .argument('<ID>', 'the id of a test')
    .option(...vectorsOption)
    .action(async (id: string, { vectors }: { vectors?: string }) => end(await explain(id, vectors)));
};

/**
 * Prints the explanation of a vector.
 *
 * @param vectors File or folder.
 * @returns The exit code: 0.
 * @throws {UsageError} for an id that the vectors do not have, with those that are near.
 */
export async function explain(id: string, vectors?: string): Promise<number> {
  const files = await beforehand(() => loadVectors(vectors));
  const tests = listTests(files);
  const found = tests.find(({ test }) => test.id === id);
  if (!found)
    throw new UsageError(
      unknownWords(
        id,
        tests.map(({ test }) => test.id),
      ),
    );
  const groups = files.flatMap(({ file }) => file.groups);
  const group = groups.find(({ tests }) => tests.includes(found.test)) ?? groups[0];
  const columns = Math.min(process.stdout.columns ?? 80, 120);
  process.stdout.write(explainTest({ ...found, group }, { spec: readSpec(), columns }).text);
  return 0;
}

function unknownWords(id: string, ids: readonly string[]): string {
  if (id.startsWith('smoke-')) {
    return `${id} is no vector but the batch before all others: logits 0, label 0, λ 0, one row; its loss is ln 2`;
  }
  const near = nearest(id, ids);
  const hint = near.length > 0 ? `; did you mean\n  ${near.join('\n  ')}` : '; list shows all ids';
  return `there is no test ${JSON.stringify(id)}${hint}`;
}
