// The graphs of a linear head: its logits, and a training step of all classes or of a piece of them.

import { createGraph, type Graph, type Value } from '../graph.ts';
import { writeLoss } from '../loss.ts';
import type { Loss } from '../options.ts';

/** The head's values in a graph. */
export interface HeadValues {
  /** X `[rows, features]`. */
  readonly features: Value;
  /** `Z = X Wᵀ + b`, `[rows, classes]`. */
  readonly logits: Value;
}

/** Declares features, weights `[classes, features]` and bias `[classes]`, and writes the product. */
export function writeHead(graph: Graph, features: number): HeadValues {
  const x = graph.input({ name: 'features', type: 'float', shape: ['rows', features] });
  const weights = graph.input({ name: 'weights', type: 'float', shape: ['classes', features] });
  const bias = graph.input({ name: 'bias', type: 'float', shape: ['classes'] });
  return { features: x, logits: graph.op('Gemm', [x, weights, bias], { transB: 1 }) };
}

/**
 * Given `G = ∂loss / ∂Z`, writes the outputs `weightGradient` `Gᵀ X`, `[classes, features]`, and `biasGradient`
 * `Σ_i G_i`, `[classes]`.
 */
export function writeGradients(graph: Graph, x: Value, gradient: Value, features: number): void {
  const { op, constant } = graph;
  op('Gemm', [gradient, x], { transA: 1 }, 'weightGradient');
  op('ReduceSum', [gradient, constant('int64', [0])], { keepdims: 0 }, 'biasGradient');
  graph.output({ name: 'weightGradient', type: 'float', shape: ['classes', features] });
  graph.output({ name: 'biasGradient', type: 'float', shape: ['classes'] });
}

/** Inputs of {@link writeHead}, output `logits`. */
export function buildLogits(features: number, opset: number): Uint8Array {
  const graph = createGraph(opset);
  graph.op('Identity', [writeHead(graph, features).logits], {}, 'logits');
  graph.output({ name: 'logits', type: 'float', shape: ['rows', 'classes'] });
  return graph.encode('eql_head', 'Logits of a linear head.');
}

/** A step in which the loss needs no other classes than its own. Outputs `rowLosses` and those of {@link writeGradients}. */
export function buildStep(loss: Loss, features: number, opset: number): Uint8Array {
  const graph = createGraph(opset);
  const head = writeHead(graph, features);
  writeLoss(graph, loss, head.logits);
  graph.output({ name: 'rowLosses', type: 'float', shape: ['rows'] });
  writeGradients(graph, head.features, 'gradient', features);
  return graph.encode(`eql_head_${loss.form}`, `A training step of a linear head, ${loss.form} form.`);
}
