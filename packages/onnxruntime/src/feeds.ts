// From a checked batch to the inputs of a model, in single precision.

import { EqlError, type PreparedBatch } from '@eqloss/core';
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
 * @throws {EqlError} `UNSUPPORTED` for a row weight or a normalizer beyond single precision.
 */
export function feedsOf(ort: Ort, batch: PreparedBatch, logits: Float32Array): Record<string, OrtTensor> {
  const { rows, classes, labels, targets, rowWeights } = batch;
  const floats = (values: Float32Array, shape: readonly number[]): OrtTensor =>
    new ort.Tensor('float32', values, shape);
  const bools = (values: Uint8Array, shape: readonly number[]): OrtTensor => new ort.Tensor('bool', values, shape);
  const heavy = rowWeights.findIndex((weight) => Math.fround(weight) === Infinity);
  if (heavy >= 0) {
    throw new EqlError('UNSUPPORTED', `rowWeights[${heavy}] is ${rowWeights[heavy]}, too large for single precision.`);
  }
  if (batch.divisor < SMALLEST_NORMAL || Math.fround(batch.divisor) === Infinity) {
    throw new EqlError('UNSUPPORTED', `normalizer is ${batch.divisor}, out of the range of single precision.`);
  }
  const feeds: Record<string, OrtTensor> = {
    logits: floats(logits, [rows, classes]),
    rowWeights: floats(singles(rowWeights), [rows]),
    divisor: floats(Float32Array.of(batch.divisor), []),
  };
  if (labels !== undefined) feeds.labels = new ort.Tensor('int32', labels, [rows]);
  if (targets !== undefined) feeds.targets = floats(singles(targets), [rows, classes]);
  if (batch.form === 'sigmoid') {
    feeds.tail = bools(batch.tail, [classes]);
    feeds.foreground = bools(batch.foreground, [rows]);
  } else {
    feeds.negativeWeights = floats(singles(batch.negativeWeights), batch.perElement ? [rows, classes] : [classes]);
  }
  return feeds;
}

// The smallest number that no device takes for 0.
const SMALLEST_NORMAL = 2 ** -126;

/** Values >= 0 in single precision. What is above 0 stays so: a tiny target or weight still includes its entry (SPEC N1). */
function singles(values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(values.length);
  for (let k = 0; k < result.length; k++) {
    result[k] = values[k] > 0 && values[k] < SMALLEST_NORMAL ? SMALLEST_NORMAL : values[k];
  }
  return result;
}
