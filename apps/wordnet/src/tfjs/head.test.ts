import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, test } from 'vitest';
import { createHead, createRowMaker, logitsOf } from './head.ts';

const found = [Int32Array.of(0, 3, 4), Int32Array.of(5), Int32Array.of()];

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  test('rows come as they are and transposed', async () => {
    await tf.setBackend(backend);
    const { x, transposed } = createRowMaker(6)(found);
    const third = Math.fround(1 / Math.sqrt(3));
    expect(x.arraySync()).toEqual([
      [third, 0, 0, third, third, 0],
      [0, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(transposed.arraySync()).toEqual(tf.transpose(x).arraySync());
  });

  test('a second batch holds nothing of the first', async () => {
    await tf.setBackend(backend);
    const toRows = createRowMaker(6);
    toRows(found);
    expect(toRows([Int32Array.of(1)]).x.arraySync()).toEqual([[0, 1, 0, 0, 0, 0]]);
  });

  test('logits and their gradients are those of x weights + bias', async () => {
    await tf.setBackend(backend);
    const head = createHead(6, 2, -1);
    head.weights.assign(tf.randomNormal([6, 2], 0, 1, 'float32', 5));
    const rows = createRowMaker(6)(found);
    const upstream = tf.tensor2d([1, -2, 0.5, 3, -1, 0.25], [3, 2]);
    const plain = () => tf.add(tf.matMul(rows.x, head.weights), head.bias);
    const [ours, theirs] = [() => logitsOf(head, rows), plain].map((logits) =>
      tf.variableGrads(() => tf.sum(tf.mul(upstream, logits())) as tf.Scalar, [head.weights, head.bias]),
    );
    expect(ours.value.dataSync()[0]).toBeCloseTo(theirs.value.dataSync()[0], 6);
    for (const { name } of [head.weights, head.bias]) {
      const wanted = theirs.grads[name].dataSync();
      expect(Math.max(...wanted)).toBeGreaterThan(0.1);
      ours.grads[name].dataSync().forEach((value, k) => {
        expect(value).toBeCloseTo(wanted[k], 6);
      });
    }
    head.dispose();
  });
});
