// Writes a loss into a graph, whatever the graph is: a model of its own, a user's model, a training step.

import { finish, rowInputs } from './common.ts';
import type { Graph, Value } from './graph.ts';
import type { Loss } from './options.ts';
import { sigmoidOf } from './sigmoid.ts';
import { softmaxOf } from './softmax.ts';

/**
 * Writes the loss of `logits`, `[rows, classes]` float, and its gradient.
 *
 * Declares the inputs that the loss wants beside the logits. The results are values named `loss` `[]`, `rowLosses`
 * `[rows]` and `gradient` `[rows, classes]`, those in `loss.outputs`; the caller declares them as outputs or uses them.
 */
export function writeLoss(graph: Graph, loss: Loss, logits: Value): void {
  const rows = rowInputs(graph, loss, logits);
  finish(graph, loss, (loss.form === 'sigmoid' ? sigmoidOf : softmaxOf)(graph, loss, rows));
}

/** Declares the results of {@link writeLoss} as outputs of the graph. */
export function declareOutputs(graph: Graph, loss: Loss): void {
  const shapes = { loss: [], rowLosses: ['rows'], gradient: ['rows', 'classes'] } as const;
  for (const name of ['loss', 'rowLosses', 'gradient'] as const) {
    if (loss.outputs.includes(name)) graph.output({ name, type: 'float', shape: shapes[name] });
  }
}
