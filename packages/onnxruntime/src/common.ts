// What the graphs of both forms share: the row inputs, the label's place in a row, the reduction and its outputs.

import type { Graph, Value } from './graph.ts';
import { elementTypes } from './onnx.ts';
import type { Loss } from './options.ts';

/** Rows of logits with what is known of each row. */
export interface Rows {
  /** `[rows, classes]` float. */
  readonly logits: Value;
  /** `[rows, 1]` bool: false for a row that is taken out. SPEC G5, R3. */
  readonly active: Value;
  /** `[rows, 1]` float: 0 in a row that is taken out, NaN in a row whose label is none. */
  readonly weights: Value;
  /** With index labels. */
  readonly label: Label | undefined;
  /** With target rows, `[rows, classes]` float. */
  readonly targets: Value | undefined;
}

/** Where a row's label is. */
export interface Label {
  /** `[rows, 1]` bool: whether the row has a class, and is not taken out. */
  readonly present: Value;
  /** `[rows, 1]` int: its class; 0 without one, so that it can always index. */
  readonly index: Value;
  /** `[rows, 1]` bool: whether the row counts in the mean. */
  readonly counted: Value;
  /** Replaces the label's entry of each row that has one. `values` is `[rows, 1]`. */
  replace(matrix: Value, values: Value): Value;
  /** The label's entry, `[rows, 1]`; that of class 0 in a row without one. */
  entry(matrix: Value): Value;
}

/** What a form makes of its rows. */
export interface RowLoss {
  /** Rows that are taken out for reasons of the form are so here, too. */
  readonly rows: Rows;
  /** Row losses before their weight, `[rows, 1]`; anything in rows that are taken out. */
  sums(): Value;
  /** Given `weight / divisor`, `[rows, 1]`, the gradient as a value of that name. */
  gradient(scale: Value, result: string): void;
}

/** Declares what comes per row beside the logits, in shapes that let nothing broadcast. */
export function rowInputs(graph: Graph, loss: Loss, logits: Value): Rows {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const given = loss.rowWeights ? rowInput(graph, 'rowWeights', 'float', logits) : undefined;
  if (loss.labels === 'rows') {
    const targets = graph.input({ name: 'targets', type: 'float', shape: ['rows', 'classes'] });
    const sized = op('Reshape', [targets, op('Shape', [logits])]);
    const weights = given ?? op('Expand', [constant('float', 1), rowShape(graph, logits)]);
    return { logits, active: op('Greater', [weights, zero]), weights, label: undefined, targets: sized };
  }
  const type = loss.labelType;
  const labels = rowInput(graph, 'labels', type, logits);
  const classes = classesOf(graph, logits);
  const limit = type === 'int64' ? classes : op('Cast', [classes], { to: elementTypes.int32 });
  const counted = op('Not', [op('Equal', [labels, constant(type, -1)])]);
  const valid = op('And', [
    op('GreaterOrEqual', [labels, constant(type, -1)]),
    op(loss.form === 'sigmoid' ? 'LessOrEqual' : 'Less', [labels, limit]),
  ]);
  const used = op('Where', [counted, given ?? constant('float', 1), zero]);
  const active = op('Not', [op('Equal', [used, zero])]);
  // A label that is none must not pass for another: its row is NaN.
  const weights = op('Where', [valid, used, constant('float', NaN)]);
  const isClass = op('And', [op('GreaterOrEqual', [labels, constant(type, 0)]), op('Less', [labels, limit])]);
  const present = op('And', [isClass, active]);
  const index = op('Where', [isClass, labels, constant(type, 0)]);
  const entry = (matrix: Value): Value => op('GatherElements', [matrix, index], { axis: 1 });
  const replace = (matrix: Value, values: Value): Value => {
    const kept = op('Where', [present, values, entry(matrix)]);
    return op('ScatterElements', [matrix, index, kept], { axis: 1 });
  };
  return { logits, active, weights, label: { present, index, counted, entry, replace }, targets: undefined };
}

/** A class input, `[classes]`, in a shape that does not broadcast. */
export function classInput(graph: Graph, name: string, type: 'float' | 'bool', logits: Value): Value {
  const input = graph.input({ name, type, shape: ['classes'] });
  return graph.op('Reshape', [input, classesOf(graph, logits)]);
}

/** A row input, `[rows]` to `[rows, 1]`, in a shape that does not broadcast. */
export function rowInput(graph: Graph, name: string, type: 'float' | 'bool' | 'int32' | 'int64', logits: Value): Value {
  const input = graph.input({ name, type, shape: ['rows'] });
  return graph.op('Reshape', [input, rowShape(graph, logits)]);
}

/** Names the outputs wanted as values of the graph: `rowLosses` `[rows]`, `loss` `[]`, `gradient` `[rows, classes]`. SPEC R1, R3, R5. */
export function finish(graph: Graph, loss: Loss, { rows, sums, gradient }: RowLoss): void {
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

/** `[rows, 1]` as a shape. */
function rowShape(graph: Graph, logits: Value): Value {
  const { op, constant } = graph;
  const rows = op('Slice', [op('Shape', [logits]), constant('int64', [0]), constant('int64', [1])]);
  return op('Concat', [rows, constant('int64', [1])], { axis: 0 });
}

/** The number of classes, `[1]` int64. */
function classesOf(graph: Graph, logits: Value): Value {
  const { op, constant } = graph;
  return op('Slice', [op('Shape', [logits]), constant('int64', [1]), constant('int64', [2])]);
}
