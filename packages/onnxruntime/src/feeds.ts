// From a checked batch to the model that it needs and the inputs of that model, in single precision.

import { checkSingle, type PreparedBatch, toSingle } from '@eqloss/core';
import type { LossOptions } from './options.ts';
import type { Ort, OrtTensor } from './ort.ts';

/** Which model a batch needs. The divisor is known here, so it is an input. */
export function modelFor(batch: PreparedBatch): LossOptions {
  const labels = batch.labels === undefined ? 'rows' : 'index';
  const common = { labels, rowWeights: true, normalizer: true } as const;
  if (batch.form === 'sigmoid') return { ...common, form: 'sigmoid', foreground: true };
  return { ...common, form: 'softmax', beta: batch.perElement ? 'element' : 'class' };
}

/**
 * The model's inputs by name. Doubles are cut to single precision here, and only here.
 *
 * @param logits z `[rows * classes]`; the input shares its memory.
 * @throws {EqlError} `UNSUPPORTED` for a row weight, a normalizer or a quotient of both beyond single precision.
 */
export function feedsOf(ort: Ort, batch: PreparedBatch, logits: Float32Array): Record<string, OrtTensor> {
  const { rows, classes, labels, targets, rowWeights } = batch;
  const floats = (values: Float32Array, shape: readonly number[]): OrtTensor =>
    new ort.Tensor('float32', values, shape);
  const bools = (values: Uint8Array, shape: readonly number[]): OrtTensor => new ort.Tensor('bool', values, shape);
  checkSingle(batch);
  const feeds: Record<string, OrtTensor> = {
    logits: floats(logits, [rows, classes]),
    rowWeights: floats(toSingle(rowWeights), [rows]),
    normalizer: floats(Float32Array.of(batch.divisor), []),
  };
  if (labels !== undefined) {
    // Core writes -1 for both kinds of row without a class; the model tells them apart. SPEC G5.
    const own = labels.map((label, i) => (label === -1 && rowWeights[i] !== 0 ? classes : label));
    feeds.labels = new ort.Tensor('int32', own, [rows]);
  }
  if (targets !== undefined) feeds.targets = floats(toSingle(targets), [rows, classes]);
  if (batch.form === 'sigmoid') {
    feeds.tail = bools(batch.tail, [classes]);
    feeds.foreground = bools(batch.foreground, [rows]);
  } else {
    feeds.tail = bools(new Uint8Array(classes).fill(1), [classes]);
    feeds.oneMinusBeta = floats(toSingle(batch.negativeWeights), batch.perElement ? [rows, classes] : [classes]);
  }
  return feeds;
}
