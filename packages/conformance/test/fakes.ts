// A small suite, one honest target and the ways to spoil it: what tests the tester.

import { compute } from '../oracle/mutants.ts';
import { decodeTensor, decodeTest } from '../src/decode.ts';
import { encodeTensor } from '../src/encode.ts';
import type { EncodedTest, Group, Output, VectorFile } from '../src/format.ts';
import { encodeWireTest } from '../src/messages.ts';
import type { Case } from '../src/oracle/case.ts';
import { refusalsOf } from '../src/oracle/refusal.ts';
import { listTests, type SuiteFile } from '../src/suite.ts';
import type { DecodedTest, Outcome, Outputs, Supports, Target } from '../src/target.ts';

const tight = { abs: 1e-12, rel: 1e-12 };
const single = { abs: 2e-6, rel: 2e-6 };
const every = <T>(value: T): Record<Output, T> => ({ loss: value, rowLosses: value, gradient: value });
const tolerances: Group['tolerances'] = { float64: every(tight), float32: every(single) };
const source = { oracle: 'by hand', version: '1', digits: 50, seed: 0 };
const f64 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  encodeTensor(Float64Array.from(values), shape);

function sigmoidTest(id: string, flags: string[], reduction: string, labels: number[]): EncodedTest {
  const rows = labels.length;
  const divisor = reduction === 'mean' ? rows : 1;
  // Logits are 0: each element costs ln 2, and the gradient is 1/2, or -1/2 at the label.
  const rowLosses = labels.map(() => 2 * Math.LN2);
  const gradient = labels.flatMap((label) => [0, 1].map((j) => (j === label ? -0.5 : 0.5) / divisor));
  return {
    id,
    comment: 'Logits are 0.',
    flags,
    dtypes: ['float64', 'float32'],
    inputs: {
      logits: f64(
        gradient.map(() => 0),
        [rows, 2],
      ),
      frequencies: f64([1, 1]),
      labels,
    },
    options: { threshold: '0000000000000000', reduction },
    expected: {
      ...(reduction !== 'none' && { loss: f64([(rows * 2 * Math.LN2) / divisor], []) }),
      rowLosses: f64(rowLosses),
      gradient: f64(gradient, [rows, 2]),
    },
  };
}

const sum = sigmoidTest('sum-one-row', ['plain'], 'sum', [0]);

/** Four tests of the sigmoid form; ids `sum-one-row`, `mean-two-rows`, `none-background`, `label-too-large`. */
export const suite: readonly SuiteFile[] = [
  {
    path: 'sigmoid.json',
    file: {
      $schema: '../schema/vectors.schema.json',
      spec: '1.0',
      form: 'sigmoid',
      notes: {
        plain: { catches: 'a wrong loss', clauses: ['S2', 'S3'] },
        reduction: { catches: 'a wrong divisor', clauses: ['R1'] },
        label: { catches: 'a silent clamp', clauses: ['LABEL_RANGE'] },
      },
      groups: [
        {
          name: 'by hand',
          source,
          tolerances,
          tests: [
            sum,
            sigmoidTest('mean-two-rows', ['plain', 'reduction'], 'mean', [1, 0]),
            sigmoidTest('none-background', ['reduction'], 'none', [2, 1]),
            {
              ...sum,
              id: 'label-too-large',
              flags: ['label'],
              inputs: { ...sum.inputs, labels: [3] },
              expected: { error: 'LABEL_RANGE' },
            },
          ],
        },
      ],
    } satisfies VectorFile,
  },
];

export const supports: Supports = {
  forms: ['sigmoid'],
  dtypes: ['float64'],
  outputs: ['loss', 'rowLosses', 'gradient'],
  reductions: ['none', 'sum', 'mean'],
  features: ['index-labels', 'background'],
};

/** A right answer to the suite's tests and to the smoke test: plain sigmoid cross-entropy with index labels. */
export function answer(test: DecodedTest): Outcome {
  const [rows, classes] = test.inputs.logits.shape;
  const labels = test.inputs.labels ?? [];
  if (labels.some((label) => label > classes)) return { error: 'LABEL_RANGE', message: 'no such class' };
  const divisor = test.options.reduction === 'mean' ? rows : 1;
  const logits = test.inputs.logits.data;
  const rowLosses = new Float64Array(rows);
  const gradient = Float64Array.from(logits, (z, i) => {
    const row = Math.floor(i / classes);
    const y = labels[row] === i % classes ? 1 : 0;
    rowLosses[row] += Math.log1p(Math.exp(z)) - y * z;
    return (1 / (1 + Math.exp(-z)) - y) / divisor;
  });
  const loss = rowLosses.reduce((total, value) => total + value, 0) / divisor;
  return { outputs: { ...(test.options.reduction !== 'none' && { loss }), rowLosses, gradient } };
}

/** A target that answers as told; honest by default. `spoil` leaves the smoke test alone. */
export function fakeTarget(
  run: (test: DecodedTest, signal?: AbortSignal) => Outcome | Promise<Outcome> = answer,
  changes: Partial<Target> = {},
): Target {
  return {
    protocol: 1,
    name: 'fake',
    version: '1.0.0',
    environment: { engine: 'none' },
    supports,
    run: async (test, signal) => (test.id.startsWith('smoke') ? answer(test) : run(test, signal)),
    ...changes,
  };
}

/** The honest answer with its outputs changed; errors stay. */
export function spoil(change: (outputs: Outputs) => Outputs): (test: DecodedTest) => Outcome {
  return (test) => {
    const outcome = answer(test);
    return 'outputs' in outcome ? { outputs: change(outcome.outputs) } : outcome;
  };
}

/** Everything that can be claimed, in double. */
export const everything: Supports = {
  forms: ['sigmoid', 'softmax'],
  dtypes: ['float64'],
  outputs: ['loss', 'rowLosses', 'gradient'],
  reductions: ['none', 'sum', 'mean'],
  features: [
    ...(['index-labels', 'target-rows', 'background', 'ignored-rows', 'foreground', 'row-weights'] as const),
    ...(['normalizer', 'beta-scalar', 'beta-class', 'beta-element', 'release'] as const),
  ],
};

/** A right answer to every valid test in double, and to bad input; or one with a fault of oracle/mutants.ts. */
export function plainAnswer(test: DecodedTest, fault?: string): Outcome {
  const [error] = refusalsOf(test.form, caseOf(test));
  return error === undefined ? { outputs: compute(test, fault) } : { error };
}

/** Claims everything and is right, but for the fault. The smoke test is answered rightly. */
export function plainTarget(fault?: string, changes: Partial<Target> = {}): Target {
  const run: Target['run'] = async (test) => plainAnswer(test, test.id.startsWith('smoke') ? undefined : fault);
  return { ...fakeTarget(), supports: everything, run, ...changes };
}

/**
 * Knows the vectors by heart and nothing else: to inputs that it has seen it replays what is expected, to others it answers
 * zeros. The maths of a target that was fitted to its tests.
 */
export function byHeart(files: readonly SuiteFile[]): Target {
  const known = new Map<string, Outcome>();
  for (const { test, form } of listTests(files)) {
    const { expected } = test;
    for (const dtype of test.dtypes) {
      known.set(nameOf(decodeTest(test, dtype, form)), 'error' in expected ? expected : { outputs: replay(expected) });
    }
  }
  const run: Target['run'] = async (test) => {
    if (test.id.startsWith('smoke')) return plainAnswer(test);
    const [rows, classes] = test.inputs.logits.shape;
    const zeros = { rowLosses: new Float64Array(rows), gradient: new Float64Array(rows * classes) };
    const loss = test.options.reduction === 'none' ? {} : { loss: 0 };
    return known.get(nameOf(test)) ?? { outputs: { ...loss, ...zeros } };
  };
  return { ...plainTarget(), run };
}

function replay({ loss, rowLosses, gradient }: Exclude<EncodedTest['expected'], { readonly error: string }>): Outputs {
  return {
    ...(loss && { loss: decodeTensor(loss).data[0] }),
    rowLosses: decodeTensor(rowLosses).data,
    gradient: decodeTensor(gradient).data,
  };
}

/** Of a test everything but its id, exactly. */
function nameOf(test: DecodedTest): string {
  return JSON.stringify({ ...encodeWireTest(test), id: '' });
}

function caseOf({ inputs, options, id }: DecodedTest): Case {
  const { logits, frequencies, rowWeights, beta } = inputs;
  return {
    ...inputs,
    ...options,
    ...{ id, comment: '', flags: [], group: '' },
    threshold: options.threshold,
    frequencies: Array.from(frequencies),
    rowWeights: rowWeights && Array.from(rowWeights),
    beta: typeof beta === 'object' ? { shape: [beta.length], data: beta } : beta,
    ...(logits.data instanceof Int32Array && { integerLogits: true }),
  };
}
