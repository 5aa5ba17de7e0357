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
 * @returns Gives the inputs of the rows `from` to `to`, until it is called again. They share the job's memory where its
 * type is that of the input; but memory that threads share is copied. The first block must be the largest.
 */
export function feedsOf(ort: Ort, job: Job, tail: OrtTensor, gradient: boolean): (from: number, to: number) => Feeds {
  const { classes, divisor, logits, labels, targets, rowWeights, foreground, beta } = job;
  const floats = (values: Float32Array, shape: readonly number[]): OrtTensor =>
    new ort.Tensor('float32', values, shape);
  const bools = (values: Uint8Array, shape: readonly number[]): OrtTensor => new ort.Tensor('bool', values, shape);
  const shared: Feeds = { tail };
  if (gradient) shared.normalizer = floats(Float32Array.of(divisor), []);
  if (beta?.shape === 'scalar') shared.oneMinusBeta = floats(beta.oneMinus, []);
  if (beta?.shape === 'class') shared.oneMinusBeta = floats(beta.oneMinus, [classes]);
  const logitsOf = floatsOf(logits, copy);
  const targetsOf = targets && floatsOf(targets, singles);
  const betaOf = beta?.shape === 'element' ? floatsOf(beta.beta, oneMinus) : undefined;
  return (from, to) => {
    const [count, start, end] = [to - from, from * classes, to * classes];
    const whole = [count, classes];
    const feeds: Feeds = { ...shared, logits: floats(logitsOf(start, end), whole) };
    if (labels !== undefined) feeds.labels = new ort.Tensor('int32', labels.subarray(from, to), [count]);
    if (targetsOf !== undefined) feeds.targets = floats(targetsOf(start, end), whole);
    if (rowWeights !== undefined) feeds.rowWeights = floats(rowWeights.subarray(from, to), [count]);
    if (foreground !== undefined) feeds.foreground = bools(foreground.subarray(from, to), [count]);
    if (betaOf !== undefined) feeds.oneMinusBeta = floats(betaOf(start, end), whole);
    if (beta?.shape === 'drawn') feeds.drawn = bools(drawn(beta, from, to, classes), whole);
    return feeds;
  };
}

/** T as a tensor. */
export function tailOf(ort: Ort, { buffer, byteOffset, length }: Gate['tail']): OrtTensor {
  return new ort.Tensor('bool', unshared(new Uint8Array(buffer, byteOffset, length)), [length]);
}

/**
 * Parts of an array as floats: a view of it if it has what is wanted, else written by `write` to memory that is made once:
 * new memory for each block costs more than to write to it.
 */
function floatsOf(
  values: ArrayLike<number>,
  write: (part: ArrayLike<number>, to: Float32Array) => void,
): (start: number, end: number) => Float32Array {
  let room: Float32Array | undefined;
  return (start, end) => {
    const part = partOf(values, start, end);
    if (write !== oneMinus && part instanceof Float32Array && !isShared(part.buffer)) return part;
    room ??= new Float32Array(end - start);
    const own = room.subarray(0, end - start);
    write(part, own);
    return own;
  };
}

function copy(values: ArrayLike<number>, to: Float32Array): void {
  to.set(values);
}

/** Targets in single precision. Those that are in it already are normal or 0. */
function singles(values: ArrayLike<number>, to: Float32Array): void {
  to.set(values instanceof Float32Array ? values : toSingle(values));
}

/** 1 - β, formed in double and then cut. SPEC X1. */
function oneMinus(beta: ArrayLike<number>, to: Float32Array): void {
  for (let k = 0; k < to.length; k++) to[k] = 1 - beta[k];
}

function drawn({ beta }: JobBeta & { shape: 'drawn' }, from: number, to: number, classes: number): Uint8Array {
  if (beta instanceof Uint8Array) return unshared(beta.subarray(from * classes, to * classes));
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
function unshared(values: Uint8Array): Uint8Array {
  return isShared(values.buffer) ? values.slice() : values;
}
