// The tests of loaded vector files, each with what its file and group say about it.

import type { EncodedTest, Form, Group, VectorFile } from './format.ts';

/** A vector file that was read and checked. */
export interface SuiteFile {
  /** How it is called in problems and reports. */
  readonly path: string;
  /** Its content. */
  readonly file: VectorFile;
}

/** One test with what its file says about it. */
export interface SuiteTest {
  /** The test, as its file has it. */
  readonly test: EncodedTest;
  /** Of its file. */
  readonly form: Form;
  /** Of its group, by dtype and output. */
  readonly tolerances: Group['tolerances'];
  /** Of the notes that the test's flags name, without repetition, and without those of the other form. */
  readonly clauses: readonly string[];
  /** The test's flags, each with what its note says that a test with it catches. */
  readonly catches: Readonly<Record<string, string>>;
}

/** The tests of a suite in file order, or only those that a filter finds: by a part of the id, or by a flag
 * or clause, in capitals or not. */
export function listTests(files: readonly SuiteFile[], filter?: string): readonly SuiteTest[] {
  return files
    .flatMap(({ file }) =>
      file.groups.flatMap(({ tests, tolerances }) =>
        tests.map((test) => {
          const cited = new Set(test.flags.flatMap((flag) => file.notes[flag]?.clauses ?? []));
          const clauses = [...cited].filter((clause) => !otherForms[file.form].test(clause));
          const catches = Object.fromEntries(test.flags.map((flag) => [flag, file.notes[flag]?.catches ?? '']));
          return { test, form: file.form, tolerances, clauses, catches };
        }),
      ),
    )
    .filter(({ test, clauses }) => matches(filter, test, clauses));
}

/** Why no test is left, for people. */
export function nothingMatches(filter: string): string {
  return `nothing matches the filter ${JSON.stringify(filter)}, which takes a part of an id, or a whole flag or clause`;
}

function matches(filter: string | undefined, test: EncodedTest, clauses: readonly string[]): boolean {
  if (!filter) return true;
  const word = filter.toLowerCase();
  return test.id.includes(word) || [...test.flags, ...clauses].some((name) => name.toLowerCase() === word);
}

/** Notes are shared by both forms and cite both; a test of one form says nothing about the clauses of the other. */
const otherForms: Readonly<Record<Form, RegExp>> = { sigmoid: /^X\d+$/, softmax: /^S\d+$/ };
