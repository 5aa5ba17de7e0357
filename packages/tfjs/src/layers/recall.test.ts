import '@tensorflow/tfjs-backend-wasm';
import { createGate } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { compileLoss } from './compile.ts';
import type { LossConfig } from './config.ts';
import { groupRecall } from './recall.ts';
import { recallByGroup } from './recall-by-group.ts';

const classes = 4;
const groups = { tail: [1, 0, 0, 0], mid: [0, 1, 0, 0], head: [0, 0, 1, 1], long_tail: [1, 1, 0, 0] };
type Group = keyof typeof groups;

/** Counted by hand. */
function expected(labels: readonly number[], logits: readonly (readonly number[])[]): Record<Group, number> {
  const recall = (mask: readonly number[]) => {
    const rows = labels.flatMap((label, i) => (mask[label] === 1 ? [i] : []));
    const hits = rows.filter((i) => logits[i].every((z, j) => j === labels[i] || z < logits[i][labels[i]]));
    return hits.length / rows.length;
  };
  return Object.fromEntries(Object.entries(groups).map(([name, mask]) => [name, recall(mask)])) as Record<
    Group,
    number
  >;
}

/** No two logits of a row are equal: which of equals is the largest is no one's business. */
const example = fc.record({
  label: fc.integer({ min: -1, max: classes }),
  logits: fc.shuffledSubarray([-3, -1, 0, 2], { minLength: 4, maxLength: 4 }),
});

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  test('recallByGroup and evaluate() over unequal batches count what a loop counts', async () => {
    const config: LossConfig = { form: 'sigmoid', gate: createGate([1, 2, 3, 4], { threshold: 2 }) };
    // The logits are the inputs.
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [classes] })] });
    const recall = groupRecall({ groups });
    compileLoss(model, { optimizer: 'sgd', loss: config, metrics: recall.metrics });
    await fc.assert(
      fc.asyncProperty(
        fc.array(example, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, batchSize) => {
          const labels = rows.map(({ label }) => label);
          const logits = rows.map((row) => row.logits);
          const exact = expected(labels, logits);
          const [x, sparse] = [tf.tensor2d(logits), tf.tensor1d(labels)];
          expect(await recallByGroup(labels, x, groups)).toEqual(exact);
          expect(await recallByGroup(sparse, x, groups)).toEqual(exact);
          const values = model.evaluate(x, sparse, { batchSize }) as tf.Scalar[];
          const { loss: _, ...read } = await recall.read(model, values);
          expectRecalls(read, exact, '');
          // One-hot knows no ignored rows.
          const kept = labels.map((label) => Array.from({ length: classes }, (_, j) => (j === label ? 1 : 0)));
          const hot = tf.tensor2d(kept);
          expect(await recallByGroup(kept, x, groups)).toEqual(exact);
          const other = model.evaluate(x, hot, { batchSize }) as tf.Scalar[];
          const { loss: __, ...readHot } = await recall.read(model, other);
          expectRecalls(readHot, exact, '');
          tf.dispose([x, sparse, hot, values, other]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe.each(['cpu', 'wasm'])('rows with NaN are no hits, on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  // Hit, missed for NaN at, after and before the label, hit at Infinity, all NaN.
  const logits = [
    [2, 1, 0, -1],
    [nan, 1, 0, -1],
    [2, nan, 0, -1],
    [nan, 2, 0, -1],
    [infinity, 1, 0, -1],
    [nan, nan, nan, nan],
  ];
  const labels = [0, 0, 0, 1, 0, 0];
  const counted = { tail: 2 / 5, mid: 0, head: Number.NaN, long_tail: 2 / 6 };

  test('in recallByGroup and in the metrics', async () => {
    const z = tf.tensor2d(logits);
    expect(await recallByGroup(labels, z, groups)).toEqual(counted);
    const sums = groupRecall({ groups }).metrics.map((count) => tf.sum(count(tf.tensor1d(labels), z)).dataSync()[0]);
    expect(sums).toEqual([2, 5, 0, 1, 0, 0, 2, 6]);
  });
});

test('labels of inner positions, as many as classes, are indices', async () => {
  await tf.setBackend('cpu');
  const labels = [
    [0, 1, 2, 3],
    [1, 1, 0, 0],
  ];
  const rows = labels.flat().map((label, i) => {
    const row = [0, 0, 0, 0];
    row[i < 6 ? label : 3] = 1;
    return row;
  });
  const z = tf.tensor3d(rows.flat(), [2, 4, 4]);
  const exact = expected(labels.flat(), rows);
  expect(exact).toEqual({ tail: 1 / 3, mid: 1, head: 1, long_tail: 4 / 6 });
  const hot = tf.oneHot(tf.tensor2d(labels, [2, 4], 'int32'), 4);
  for (const given of [labels, tf.tensor2d(labels), tf.tensor(labels.flat(), [2, 4, 1]), labels.flat(), hot]) {
    expect(await recallByGroup(given, z, groups)).toEqual(exact);
  }
  await expect(recallByGroup(tf.zeros([4, 2]), z, groups)).rejects.toThrow(/^ROW_COUNT/);
});

describe('in training', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));
  const config: LossConfig = { form: 'softmax', gate: createGate([1, 2, 3, 4], { threshold: 2 }), beta: 0.9 };
  const rows = 11;
  const labels = Array.from({ length: rows }, (_, i) => (i === 4 ? -1 : (i * i) % 3));
  const inputs = Array.from({ length: rows }, (_, i) => [Math.sin(3 * i), Math.cos(5 * i), Math.sin(7 * i)]);
  const fixed = () => {
    const seeded = tf.initializers.glorotNormal({ seed: 5 });
    const layers = [tf.layers.dense({ units: classes, inputShape: [3], kernelInitializer: seeded, useBias: false })];
    const model = tf.sequential({ layers });
    const recall = groupRecall({ groups });
    // A rate of 0: an epoch's batches all see the same model.
    compileLoss(model, { optimizer: tf.train.sgd(0), loss: config, metrics: recall.metrics });
    const logits = (model.predict(tf.tensor2d(inputs)) as tf.Tensor2D).arraySync();
    return { model, recall, exact: expected(labels, logits) };
  };

  test('fit() logs the recalls over all rows of training and validation, and only these', async () => {
    const { model, recall, exact } = fixed();
    const [x, y] = [tf.tensor2d(inputs), tf.tensor1d(labels)];
    const seen: string[][] = [];
    const { history } = await model.fit(x, y, {
      batchSize: 4,
      epochs: 2,
      verbose: 0,
      validationData: [x, y],
      callbacks: [
        ...recall.callbacks,
        { onEpochEnd: (_: number, logs?: tf.Logs) => void seen.push(Object.keys(logs ?? {}).sort()) },
      ],
    });
    const names = Object.keys(groups).flatMap((name) => [`${name}Recall`, `val_${name}Recall`]);
    expect(Object.keys(history).sort()).toEqual([...names, 'loss', 'val_loss'].sort());
    expect(seen[0]).toEqual(Object.keys(history).sort());
    for (const epoch of [0, 1]) {
      const logs = Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[epoch] as number]));
      expectRecalls(logs, exact, '');
      expectRecalls(logs, exact, 'val_');
    }
    // No row of the data is of class 3: head is of class 2 alone.
    expect(labels).not.toContain(3);
  });

  test('fitDataset() and evaluateDataset() too', async () => {
    const { model, recall, exact } = fixed();
    const list = inputs.map((xs, i) => ({ xs, ys: labels[i] }));
    const dataset = tf.data.array(list).batch(4) as tf.data.Dataset<tf.TensorContainerObject>;
    const fitted = await model.fitDataset(dataset, {
      epochs: 1,
      verbose: 0,
      validationData: dataset,
      callbacks: recall.callbacks,
    });
    const logs = Object.fromEntries(
      Object.entries(fitted.history).map(([name, values]) => [name, values[0] as number]),
    );
    expectRecalls(logs, exact, '');
    expectRecalls(logs, exact, 'val_');
    const evaluated = (await model.evaluateDataset(dataset, {})) as tf.Scalar[];
    expectRecalls(await recall.read(model, evaluated), exact, '');
  });

  test('a callback of tfjs can watch them', async () => {
    const { model, recall } = fixed();
    const [x, y] = [tf.tensor2d(inputs), tf.tensor1d(labels)];
    const warn = vi.spyOn(console, 'warn');
    const stop = tf.callbacks.earlyStopping({ monitor: 'val_tailRecall', mode: 'max', patience: 1 });
    const { epoch } = await model.fit(x, y, {
      epochs: 9,
      verbose: 0,
      validationData: [x, y],
      callbacks: [new tf.CustomCallback(recall.callbacks[0]), stop],
    });
    expect(epoch).toEqual([0, 1]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test('a group without a row is NaN, and a model of several outputs keeps its prefixes', () => {
    const recall = groupRecall({ groups: { tail: [1, 0] } });
    const logs = { out_tailHits: 0.25, out_tailRows: 0.5, val_out_tailHits: 0, val_out_tailRows: 0, longtailHits: 1 };
    recall.callbacks[0].onEpochEnd(0, logs);
    expect(logs).toEqual({ out_tailRecall: 0.5, val_out_tailRecall: Number.NaN, longtailHits: 1 });
  });

  test('metrics, callbacks and evaluation leave no tensor behind', async () => {
    const { model, recall } = fixed();
    const [x, y] = [tf.tensor2d(inputs), tf.tensor1d(labels)];
    const before = tf.memory().numTensors;
    for (let k = 0; k < 3; k++) {
      await model.fit(x, y, { batchSize: 4, verbose: 0, validationData: [x, y], callbacks: recall.callbacks });
      const values = model.evaluate(x, y) as tf.Scalar[];
      await recall.read(model, values);
      tf.dispose(values);
      const logits = model.predict(x) as tf.Tensor;
      await recallByGroup(y, logits, groups);
      logits.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('bad input', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  test('groups and options are checked at once', () => {
    expect(codeOf(() => groupRecall({ groups: {} }))).toBe('UNSUPPORTED');
    expect(codeOf(() => groupRecall({ groups: { all: [1] } }))).toBe('UNSUPPORTED');
    expect(groupRecall({ groups: { all: [1] }, labels: 'sparse' }).metrics.map(({ name }) => name)).toEqual([
      'allHits',
      'allRows',
    ]);
    for (const nothing of [undefined, null, groups.tail] as unknown[]) {
      expect(codeOf(() => groupRecall(nothing as { groups: typeof groups }))).toBe('UNSUPPORTED');
    }
    const misspelt = { groups, label: 'sparse' };
    expect(codeOf(() => groupRecall(misspelt))).toBe('UNSUPPORTED');
  });

  test('metrics refuse logits and labels of other classes', () => {
    const [hits] = groupRecall({ groups }).metrics;
    expect(codeOf(() => hits(tf.zeros([2]), tf.zeros([2, 5])))).toBe('CLASS_COUNT');
    expect(codeOf(() => hits(tf.zeros([2, 5]), tf.zeros([2, 4])))).toBe('CLASS_COUNT');
    expect(codeOf(() => hits(tf.zeros([2, 1, 1]), tf.zeros([2, 4])))).toBe('RANK');
  });

  test('recallByGroup refuses what does not go together, with the codes of the spec', async () => {
    const z = tf.zeros([2, 4]);
    const codes = [
      [recallByGroup([0, 1, 2], z, groups), 'ROW_COUNT'],
      [recallByGroup([0, 1], tf.zeros([2, 5]), groups), 'CLASS_COUNT'],
      [recallByGroup([0, 5], z, groups), 'LABEL_RANGE'],
      [recallByGroup([0, 0.5], z, groups), 'LABEL_RANGE'],
      [recallByGroup([[0, 1, 0]], z, groups), 'CLASS_COUNT'],
      [recallByGroup([[0, 1, 0, 0], [1]], z, groups), 'CLASS_COUNT'],
      [recallByGroup([[0, 2, 0, 0]], z, groups), 'TARGET_RANGE'],
      [
        recallByGroup(
          [0, 1],
          tf.tidy(() => disposed()),
          groups,
        ),
        'DISPOSED',
      ],
      [recallByGroup(disposed(), z, groups), 'DISPOSED'],
      [recallByGroup([0], [[1, 0, 0, 0]] as unknown as tf.Tensor, groups), 'DTYPE'],
      [recallByGroup([0], undefined as unknown as tf.Tensor, groups), 'DTYPE'],
      [recallByGroup([0], tf.zeros([4]), groups), 'RANK'],
      [recallByGroup(null as unknown as number[], z, groups), 'UNSUPPORTED'],
      [recallByGroup(5 as unknown as number[], z, groups), 'UNSUPPORTED'],
      [recallByGroup('01' as unknown as number[], z, groups), 'UNSUPPORTED'],
    ] as const;
    for (const [result, code] of codes) await expect(result).rejects.toThrow(new RegExp(`^${code}:`));
  });
});

function disposed(): tf.Tensor {
  const tensor = tf.zeros([2, 4]);
  tensor.dispose();
  return tensor;
}

/** tfjs adds up in single precision. */
function expectRecalls(logs: Readonly<Record<string, number>>, exact: Record<Group, number>, prefix: string): void {
  for (const [name, recall] of Object.entries(exact)) {
    const logged = logs[`${prefix}${name}Recall`];
    if (Number.isNaN(recall)) expect(logged).toBeNaN();
    else expect(Math.abs(logged - recall)).toBeLessThan(1e-6);
  }
}
