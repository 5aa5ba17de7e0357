// packages/conformance/MUTANTS.md: what is wrong with each mutant, and which vectors tell.

import { fileURLToPath } from 'node:url';
import { CLAUSES } from '@eqloss/conformance';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { DRAWN, type Judgement, type Killer, LARGEST, type Laboratory } from './mutation.ts';

/** Where the table lies. */
export const TABLE: string = fileURLToPath(new URL('../../../packages/conformance/MUTANTS.md', import.meta.url));

/** How the table is written. */
export const COMMAND = 'npm run mutants';

/** Judges every mutant and writes the table. */
export async function mutantsTable(laboratory: Laboratory): Promise<string> {
  const rows: (readonly [Mutant, Judgement])[] = [];
  for (const mutant of mutants) rows.push([mutant, await laboratory.judge(mutant)]);
  rows.sort(([one], [other]) => CLAUSES.indexOf(one.clause) - CLAUSES.indexOf(other.clause));
  return `${[...head(rows), ...rows.map(row), ...idle(laboratory.vectors, rows)].join('\n')}\n`;
}

function head(rows: readonly (readonly [Mutant, Judgement])[]): string[] {
  const clauses = new Set(rows.map(([{ clause }]) => clause));
  const called = rows.flatMap(([, { drawn }]) => (drawn === undefined ? [] : [drawn]));
  const found = called.filter((count) => count > 0).length;
  const few = Math.min(...rows.map(([, { killers }]) => killers.length));
  return [
    '# Mutants',
    '',
    'Each mutant is our own implementation with one text changed, so that it breaks one rule of [SPEC.md](https://github.com/eqloss/eqloss/blob/main/packages/core/SPEC.md). Every one',
    `must fail a vector of at most ${LARGEST} logits; a survivor means a missing vector. \`${COMMAND}\` writes this page, and a test holds it true.`,
    '',
    `${rows.length} mutants break ${clauses.size} clauses and error codes. Each is told by at least ${few === 1 ? 'one vector' : `${few} vectors`}, and ${found} of the ${called.length} that a`,
    `batch can reach also by one of ${DRAWN.count} batches of the fuzzer (seed ${DRAWN.seed}). A second set, in \`oracle/mutants.ts\`, breaks a plain`,
    'implementation that shares no code with this one; its own test kills it.',
    '',
    `- *In*: the path of core that is changed: double or single precision, or the draws of β; or another package.`,
    '- *Told by*: how many vectors fail; for draws, how many tell of a draw that comes out differently.',
    '- *Smallest*: up to three of them with the fewest logits, in brackets how many those are.',
    '- *Files*: the vector files in which they lie.',
    `- *Drawn*: how many of the ${DRAWN.count} batches fail.`,
    '',
    '| breaks | mutant | in | told by | smallest | files | drawn |',
    '| --- | --- | --- | --: | --- | --- | --: |',
  ];
}

function row([mutant, { killers, drawn }]: readonly [Mutant, Judgement]): string {
  const smallest = [...killers].sort((one, other) => one.size - other.size || (one.id < other.id ? -1 : 1)).slice(0, 3);
  const files = [...new Set(killers.map(({ file }) => file))].sort();
  const name = mutant.name.replace(/ \(single\)$/, '').replaceAll('|', '\\|');
  const cells = [
    mutant.clause,
    name,
    mutant.package ?? (mutant.draws ? 'draws' : (mutant.precision ?? 'double')),
    killers.length,
    smallest.map(({ id, size }) => `\`${id}\` (${size})`).join(', '),
    files.join(', '),
    drawn ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The vectors that tell no mutant: honest, and a hint at mutants that nobody has thought of. */
function idle(vectors: readonly Killer[], rows: readonly (readonly [Mutant, Judgement])[]): string[] {
  const busy = new Set(rows.flatMap(([, { killers }]) => killers.map(({ id }) => id)));
  const rest = vectors.filter(({ id }) => !busy.has(id));
  const files = [...new Set(rest.map(({ file }) => file))];
  return [
    '',
    '## Vectors that tell none of them',
    '',
    `${rest.length} of the ${vectors.length} vectors of at most ${LARGEST} logits. They are kept for mistakes of other implementations: a boundary that ours has`,
    'no code for, or input that ours refuses in one place with all its like.',
    '',
    ...files.map((file) => {
      const ids = rest.filter((vector) => vector.file === file).map(({ id }) => `\`${id}\``);
      return `- ${file}: ${ids.join(', ')}`;
    }),
  ];
}
