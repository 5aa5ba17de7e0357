// The same network as plain loops in double, with gradients from central differences: what the kernels must do.

import { type Gate, sigmoidEql, softmaxEql } from '@eqloss/core';

/** A batch, and where the network starts from. */
export interface Problem {
  readonly gate: Gate;
  /** What comes in, between the layers, classes. */
  readonly widths: readonly [number, number, number];
  /** `[rows * inputs]`. */
  readonly images: Float32Array;
  readonly labels: readonly number[];
  /** Softmax form; without it the form is the sigmoid's. */
  readonly beta?: readonly number[];
  /** W and below it b, of both layers. */
  readonly start: readonly [Float32Array, Float32Array];
}

/** The weights of both layers after some steps of descent with momentum, and the gradient of the first step. */
export function descend(problem: Problem, rates: readonly number[], momentum: number) {
  const weights = problem.start.map((layer) => Float64Array.from(layer));
  const velocity = problem.start.map((layer) => new Float64Array(layer.length));
  const losses: number[] = [];
  for (const rate of rates) {
    losses.push(lossOf(problem, weights));
    const gradient = gradientOf(problem, weights);
    for (const [layer, own] of gradient.entries()) {
      for (const [k, slope] of own.entries()) {
        velocity[layer][k] = momentum * velocity[layer][k] + slope;
        weights[layer][k] -= rate * velocity[layer][k];
      }
    }
  }
  return { losses, weights, velocity };
}

function gradientOf(problem: Problem, weights: readonly Float64Array[]): readonly Float64Array[] {
  const far = 1e-5;
  return weights.map((layer) =>
    layer.map((weight, k) => {
      const lossAt = (value: number): number => {
        layer[k] = value;
        const loss = lossOf(problem, weights);
        layer[k] = weight;
        return loss;
      };
      return (lossAt(weight + far) - lossAt(weight - far)) / (2 * far);
    }),
  );
}

function lossOf({ gate, widths, images, labels, beta }: Problem, weights: readonly Float64Array[]): number {
  const between = dense(Float64Array.from(images), weights[0], widths[0], widths[1]).map((sum) => Math.max(sum, 0));
  const batch = { gate, labels, logits: dense(between, weights[1], widths[1], widths[2]) };
  return beta === undefined ? sigmoidEql(batch).loss : softmaxEql({ ...batch, beta }).loss;
}

function dense(x: Float64Array, weights: Float64Array, inputs: number, outputs: number): Float64Array {
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const [row, column] = [Math.floor(at / outputs), at % outputs];
    let sum = weights[inputs * outputs + column];
    for (let k = 0; k < inputs; k++) sum += x[row * inputs + k] * weights[k * outputs + column];
    return sum;
  });
}
