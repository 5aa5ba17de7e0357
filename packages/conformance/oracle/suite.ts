// Cases to vector files: groups with their tolerances, and the notes that their flags need.

import type { Form, Group, VectorFile } from '../src/format.ts';
import type { Arithmetic } from '../src/oracle/arithmetic.ts';
import { buildTest, type Case } from '../src/oracle/case.ts';
import { ORACLE, SPEC_VERSION } from '../src/oracle/oracle.ts';
import { gradientScale, tolerancesOf } from '../src/oracle/tolerances.ts';
import { NOTES } from './notes.ts';

/** Seed of everything that is drawn. */
export const SEED = 20_200_311;

/** What a file is made of. */
export interface Suite {
  /** Without the folder, with `.json`. */
  readonly name: string;
  readonly form: Form;
  readonly cases: readonly Case[];
  /** By the name of the group. */
  readonly provenance?: Readonly<Record<string, string>>;
}

/** Writes one file: groups in the order of their first case. */
export function buildFile(math: Arithmetic, suite: Suite): VectorFile {
  const groups = new Map<string, Case[]>();
  for (const test of suite.cases) {
    const key = `${test.group}${scaleName(test)}`;
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  const flags = new Set(suite.cases.flatMap((test) => test.flags));
  return {
    $schema: '../schema/vectors.schema.json',
    spec: SPEC_VERSION,
    form: suite.form,
    notes: Object.fromEntries(Object.entries(NOTES).filter(([flag]) => flags.has(flag))),
    groups: Array.from(groups, ([name, cases]) => buildGroup(math, suite, name, cases)),
  };
}

function buildGroup(math: Arithmetic, suite: Suite, name: string, cases: readonly Case[]): Group {
  const provenance = suite.provenance?.[cases[0].group];
  return {
    name,
    source: {
      oracle: ORACLE,
      version: SPEC_VERSION,
      digits: math.digits,
      seed: SEED,
      ...(provenance && { provenance }),
    },
    tolerances: tolerancesOf(cases),
    tests: cases.map((test) => buildTest(math, suite.form, test)),
  };
}

/** Gradients within a factor of two of each other share a group, and with it an absolute tolerance. */
function scaleName(test: Case): string {
  const scale = Math.min(1, gradientScale(test));
  if (scale > 0.5) return '';
  return `, gradients up to 2^${Math.ceil(Math.log2(scale))}`;
}
