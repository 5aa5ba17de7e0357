// The vectors' worth: every mistake in the list is caught, by small tests alone, in both precisions.

import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { compareOutputs } from '../src/compare.ts';
import { decodeTensor, decodeTest } from '../src/decode.ts';
import type { Dtype, EncodedTest, Form, Group } from '../src/format.ts';
import { loadVectors } from '../src/load.ts';
import type { DecodedTensor, Outputs } from '../src/target.ts';
import { compute, FAULTS, FINE_FAULTS } from './mutants.ts';

interface Entry {
  readonly form: Form;
  readonly group: Group;
  readonly test: EncodedTest;
}

const files = await loadVectors();
const all: Entry[] = files.flatMap(({ file }) => valid(file.form, file.groups));
const small: Entry[] = files
  .filter(({ path }) => !/lvis|wordnet/.test(basename(path)))
  .flatMap(({ file }) => valid(file.form, file.groups));

function valid(form: Form, groups: readonly Group[]): Entry[] {
  return groups.flatMap((group) =>
    group.tests.flatMap((entry) => ('error' in entry.expected ? [] : [{ form, group, test: entry }])),
  );
}

function passes({ form, group, test: entry }: Entry, dtype: Dtype, fault?: string): boolean {
  if ('error' in entry.expected) throw new Error('only tests with outputs are judged here');
  const { loss, rowLosses, gradient } = entry.expected;
  const expected = { ...(loss && { loss: doubles(loss) }), rowLosses: doubles(rowLosses), gradient: doubles(gradient) };
  const answer = compute(decodeTest(entry, dtype, form), fault);
  const outputs: Outputs = dtype === 'float64' ? answer : single(answer);
  const tolerances = group.tolerances[dtype];
  return compareOutputs(outputs, expected, { dtype, tolerances, outputs: ['loss', 'rowLosses', 'gradient'] }).pass;
}

function doubles(tensor: Parameters<typeof decodeTensor>[0]): DecodedTensor {
  const { shape, data } = decodeTensor(tensor);
  return { shape, data: Float64Array.from(data) };
}

function single({ loss, rowLosses, gradient }: Outputs): Outputs {
  return {
    ...(loss !== undefined && { loss: Math.fround(loss) }),
    rowLosses: Float32Array.from(rowLosses ?? []),
    gradient: Float32Array.from(gradient ?? []),
  };
}

/** The first small test that the fault fails. */
function killer(form: Form, dtype: Dtype, fault: string): string | undefined {
  const found = small.find((entry) => {
    return entry.form === form && entry.test.dtypes.includes(dtype) && !passes(entry, dtype, fault);
  });
  return found?.test.id;
}

test.each(['float64', 'float32'] as const)(
  'a plain implementation without a fault passes in %s',
  { timeout: 60_000 },
  (dtype) => {
    const failed = all.filter((entry) => entry.test.dtypes.includes(dtype) && !passes(entry, dtype));
    expect(failed.map((entry) => entry.test.id)).toEqual([]);
  },
);

for (const form of ['sigmoid', 'softmax'] as const) {
  test.each([...FAULTS.both, ...FAULTS[form]])(`${form}: "%s" is caught in both precisions`, (fault) => {
    expect(killer(form, 'float64', fault)).toBeDefined();
    expect(killer(form, 'float32', fault)).toBeDefined();
  });

  test.each(FINE_FAULTS)(`${form}: "%s" is caught in double`, (fault) => {
    expect(killer(form, 'float64', fault)).toBeDefined();
  });
}
