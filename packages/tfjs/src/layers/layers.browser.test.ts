// Losses and metrics where yTrue and yPred are known to the GPU alone, as the trainer hands them over, with nothing of tfjs
// but its core: they must not read back, and need no gradients of tfjs.

import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { createGate, sigmoidEql, softmaxEql } from '@eqloss/core';
import { ratioToN4 } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { layersLoss } from './loss.ts';
import { groupRecall } from './recall.ts';

const rows = 7;
const classes = 5;
const labels = [0, 4, -1, 5, 1, 1, 3];
const logits = Float32Array.from({ length: rows * classes }, (_, k) => 3 * Math.sin(k * 12.9898));
const gate = createGate([1, 2, 3, 4, 5], { threshold: 3 });
const groups = { tail: gate.tail, head: gate.tail.map((t) => 1 - t) };

describe.each(['webgl', 'webgpu'])('on %s', (backend) => {
  const start = async () => {
    await tf.setBackend(backend);
    tf.env().set(`${backend.toUpperCase()}_CPU_FORWARD`, false);
  };
  /** The same values, computed by the GPU. */
  const onGpu = (tensor: tf.Tensor) => tf.mul(tensor, tf.onesLike(tensor));

  test('metrics count without reading back', async () => {
    await start();
    const spies = [vi.spyOn(tf.backend(), 'read'), vi.spyOn(tf.backend(), 'readSync')];
    const yPred = onGpu(tf.tensor2d(logits, [rows, classes]));
    const hot = Array.from({ length: rows * classes }, (_, k) =>
      labels[Math.floor(k / classes)] === k % classes ? 1 : 0,
    );
    const counted = [tf.tensor2d(labels, [rows, 1]), tf.tensor2d(hot, [rows, classes])].map((yTrue) =>
      groupRecall({ groups }).metrics.map((metric) => tf.sum(metric(onGpu(yTrue), yPred))),
    );
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    const byHand = Object.values(groups).flatMap((mask) => {
      const members = labels.flatMap((label, i) => (mask[label] === 1 ? [i] : []));
      const hits = members.filter((i) => {
        const row = [...logits.slice(i * classes, (i + 1) * classes)];
        return row.indexOf(Math.max(...row)) === labels[i];
      });
      return [hits.length, members.length];
    });
    for (const kind of counted) {
      expect(await Promise.all(kind.map(async (sum) => (await sum.data())[0]))).toEqual(byHand);
    }
    vi.restoreAllMocks();
  });

  test('rows with NaN are no hits', async () => {
    await start();
    const spoilt = Float32Array.from(logits);
    // A hit each without it: before the label, after it, at it.
    const given = [4, 0, 2, 1];
    for (const [i, label] of given.entries())
      for (let j = 0; j < classes; j++) spoilt[i * classes + j] = j === label ? 9 : j;
    spoilt[0] = spoilt[classes + 4] = spoilt[2 * classes + 2] = Number.NaN;
    const yPred = onGpu(tf.tensor2d(spoilt.subarray(0, 4 * classes), [4, classes]));
    const all = groupRecall({ groups: { all: gate.tail.map(() => 1) } }).metrics;
    const counts = all.map((count) => count(tf.tensor2d(given, [4, 1]), yPred));
    expect([...(await counts[0].data())]).toEqual([0, 0, 0, 1]);
    expect([...(await counts[1].data())]).toEqual([1, 1, 1, 1]);
  });

  test('ignored labels that only the GPU knows: each loss counts for those that are left', async () => {
    await start();
    const loss = layersLoss({ form: 'softmax', gate, beta: 0.9 });
    const known = labels.map((label) => (label === classes ? -1 : label));
    const kept = known.filter((label) => label !== -1).length;
    const exact = softmaxEql({ gate, labels: known, logits, beta: 0.9, shape: [rows, classes] });
    const yPred = onGpu(tf.tensor2d(logits, [rows, classes]));
    const some = loss(onGpu(tf.tensor1d(known, 'int32')), yPred);
    const wanted = Array.from(exact.rowLosses, (l) => (l * rows) / kept);
    expect(ratioToN4(await some.data(), wanted)).toBeLessThanOrEqual(1);
    const none = loss(onGpu(tf.fill([rows, 1], -1)), yPred);
    expect([...(await none.data())]).toEqual(new Array(rows).fill(0));
  });

  test('the loss and its gradient are those of core, without reading back', async () => {
    await start();
    const exact = sigmoidEql({ gate, labels, logits, shape: [rows, classes] });
    const loss = layersLoss({ form: 'sigmoid', gate });
    const [yTrue, yPred] = [tf.tensor2d(labels, [rows, 1]), tf.tensor2d(logits, [rows, classes])].map(onGpu);
    const spies = [vi.spyOn(tf.backend(), 'read'), vi.spyOn(tf.backend(), 'readSync')];
    const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => loss(yTrue, z))(yPred, tf.fill([rows], 1 / rows));
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    const mean = Array.from(await value.data()).reduce((sum, l) => sum + l, 0) / rows;
    expect(ratioToN4([mean], [exact.loss])).toBeLessThanOrEqual(1);
    expect(ratioToN4(await grad.data(), exact.gradient)).toBeLessThanOrEqual(1);
    vi.restoreAllMocks();
  });
});
