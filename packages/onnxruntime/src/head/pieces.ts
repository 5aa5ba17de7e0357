// What the graph of a piece of the classes is fed: its part of the parameters, labels, targets, gate and β.

import { type DrawOptions, drawBeta, SMALLEST_NORMAL, toSingle } from '@eqloss/core';
import type { BetaShape } from '../options.ts';
import type { OrtTensor } from '../ort.ts';
import type { CheckedBatch } from './batch.ts';
import type { BitStore } from './bits.ts';
import type { Classes } from './chunks.ts';
import type { Engine, Feeds } from './engine.ts';
import type { Head } from './options.ts';

/** Weights `[classes * features]` row-major, then biases `[classes]`. */
export type Parameters = Float32Array;

/** Weights and bias of a piece. They share the parameters' memory. */
export function parameterFeeds({ ort }: Engine, head: Head, parameters: Parameters, { from, to }: Classes): Feeds {
  const { features, classes } = head;
  const biases = classes * features;
  return {
    weights: new ort.Tensor('float32', parameters.subarray(from * features, to * features), [to - from, features]),
    bias: new ort.Tensor('float32', parameters.subarray(biases + from, biases + to), [to - from]),
  };
}

/**
 * Labels or targets of a piece. A label counts from the piece's first class; one of another piece, and background, is the
 * number of the piece's classes. SPEC P2.
 */
export function answerFeeds(engine: Engine, head: Head, batch: CheckedBatch, { from, to }: Classes): Feeds {
  const { ort } = engine;
  const { rows, labels, targets, origins } = batch;
  const count = to - from;
  if (labels !== undefined) {
    const own = engine.integers('labels', rows);
    for (let i = 0; i < rows; i++) own[i] = labels[i] >= from && labels[i] < to ? labels[i] - from : count;
    return { labels: new ort.Tensor('int32', own, [rows]) };
  }
  const own = engine.floats('targets', rows * count);
  for (let i = 0; i < rows; i++) {
    const start = origins[i] * head.classes + from;
    for (let j = 0; j < count; j++) {
      const y = targets![start + j];
      own[i * count + j] = y > 0 && y < SMALLEST_NORMAL ? SMALLEST_NORMAL : y; // still above 0: SPEC N1
    }
  }
  return { targets: new ort.Tensor('float32', own, [rows, count]) };
}

/** What the sigmoid form wants beside: the same rows for every piece, and the piece's gate. */
export function rowFeeds({ ort }: Engine, batch: CheckedBatch): Feeds {
  const feeds: Record<string, OrtTensor> = {
    rowWeights: new ort.Tensor('float32', toSingle(batch.rowWeights), [batch.rows]),
    normalizer: new ort.Tensor('float32', Float32Array.of(batch.divisor), []),
  };
  if (batch.foreground !== undefined) feeds.foreground = new ort.Tensor('bool', batch.foreground, [batch.rows]);
  return feeds;
}

/** T of a piece. */
export function gateFeeds({ ort }: Engine, head: Head, { from, to }: Classes): Feeds {
  return { tail: new ort.Tensor('bool', head.gate.tail.subarray(from, to), [to - from]) };
}

/** How β comes into the graphs of a head. */
export function betaShapeOf({ beta }: Head): BetaShape {
  if (beta === undefined || typeof beta === 'number') return 'scalar';
  return beta instanceof Float64Array ? 'class' : 'drawn';
}

/**
 * β of a piece, for the softmax form. 1 - β is formed in double (SPEC X1); draws are those of the step (SPEC X5).
 *
 * @param drawn Keeps what was drawn, for the second pass.
 */
export function betaFeeds(
  { ort }: Engine,
  { beta, gate }: Head,
  batch: CheckedBatch,
  { step, drawn }: { readonly step: number; readonly drawn?: BitStore },
  { from, to }: Classes,
): Feeds {
  if (beta === undefined) return {};
  if (typeof beta === 'number') return { oneMinusBeta: new ort.Tensor('float32', toSingle([1 - beta]), []) };
  const count = to - from;
  if (beta instanceof Float64Array) {
    const weights = toSingle(beta.subarray(from, to).map((each) => 1 - each));
    return { oneMinusBeta: new ort.Tensor('float32', weights, [count]) };
  }
  // Without a tail class nothing depends on the draws.
  const any = gate.tail.subarray(from, to).includes(1);
  const draw = (): Uint8Array =>
    any ? drawRows(batch, { ...beta, step, classes: count, classOffset: from }) : new Uint8Array(batch.rows * count);
  const bytes = drawn?.bytes(from, batch.rows * count, draw) ?? draw();
  return { drawn: new ort.Tensor('bool', bytes, [batch.rows, count]) };
}

/** β of the rows that are left of a batch: each as it would be among all. */
function drawRows({ rows, origins }: CheckedBatch, draw: Omit<DrawOptions, 'rows' | 'rowOffset'>): Uint8Array {
  const drawn = new Uint8Array(rows * draw.classes);
  // Rows that stood one after the other in the batch are drawn together.
  for (let i = 0, end = 0; i < rows; i = end) {
    for (end = i + 1; end < rows && origins[end] === origins[end - 1] + 1; ) end++;
    drawn.set(drawBeta({ ...draw, rows: end - i, rowOffset: origins[i] }), i * draw.classes);
  }
  return drawn;
}
