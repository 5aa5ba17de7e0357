import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createGate, EqlError } from '@eqloss/core';
import { forms } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type SoftmaxOptions, sigmoidEql, softmaxEql } from './index.ts';
import { lossOf } from './testing.ts';

// With wasm registered too, tfjs would start it first.
await tf.setBackend('cpu');

const gate = createGate([0, 1, 2], { threshold: 1 });
const values = [0.5, -1, 2, 3, 0, -2];
const labels = [1, 0];
const optionsOf: Readonly<Record<string, object>> = { sigmoid: {}, softmax: { beta: 0.9 } };

describe.each(forms)('the gradient of the %s form', (form) => {
  const run = (z: tf.Tensor, options: object = {}) =>
    lossOf[form](labels, z, gate, { ...optionsOf[form], ...options } as SoftmaxOptions);

  test('is that of central differences of its own value', () => {
    const z = tf.tensor2d(values, [2, 3]);
    const gradient = tf
      .grad((x) => run(x))(z)
      .dataSync();
    values.forEach((value, k) => {
      const at = (shifted: number) => run(tf.tensor2d(values.with(k, shifted), [2, 3])).dataSync()[0];
      expect(gradient[k]).toBeCloseTo((at(value + 0.01) - at(value - 0.01)) / 0.02, 3);
    });
  });

  test('is multiplied by what follows the loss: a scalar, or one factor a row', () => {
    const z = tf.tensor2d(values, [2, 3]);
    const plain = tf
      .grad((x) => run(x, { reduction: 'sum' }))(z)
      .dataSync();
    const scaled = tf
      .grad((x) => run(x, { reduction: 'sum' }))(z, tf.scalar(6))
      .dataSync();
    plain.forEach((g, k) => {
      expect(scaled[k]).toBeCloseTo(6 * g, 5);
    });
    const dy = tf.tensor1d([2, -5]);
    const perRow = tf
      .grad((x) => run(x, { reduction: 'none' }))(z, dy)
      .dataSync();
    plain.forEach((g, k) => {
      expect(perRow[k]).toBeCloseTo(g * (k < 3 ? 2 : -5), 5);
    });
  });

  test('a second derivative is refused, on either way to it, instead of being wrong', () => {
    const z = tf.tensor2d(values, [2, 3]);
    const twice = tf.grad(tf.grad((x) => run(x)));
    expect(() => twice(z)).toThrow(/^UNSUPPORTED: .*second/);
    const throughDy = tf.grad((dy) => tf.grad((x) => run(x))(z, dy));
    expect(() => throughDy(tf.scalar(1))).toThrow(EqlError);
  });

  test('a batch without rows has loss 0 and a gradient without rows (R4)', () => {
    const empty = tf.zeros([0, 3]);
    const options = optionsOf[form] as SoftmaxOptions;
    const { value, grad } = tf.valueAndGrad((z) => lossOf[form]([], z, gate, options))(empty);
    expect(value.dataSync()).toEqual(Float32Array.of(0));
    expect(grad.shape).toEqual([0, 3]);
    expect(lossOf[form]([], empty, gate, { ...options, reduction: 'none' }).shape).toEqual([0]);
    const flat = lossOf[form]([[], []], tf.zeros([2, 0, 3]), gate, { ...options, reduction: 'none' });
    expect(flat.shape).toEqual([2, 0]);
  });

  test('an excluded entry never matters, whatever it holds (N1)', () => {
    const open = createGate([0, 5, 5], { threshold: 1 });
    const at = (z: number) => {
      const logits = tf.tensor2d([z, 1, 2], [1, 3]);
      const options = (form === 'softmax' ? { beta: 1 } : {}) as SoftmaxOptions;
      const { value, grad } = tf.valueAndGrad((x) => lossOf[form]([1], x, open, options))(logits);
      return [...value.dataSync(), ...grad.dataSync()];
    };
    for (const value of [Number.NaN, Infinity, -Infinity, 3e38]) expect(at(value)).toEqual(at(0));
    expect(at(0)[1]).toBe(0);
  });

  test('a row of weight 0 never matters, whatever it holds (R3)', () => {
    const at = (z: number) => {
      const logits = tf.tensor2d([...values.slice(0, 3), z, z, z], [2, 3]);
      const { value, grad } = tf.valueAndGrad((x) => run(x, { rowWeights: [1, 0] }))(logits);
      return [...value.dataSync(), ...grad.dataSync()];
    };
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(at(value)).toEqual(at(0));
  });
});

test('a backend that is switched between loss and gradient is refused', async () => {
  await tf.setBackend('wasm');
  const z = tf.tensor2d(values, [2, 3]);
  const switched = (to: string) =>
    tf.grad((x: tf.Tensor) => {
      const loss = sigmoidEql(labels, x, gate);
      tf.setBackend(to);
      return loss;
    });
  expect(() => switched('cpu')(z)).toThrow(/^UNSUPPORTED: .* backend wasm, .* on cpu; switch between steps/);
  expect(switched('cpu')(z).shape).toEqual([2, 3]);
});

test.each(['cpu', 'wasm'])(
  '%s: one loss serves an inner and an outer gradient, and neither changes the other',
  async (backend) => {
    await tf.setBackend(backend);
    const z = tf.tensor2d(values, [2, 3]);
    const plain = [
      ...tf
        .grad((x) => sigmoidEql(labels, x, gate))(z)
        .dataSync(),
    ];
    for (const factor of [1, 5]) {
      let inner: tf.Tensor | undefined;
      const outer = tf.grad((x) => {
        const { value, grad } = tf.valueAndGrad((y: tf.Tensor) => sigmoidEql(labels, y, gate))(x, tf.scalar(factor));
        inner = tf.keep(grad);
        // Three times the loss, without an op that needs a gradient of tfjs's.
        return tf.customGrad(() => ({ value: tf.mul(value, 3), gradFunc: (dy: tf.Tensor) => tf.mul(dy, 3) }))(value);
      })(z);
      const scaled = (by: number) => plain.map((g) => Math.fround(g * by));
      expect([...inner!.dataSync()]).toEqual(scaled(factor));
      expect([...outer.dataSync()]).toEqual(scaled(3));
    }
  },
);

test.each(['cpu', 'wasm'])('%s: a gradient that is never asked for goes with the next loss', async (backend) => {
  await tf.setBackend(backend);
  const z = tf.tensor2d(values, [2, 3]);
  const aside = tf.tensor2d(values, [2, 3]);
  const step = () => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => {
      sigmoidEql(labels, aside, gate).dispose(); // such as a metric
      return sigmoidEql(labels, x, gate);
    })(z);
    tf.dispose([value, grad]);
  };
  step();
  const { numTensors } = tf.memory();
  for (let k = 0; k < 10; k++) step();
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('without a gradient only the loss is computed, inside of a custom gradient too', async () => {
  await tf.setBackend('cpu');
  const z = tf.tensor2d(values, [2, 3]);
  const shapes = async (run: () => tf.Tensor) => {
    const { kernels } = await tf.profile(run);
    return kernels.filter(({ name }) => name.startsWith('Eqloss')).map(({ outputShapes }) => outputShapes);
  };
  expect(await shapes(() => sigmoidEql(labels, z, gate))).toEqual([[[]]]);
  expect(await shapes(() => tf.valueAndGrad((x: tf.Tensor) => sigmoidEql(labels, x, gate))(z).value)).toEqual([
    [[], [2, 3]],
  ]);
  const custom = () =>
    tf.grad((x: tf.Tensor) =>
      tf.customGrad(() => ({ value: sigmoidEql(labels, x, gate), gradFunc: (dy: tf.Tensor) => tf.mul(x, dy) }))(x),
    )(z);
  expect(await shapes(custom)).toEqual([[[]]]);
});

test('beside the logits there is room for one gradient, and no more', async () => {
  await tf.setBackend('wasm');
  const { wasm } = tf.backend() as unknown as {
    wasm: { _malloc(bytes: number): number; _free(at: number): void };
  };
  const rows = 64;
  const z = tf.randomNormal([rows, 300], 0, 1, 'float32', 1);
  const one = z.size * 4;
  const run = () => tf.dispose(tf.valueAndGrad((x: tf.Tensor) => sigmoidEql(new Int32Array(rows), x, wide))(z));
  const wide = createGate(new Float64Array(300), { threshold: 0 });
  run();
  const [malloc, free] = [wasm._malloc, wasm._free];
  const sizes = new Map<number, number>();
  let [now, peak] = [0, 0];
  wasm._malloc = (bytes) => {
    const at = malloc(bytes);
    sizes.set(at, bytes);
    now += bytes;
    peak = Math.max(peak, now);
    return at;
  };
  wasm._free = (at) => {
    now -= sizes.get(at) ?? 0;
    sizes.delete(at);
    free(at);
  };
  run();
  Object.assign(wasm, { _malloc: malloc, _free: free });
  expect(now).toBe(0);
  expect(peak).toBeGreaterThanOrEqual(one);
  expect(peak).toBeLessThan(one + 64 * rows);
});

test('an optimizer lowers the loss through variables, and tensors do not pile up', () => {
  const weights = tf.variable(tf.zeros([2, 3]));
  const optimizer = tf.train.sgd(0.5);
  const step = () => optimizer.minimize(() => softmaxEql([2, 0], weights as tf.Tensor, gate, { beta: 0.5 }), true);
  const first = step()!.dataSync()[0];
  const before = tf.memory().numTensors;
  for (let k = 0; k < 20; k++) step()!.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(step()!.dataSync()[0]).toBeLessThan(first / 2);
});

test('a scalar loss is typed as one, row losses as a list', () => {
  const z = tf.tensor2d(values, [2, 3]);
  const mean: tf.Scalar = sigmoidEql(labels, z, gate);
  const rows: tf.Tensor1D = sigmoidEql(labels, z, gate, { reduction: 'none' });
  expect(mean.rank).toBe(0);
  const [first, second] = rows.dataSync();
  expect((first + second) / 2).toBeCloseTo(mean.dataSync()[0], 6);
});
