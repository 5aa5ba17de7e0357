// Writes a loss into a graph, whatever the graph is: a model of its own, a user's model, a training step.

import * as cpu from './cpu/index.ts';
import * as gpu from './gpu/index.ts';
import type { Graph, Value } from './graph.ts';
import { type Rows, rowInputs } from './inputs.ts';
import { elementTypes } from './onnx.ts';
import type { Loss } from './options.ts';

/** What a form makes of its rows. */
export interface RowLoss {
  /** Rows that are taken out for reasons of the form are so here, too. */
  readonly rows: Rows;
  /** Row losses before their weight, `[rows, 1]`; anything in rows that are taken out. */
  sums(): Value;
  /** Given `weight / divisor`, `[rows, 1]`, the gradient as a value of that name. */
  gradient(scale: Value, result: string): void;
}

/**
 * Writes the loss of `logits`, `[rows, classes]` float, and its gradient.
 *
 * Declares the inputs that the loss wants beside the logits. The results are values named `loss` `[]`, `rowLosses`
 * `[rows]` and `gradient` `[rows, classes]`, those in `loss.outputs`; the caller declares them as outputs or uses them.
 */
export function writeLoss(graph: Graph, loss: Loss, logits: Value): void {
  const rows = rowInputs(graph, loss, logits);
  const { sigmoidOf, softmaxOf } = { cpu, gpu }[loss.arithmetic];
  finish(graph, loss, (loss.form === 'sigmoid' ? sigmoidOf : softmaxOf)(graph, loss, rows));
}

/** Declares the results of {@link writeLoss} as outputs of the graph. */
export function declareOutputs(graph: Graph, loss: Loss): void {
  const shapes = { loss: [], rowLosses: ['rows'], gradient: ['rows', 'classes'] } as const;
  for (const name of ['loss', 'rowLosses', 'gradient'] as const) {
    if (loss.outputs.includes(name)) graph.output({ name, type: 'float', shape: shapes[name] });
  }
}

/** Names the outputs wanted as values of the graph: `rowLosses` `[rows]`, `loss` `[]`, `gradient` `[rows, classes]`. SPEC R1, R3, R5. */
function finish(graph: Graph, loss: Loss, { rows, sums, gradient }: RowLoss): void {
  const { op } = graph;
  const { outputs } = loss;
  const divisor = outputs.includes('loss') || outputs.includes('gradient') ? divisorOf(graph, loss, rows) : undefined;
  if (outputs.includes('loss') || outputs.includes('rowLosses')) {
    const kept = op('Where', [rows.active, op('Mul', [sums(), rows.weights]), graph.constant('float', 0)]);
    const rowLosses = op('Squeeze', [kept, graph.constant('int64', [1])], {}, 'rowLosses');
    if (outputs.includes('loss')) {
      const total = op('ReduceSum', [rowLosses, graph.constant('int64', [0])], { keepdims: 0 });
      op('Div', [total, divisor!], {}, 'loss');
    }
  }
  if (outputs.includes('gradient')) gradient(op('Div', [rows.weights, divisor!]), 'gradient');
}

/** What the sum is divided by, a scalar. SPEC R1, R2, R4. */
function divisorOf(graph: Graph, loss: Loss, rows: Rows): Value {
  const { op, constant } = graph;
  if (loss.normalizer) return graph.input({ name: 'normalizer', type: 'float', shape: [] });
  if (loss.reduction !== 'mean') return constant('float', 1);
  const counted =
    rows.label === undefined
      ? op('Size', [rows.weights])
      : op('ReduceSum', [op('Cast', [rows.label.counted], { to: elementTypes.int64 })], { keepdims: 0 });
  return op('Cast', [op('Max', [counted, constant('int64', 1)])], { to: elementTypes.float });
}
