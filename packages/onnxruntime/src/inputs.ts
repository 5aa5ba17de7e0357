// What comes in beside the logits, declared once for both forms, in shapes that let nothing broadcast.

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

/** A row's label. */
export interface Label extends LabelPlace {
  /** `[rows, 1]` bool: whether the row counts in the mean. */
  readonly counted: Value;
}

/** Where a row's label is. */
export interface LabelPlace {
  /** `[rows, 1]` bool: whether the row has a class, and is not taken out. */
  readonly present: Value;
  /** `[rows, 1]` int: its class; 0 without one, so that it can always index. */
  readonly index: Value;
  /** Replaces the label's entry of each row that has one. `values` is `[rows, 1]`. */
  replace(matrix: Value, values: Value): Value;
  /** The label's entry, `[rows, 1]`; that of class 0 in a row without one. */
  entry(matrix: Value): Value;
}

/** Declares what comes per row beside the logits, in shapes that let nothing broadcast. */
export function rowInputs(graph: Graph, loss: Loss, logits: Value): Rows {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const given = loss.rowWeights ? rowInput(graph, 'rowWeights', 'float', logits) : undefined;
  if (loss.labels === 'rows') {
    const targets = graph.input({ name: 'targets', type: 'float', shape: ['rows', 'classes'] });
    const weights = given ?? op('Expand', [constant('float', 1), rowShape(graph, logits)]);
    return {
      logits,
      active: op('Greater', [weights, zero]),
      weights,
      label: undefined,
      targets: whole(graph, targets, logits),
    };
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
  return { logits, active, weights, label: { counted, ...labelAt(graph, present, index) }, targets: undefined };
}

/** What can be done with labels that are `present` at `index`. */
export function labelAt(graph: Graph, present: Value, index: Value): LabelPlace {
  const { op } = graph;
  const entry = (matrix: Value): Value => op('GatherElements', [matrix, index], { axis: 1 });
  const replace = (matrix: Value, values: Value): Value => {
    const kept = op('Where', [present, values, entry(matrix)]);
    return op('ScatterElements', [matrix, index, kept], { axis: 1 });
  };
  return { present, index, entry, replace };
}

/** E, `[rows, 1]` bool, if it is an input. SPEC G4. */
export function foregroundInput(graph: Graph, loss: Loss, logits: Value): Value | undefined {
  return loss.foreground ? rowInput(graph, 'foreground', 'bool', logits) : undefined;
}

/** T, `[classes]` bool. */
export function tailInput(graph: Graph, logits: Value): Value {
  return classInput(graph, 'tail', 'bool', logits);
}

/** β T as bool, `[rows, classes]`, if β is drawn: the entries that are withheld. SPEC X5. */
function drawnInput(graph: Graph, loss: Loss, logits: Value): Value | undefined {
  if (loss.beta !== 'drawn') return undefined;
  const drawn = graph.input({ name: 'drawn', type: 'bool', shape: ['rows', 'classes'] });
  return graph.op('And', [whole(graph, drawn, logits), tailInput(graph, logits)]);
}

/** v = 1 - β T, `[classes]` or `[rows, classes]`, from 1 - β, which the caller forms in double. SPEC X1. */
export function weightInput(graph: Graph, loss: Loss, logits: Value): Value {
  const { op, constant } = graph;
  const withheld = drawnInput(graph, loss, logits);
  if (withheld !== undefined) return op('Cast', [op('Not', [withheld])], { to: elementTypes.float });
  const one = constant('float', 1);
  const tail = tailInput(graph, logits);
  const name = 'oneMinusBeta';
  if (loss.beta === 'class') return op('Where', [tail, classInput(graph, name, 'float', logits), one]);
  if (loss.beta === 'scalar') return op('Where', [tail, graph.input({ name, type: 'float', shape: [] }), one]);
  const input = graph.input({ name, type: 'float', shape: ['rows', 'classes'] });
  return op('Where', [tail, whole(graph, input, logits), one]);
}

/** A class input, `[classes]`, in a shape that does not broadcast. */
function classInput(graph: Graph, name: string, type: 'float' | 'bool', logits: Value): Value {
  const input = graph.input({ name, type, shape: ['classes'] });
  return graph.shape(graph.op('Reshape', [input, classesOf(graph, logits)]), type, ['classes']);
}

/** A row input, `[rows]` to `[rows, 1]`, in a shape that does not broadcast. */
function rowInput(graph: Graph, name: string, type: 'float' | 'bool' | 'int32' | 'int64', logits: Value): Value {
  const input = graph.input({ name, type, shape: ['rows'] });
  return graph.shape(graph.op('Reshape', [input, rowShape(graph, logits)]), type, ['rows', 1]);
}

/** An input of the logits' shape. */
function whole(graph: Graph, input: Value, logits: Value): Value {
  return graph.op('Reshape', [input, graph.op('Shape', [logits])]);
}

/**
 * `[rows, 1]` as a shape: the logits' with 1 for the classes. Not by Concat: ONNX Runtime makes `[-1, 1]` of that, which
 * takes any length.
 */
function rowShape(graph: Graph, logits: Value): Value {
  return graph.op('Min', [graph.op('Shape', [logits]), graph.constant('int64', [Number.MAX_SAFE_INTEGER, 1])]);
}

/** The number of classes, `[1]` int64. */
function classesOf(graph: Graph, logits: Value): Value {
  const { op, constant } = graph;
  return op('Slice', [op('Shape', [logits]), constant('int64', [1]), constant('int64', [2])]);
}
