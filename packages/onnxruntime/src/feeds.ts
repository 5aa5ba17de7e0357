// From a checked batch to the inputs of a model, in single precision.

import { checkSingle, type PreparedBatch, toSingle } from '@eqloss/core';
import type { LossModelOptions } from './model.ts';
import type { Ort, OrtTensor } from './ort.ts';

/** Which model a batch needs. */
export function modelFor(batch: PreparedBatch): LossModelOptions {
  const labels = batch.labels === undefined ? 'rows' : 'index';
  if (batch.form === 'sigmoid') return { form: 'sigmoid', labels };
  return { form: 'softmax', labels, beta: batch.perElement ? 'element' : 'class' };
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
    divisor: floats(Float32Array.of(batch.divisor), []),
  };
  if (labels !== undefined) feeds.labels = new ort.Tensor('int32', labels, [rows]);
  if (targets !== undefined) feeds.targets = floats(toSingle(targets), [rows, classes]);
  if (batch.form === 'sigmoid') {
    feeds.tail = bools(batch.tail, [classes]);
    feeds.foreground = bools(batch.foreground, [rows]);
  } else {
    feeds.negativeWeights = floats(toSingle(batch.negativeWeights), batch.perElement ? [rows, classes] : [classes]);
  }
  return feeds;
}
