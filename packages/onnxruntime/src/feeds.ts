// The inputs of a model, from some rows of a job, in single precision.

import { type DrawnBeta, drawBeta, type Gate, kindOf, toSingle } from '@eqloss/core';
import type { Ort, OrtTensor } from './ort.ts';
import type { Job, JobBeta } from './session/job.ts';

/** Inputs by name. */
export type Feeds = Record<string, OrtTensor>;

/**
 * Prepares the inputs of a job's model.
 *
 * @param tail T `[classes]`: the tensor is shared by all runs.
 * @param gradient Whether the gradient is wanted: nothing else reads the divisor.
 * @returns Gives the inputs of the rows `from` to `to`. They share the job's memory where its type is that of
 * the input; but memory that threads share is copied, block by block.
 */
export function feedsOf(ort: Ort, job: Job, tail: OrtTensor, gradient: boolean): (from: number, to: number) => Feeds {
  const { rows, classes, divisor, logits, labels, targets, rowWeights, foreground, beta } = job;
  const floats = (values: Float32Array, shape: readonly number[]): OrtTensor =>
    new ort.Tensor('float32', unshared(values), shape);
  const bools = (values: Uint8Array, shape: readonly number[]): OrtTensor =>
    new ort.Tensor('bool', unshared(values), shape);
  const shared: Feeds = { tail };
  if (gradient) shared.normalizer = floats(Float32Array.of(divisor), []);
  if (beta?.shape === 'scalar') shared.oneMinusBeta = floats(beta.oneMinus, []);
  if (beta?.shape === 'class') shared.oneMinusBeta = floats(beta.oneMinus, [classes]);
  return (from, to) => {
    const [count, start, end] = [to - from, from * classes, to * classes];
    const whole = count === rows;
    const feeds: Feeds = { ...shared, logits: floats(whole ? logits : logits.subarray(start, end), [count, classes]) };
    if (labels !== undefined) feeds.labels = new ort.Tensor('int32', labels.subarray(from, to), [count]);
    if (targets !== undefined) feeds.targets = floats(singles(targets, start, end), [count, classes]);
    if (rowWeights !== undefined) feeds.rowWeights = floats(rowWeights.subarray(from, to), [count]);
    if (foreground !== undefined) feeds.foreground = bools(foreground.subarray(from, to), [count]);
    if (beta?.shape === 'element') feeds.oneMinusBeta = floats(oneMinus(beta.beta, start, end), [count, classes]);
    if (beta?.shape === 'drawn') feeds.drawn = bools(drawn(beta, from, to, classes), [count, classes]);
    return feeds;
  };
}

/** T as a tensor. */
export function tailOf(ort: Ort, { buffer, byteOffset, length }: Gate['tail']): OrtTensor {
  return new ort.Tensor('bool', unshared(new Uint8Array(buffer, byteOffset, length)), [length]);
}

/** Targets cut to single precision; those that are in it already are normal or 0, and shared. */
function singles(targets: ArrayLike<number>, start: number, end: number): Float32Array {
  const part = partOf(targets, start, end);
  return part instanceof Float32Array ? part : toSingle(part);
}

/** 1 - β, formed in double and then cut. SPEC X1. */
function oneMinus(beta: ArrayLike<number>, start: number, end: number): Float32Array {
  const part = partOf(beta, start, end);
  const result = new Float32Array(part.length);
  for (let k = 0; k < result.length; k++) result[k] = 1 - part[k];
  return result;
}

function drawn({ beta }: JobBeta & { shape: 'drawn' }, from: number, to: number, classes: number): Uint8Array {
  if (beta instanceof Uint8Array) return beta.subarray(from * classes, to * classes);
  const { rowOffset = 0 }: DrawnBeta = beta;
  return drawBeta({ ...beta, rows: to - from, classes, rowOffset: rowOffset + from });
}

/** Entries `start` to `end`: a view where that is fast to read, also of an array of another realm; else a copy. */
export function partOf(values: ArrayLike<number>, start: number, end: number): ArrayLike<number> {
  const Kind = { Float32Array, Float64Array, Uint8Array }[kindOf(values)];
  if (Kind === undefined) return Array.prototype.slice.call(values, start, end);
  const { buffer, byteOffset } = values as Float64Array<ArrayBuffer>; // or shared: read alike
  return new Kind(buffer, byteOffset + start * Kind.BYTES_PER_ELEMENT, end - start);
}

/** Whether threads share this memory. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}

/** onnxruntime-node refuses shared memory on Node 20. */
function unshared<T extends Float32Array | Uint8Array>(values: T): T {
  return isShared(values.buffer) ? (values.slice() as T) : values;
}
