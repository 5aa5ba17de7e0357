// Writes a loss into a graph, whatever the graph is: a model of its own, a user's model, a training step.

import { sigmoidOf as sigmoidOnCpu } from './cpu/sigmoid.ts';
import { softmaxOf as softmaxOnCpu } from './cpu/softmax.ts';
import { sigmoidOf as sigmoidOnGpu } from './gpu/sigmoid.ts';
import { softmaxOf as softmaxOnGpu } from './gpu/softmax.ts';
import { createGraph, type Graph, type Value } from './graph.ts';
import { type Rows, rowInputs } from './inputs.ts';
import { elementTypes, encodeFunction } from './onnx.ts';
import { type Loss, OUTPUTS } from './options.ts';

/** What a form makes of its rows. */
export interface RowLoss {
  /** `[rows, 1]` bool: false for a row that is taken out, for reasons of the form too. */
  readonly active: Value;
  /** Row losses before their weight, `[rows, 1]`; anything in rows that are taken out. Asked for only if wanted. */
  readonly sums: () => Value;
}

/**
 * What writes one form in one arithmetic: `∂(Σ weight sums / divisor) / ∂logits`, `[rows, classes]`, as a value of
 * that name if the loss has it among its outputs, and what it returns.
 */
export type WriteForm = (graph: Graph, loss: Loss, rows: Rows, divisor: () => Value, gradientName: string) => RowLoss;

/**
 * Writes the loss of `logits`, `[rows, classes]` float, and its gradient.
 *
 * Declares the inputs that the loss wants beside the logits. The results are values named `loss` `[]`, `rowLosses`
 * `[rows]` and `gradient` `[rows, classes]`, those in `loss.outputs`; the caller declares them as outputs or uses them.
 *
 * @param gradientName Another name for the gradient, for a caller who gives it another shape.
 * SPEC R1 to R5.
 */
export function writeLoss(graph: Graph, loss: Loss, logits: Value, gradientName = 'gradient'): void {
  const rows = rowInputs(graph, loss, logits);
  const divisor = (): Value => divisorOf(graph, loss, rows);
  const [sigmoid, softmax]: readonly WriteForm[] =
    loss.arithmetic === 'cpu' ? [sigmoidOnCpu, softmaxOnCpu] : [sigmoidOnGpu, softmaxOnGpu];
  const write = loss.form === 'sigmoid' ? sigmoid : softmax;
  const { active, sums } = write(graph, loss, rows, divisor, gradientName);
  const { op, constant } = graph;
  const { outputs } = loss;
  if (outputs.includes('loss') || outputs.includes('rowLosses')) {
    const kept = op('Where', [active, op('Mul', [sums(), rows.weights]), constant('float', 0)]);
    const rowLosses = op('Squeeze', [kept, constant('int64', [1])], {}, 'rowLosses');
    if (outputs.includes('loss')) {
      op('Div', [op('ReduceSum', [rowLosses, constant('int64', [0])], { keepdims: 0 }), divisor()], {}, 'loss');
    }
  }
}

/**
 * Calls the loss as one op, `SigmoidEql` or `SoftmaxEql`: {@link writeLoss} in a function, with the same inputs and
 * results.
 *
 * @param suffix For the name of a second function in a model.
 * @param gradientName As of {@link writeLoss}.
 * @returns The `FunctionProto`.
 */
export function callLoss(graph: Graph, loss: Loss, logits: Value, suffix = '', gradientName = 'gradient'): Uint8Array {
  const name = `${loss.form === 'sigmoid' ? 'SigmoidEql' : 'SoftmaxEql'}${suffix}`;
  const body = createGraph(graph.opset);
  writeLoss(body, loss, 'logits');
  const { inputs, nodes, constants } = body.parts();
  const outputs = OUTPUTS.filter((output) => loss.outputs.includes(output));
  const results = outputs.map((output) => (output === 'gradient' ? gradientName : output));
  graph.call(name, [logits, ...inputs.map((input) => graph.input(input))], results);
  const names = ['logits', ...inputs.map((input) => input.name)];
  return encodeFunction(name, graph.opset, { inputs: names, outputs, nodes, constants });
}

/** Declares the results of {@link writeLoss} as outputs of the graph. */
export function declareOutputs(graph: Graph, loss: Loss): void {
  const shapes = { loss: [], rowLosses: ['rows'], gradient: ['rows', 'classes'] } as const;
  for (const name of OUTPUTS) {
    if (loss.outputs.includes(name)) graph.output({ name, type: 'float', shape: shapes[name] });
  }
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
