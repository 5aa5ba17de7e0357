// Every method on every stack against the same training in double: loss, draws, weights of rows and Adam.

import { createGate, drawBeta } from '@eqloss/core';
import { describe, expect, test } from 'vitest';
import { methods } from './methods.ts';
import { type Batch, stackNames, startStack } from './stack.ts';
import { GAMMA, type Task } from './task.ts';

const counts = [60, 30, 9, 1];
const classes = counts.length;
const share = counts.map((count) => count / 100);
const tail = [0, 0, 1, 1];
const none = { buckets: [], labels: new Int32Array() };
const task: Task = {
  buckets: 5,
  classes,
  glosses: [],
  train: none,
  validation: none,
  test: none,
  frequencies: Float64Array.from(share),
  gate: createGate(share, { threshold: 0.1 }),
  groups: ['head', 'mid', 'tail', 'tail'],
};
const texts = [[0, 1], [1, 2, 3], [4], [0, 2, 4], [3]];
const rate = 0.1;
const seed = 7;
const steps = 8;

describe.each(stackNames)('%s', (name) => {
  test.each(methods)('$name has the losses and answers of the same training in double', async (method) => {
    const stack = await startStack(name);
    const learner = await stack.createLearner(task, method, { seed, rate });
    const reference = trainInDouble(method.name, method.bias);
    for (let step = 0; step < steps; step++) {
      const labels = labelsOf(step, method.background);
      const wanted = reference.step(labels, step);
      expect((await learner.step(batchOf(labels))) / wanted, `step ${step}`).toBeCloseTo(1, 4);
    }
    const head = learner.finish();
    expect(head.weights).toHaveLength(task.buckets * classes);
    expect(Array.from(await head.predict(batchOf([]).buckets))).toEqual(texts.map((_, i) => reference.answer(i)));
    await head.release();
  });
});

test('the draws of the steps differ where it matters', () => {
  const drawn = Array.from({ length: steps }, (_, step) => drawn01(step).filter((_, k) => tail[k % classes] === 1));
  expect(new Set(drawn.map(String)).size).toBeGreaterThan(steps / 2);
});

/** Another order of classes in each step, and background if any. */
function labelsOf(step: number, background: boolean): number[] {
  return texts.map((_, i) => (background && i === step % texts.length ? classes : (i * 3 + step) % classes));
}

function batchOf(labels: readonly number[]): Batch {
  return { buckets: texts.map((text) => Int32Array.from(text)), labels: Int32Array.from(labels) };
}

function drawn01(step: number): number[] {
  return Array.from(drawBeta({ rows: texts.length, classes, gamma: GAMMA, seed, step }));
}

/** Formulas as the table's notes have them, not as any stack writes them. Weights `[classes][buckets]`, then the bias. */
function trainInDouble(name: string, initialBias: number) {
  const x = texts.map((text) => featuresOf(text));
  const parameters = counts.map(() => [...x[0].map(() => 0), initialBias]);
  const moments = counts.map(() => x[0].concat(0).map(() => [0, 0]));
  const logits = (i: number): number[] =>
    parameters.map((row) => row.reduce((sum, w, b) => sum + w * (x[i][b] ?? 1), 0));
  return {
    answer: (i: number): number => logits(i).indexOf(Math.max(...logits(i))),
    step: (labels: readonly number[], step: number): number => {
      const gradients = parameters.map((row) => row.map(() => 0));
      let loss = 0;
      for (const [i, y] of labels.entries()) {
        const row = rowOf(name, logits(i), y, drawn01(step).slice(i * classes));
        loss += row.loss / labels.length;
        for (const [j, g] of row.gradient.entries()) {
          for (const b of gradients[j].keys()) gradients[j][b] += (g * (x[i][b] ?? 1)) / labels.length;
        }
      }
      // Adam, Kingma and Ba, 2015, algorithm 1.
      for (const [j, row] of parameters.entries()) {
        for (const b of row.keys()) {
          const [m, v] = moments[j][b];
          const g = gradients[j][b];
          const next = [0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g];
          moments[j][b] = next;
          row[b] -=
            (rate * (next[0] / (1 - 0.9 ** (step + 1)))) / (Math.sqrt(next[1] / (1 - 0.999 ** (step + 1))) + 1e-7);
        }
      }
      return loss;
    },
  };
}

/** Loss and gradient of one row of logits. */
function rowOf(name: string, z: readonly number[], y: number, beta: readonly number[]) {
  const one = (j: number): number => (j === y ? 1 : 0);
  if (name === 'bce' || name.startsWith('eql')) {
    const gated = (j: number): boolean => name !== 'bce' && y !== classes && tail[j] === 1 && j !== y;
    return {
      loss: z.reduce((sum, v, j) => sum + (gated(j) ? 0 : Math.log1p(Math.exp(v)) - one(j) * v), 0),
      gradient: z.map((v, j) => (gated(j) ? 0 : 1 / (1 + Math.exp(-v)) - one(j))),
    };
  }
  // Of `adjusted`, exponentials are f times as large; of `seql`, those of drawn tail classes are left out.
  const factor = (j: number): number =>
    name === 'adjusted' ? share[j] : name === 'seql' && j !== y ? 1 - tail[j] * beta[j] : 1;
  const weight = name === 'weights' ? 25 / counts[y] : 1; // 1 / (4 f): those of 100 rows with these counts sum to 100
  const sum = z.reduce((total, v, j) => total + factor(j) * Math.exp(v), 0);
  return {
    loss: weight * (Math.log(sum) - z[y] - Math.log(factor(y))),
    gradient: z.map((v, j) => weight * ((factor(j) * Math.exp(v)) / sum - one(j))),
  };
}

function featuresOf(text: readonly number[]): number[] {
  return Array.from({ length: task.buckets }, (_, b) => (text.includes(b) ? 1 / Math.sqrt(text.length) : 0));
}
