// The graphs by the standard alone, where no engine can be leant on: `onnx.checker` judges every loss, and every test vector
// goes through the standard's own definitions of the ops.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadVectors } from '@eqloss/conformance';
import {
  compareOutputs,
  type Dtype,
  decodeTensor,
  decodeTest,
  type EncodedTensor,
  listTests,
  type Output,
  type SuiteTest,
} from '@eqloss/conformance/protocol';
import { createGate } from '@eqloss/core';
import { expect, test } from 'vitest';
import { buildLossModel, type LossModelOptions } from '../src/index.ts';
import { type Feeds, feedsFor, type ModelCase, optionsFor } from './models.ts';
import { arithmetics, space } from './space.ts';

/** A model with what it is fed and what is wanted of it. */
interface Run {
  readonly options: LossModelOptions;
  readonly feeds: Feeds;
  readonly outputs: readonly Output[];
}

/** What check.py writes. */
interface Answer {
  readonly onnx: string;
  /** The newest that it knows. */
  readonly opset: number;
  readonly evaluator: 'onnx.reference' | 'numpy';
  /** How many models were judged. */
  readonly checked: number;
  readonly problems: readonly string[];
  readonly cases: readonly { readonly error?: string; readonly outputs?: Readonly<Record<string, Float32Array>> }[];
}

/** A Python with onnx; undefined where there is none. */
function findPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find((python) => spawnSync(python, ['-c', 'import onnx, numpy']).status === 0);
}

/** Has check.py judge models and run cases. */
function ask(python: string, models: readonly LossModelOptions[], runs: readonly Run[]): Answer {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const put = (bytes: Uint8Array): [number, number] => {
    chunks.push(bytes);
    size += bytes.length;
    return [size - bytes.length, bytes.length];
  };
  const names = new Map<string, number>();
  const entries: object[] = [];
  const modelOf = (options: LossModelOptions): number => {
    const name = JSON.stringify(options);
    if (!names.has(name)) {
      names.set(name, entries.length);
      entries.push({ name, at: put(buildLossModel(options)) });
    }
    return names.get(name)!;
  };
  models.forEach(modelOf);
  const cases = runs.map(({ options, feeds, outputs }) => {
    const fed = Object.entries(feeds).map(([name, { type, shape, data }]) => {
      return [name, { type, shape, at: put(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) }];
    });
    return { model: modelOf(options), feeds: Object.fromEntries(fed), outputs };
  });
  const folder = mkdtempSync(join(tmpdir(), 'eqloss-'));
  try {
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ models: entries, cases }));
    writeFileSync(join(folder, 'data.bin'), Buffer.concat(chunks));
    const script = fileURLToPath(new URL('check.py', import.meta.url));
    const { status, stderr } = spawnSync(python, [script, folder], { maxBuffer: 2 ** 26 });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    const answer = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    const { buffer } = new Uint8Array(readFileSync(join(folder, 'results.bin')));
    for (const { outputs = {} } of answer.cases) {
      for (const [name, { at }] of Object.entries<{ at: [number, number] }>(outputs)) {
        outputs[name] = new Float32Array(buffer, at[0], at[1] / 4);
      }
    }
    return answer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A vector as the model's documentation wants it fed. */
function runOf({ test, form }: SuiteTest, more: Pick<LossModelOptions, 'arithmetic' | 'as'>): Run {
  const { inputs, options } = decodeTest(test, 'float32', form);
  const { logits, frequencies, labels, targets, foreground, rowWeights, beta } = inputs;
  const batch: ModelCase = {
    gate: createGate(frequencies, { threshold: options.threshold! }),
    logits: logits.data as Float32Array,
    ...(labels && { labels }),
    ...(targets && { targets: targets.data }),
    ...{ foreground, rowWeights, beta, normalizer: options.normalizer },
  };
  const reduction = options.reduction as LossModelOptions['reduction'];
  const outputs: readonly Output[] =
    reduction === 'none' ? ['rowLosses', 'gradient'] : ['loss', 'rowLosses', 'gradient'];
  const loss = { ...optionsFor(form, batch), ...more, reduction, outputs };
  return { options: loss, feeds: feedsFor(loss, batch), outputs };
}

function doubles(tensor: EncodedTensor): { shape: readonly number[]; data: Float64Array } {
  const { shape, data } = decodeTensor(tensor);
  return { shape, data: Float64Array.from(data) };
}

const python = findPython();
const unavailable = 'unavailable: no python3 with the modules onnx and numpy (Debian: python3-onnx)';

test('onnx.checker takes every loss, and by the standard every vector has its expected result', async (context) => {
  if (python === undefined) return context.skip(unavailable);
  const vectors = listTests(await loadVectors()).filter(
    ({ test }) => test.dtypes.includes('float32' satisfies Dtype) && !('error' in test.expected),
  );
  const runs = vectors.flatMap((vector) =>
    arithmetics.flatMap((arithmetic) =>
      (['graph', 'function'] as const).map((as) => ({ vector, ...runOf(vector, { arithmetic, as }) })),
    ),
  );
  const answer = ask(python, space, runs);
  expect(answer.problems).toEqual([]);
  expect(answer.checked).toBeGreaterThan(space.length / 4);
  const failures: string[] = [];
  for (const [k, { vector, options, outputs }] of runs.entries()) {
    const { error, outputs: results } = answer.cases[k];
    const { expected } = vector.test;
    if (error !== undefined || 'error' in expected || results === undefined) {
      failures.push(`${vector.test.id}, ${JSON.stringify(options)}: ${error}`);
      continue;
    }
    const { loss, ...rows } = results;
    const compared = compareOutputs(
      { ...rows, ...(loss && { loss: loss[0] }) },
      {
        ...(expected.loss && { loss: doubles(expected.loss) }),
        rowLosses: doubles(expected.rowLosses),
        gradient: doubles(expected.gradient),
      },
      { dtype: 'float32', tolerances: vector.tolerances.float32, outputs },
    );
    if (!compared.pass) {
      const [worst] = compared.worst;
      failures.push(`${vector.test.id}, ${JSON.stringify(options)}: ${compared.problem} ${JSON.stringify(worst)}`);
    }
  }
  expect(failures.length, failures.slice(0, 20).join('\n')).toBe(0);
  expect(runs.length).toBeGreaterThan(1500);
});
