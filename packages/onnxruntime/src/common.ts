// What the graphs of both forms share: the row inputs, the label's place in a row, the outputs and their reduction.

import { column } from './formulas.ts';
import type { Graph, Value } from './graph.ts';

/** What a model can return. */
export type Output = 'loss' | 'rowLosses' | 'gradient';

/** The inputs that both forms have, declared, with what follows from them. */
export interface Rows {
  /** `[rows, classes]` float. */
  readonly logits: Value;
  /** `[rows, 1]` float. */
  readonly rowWeights: Value;
  /** `[rows, 1]` bool: false for a row that is taken out. SPEC R3. */
  readonly active: Value;
}

/** Declares `logits` and `rowWeights`. */
export function rowInputs(graph: Graph): Rows {
  const logits = graph.input({ name: 'logits', type: 'float', shape: ['rows', 'classes'] });
  const rowWeights = column(graph, graph.input({ name: 'rowWeights', type: 'float', shape: ['rows'] }));
  const active = graph.op('Greater', [rowWeights, graph.constant('float', 0)]);
  return { logits, rowWeights, active };
}

/** Where a row's label is. */
export interface Label {
  /** `[rows, 1]` bool: whether the row has one, and is not taken out. */
  readonly present: Value;
  /** `[rows, 1]` int32: its class; 0 without one, so that it can always index. */
  readonly index: Value;
  /** Replaces the label's entry of each row that has one. `values` is `[rows, 1]`. */
  replace(matrix: Value, values: Value): Value;
  /** The label's entry, `[rows, 1]`; that of class 0 in a row without one. */
  entry(matrix: Value): Value;
}

/** Declares `labels` and finds their places. */
export function labelInput(graph: Graph, active: Value): Label {
  const { op } = graph;
  const labels = column(graph, graph.input({ name: 'labels', type: 'int32', shape: ['rows'] }));
  const present = op('And', [op('GreaterOrEqual', [labels, graph.constant('int32', 0)]), active]);
  // ONNX counts -1 from the end: it would be the last class.
  const index = op('Max', [labels, graph.constant('int32', 0)]);
  const entry = (matrix: Value): Value => op('GatherElements', [matrix, index], { axis: 1 });
  const replace = (matrix: Value, values: Value): Value => {
    const kept = op('Where', [present, values, entry(matrix)]);
    return op('ScatterElements', [matrix, index, kept], { axis: 1 });
  };
  return { present, index, entry, replace };
}

/**
 * Declares the outputs wanted. SPEC R1, R3, R5.
 *
 * @param sums Row losses before their weight, `[rows, 1]`, finite or NaN also in rows that are taken out.
 * @param gradientOf Given `rowWeight / divisor`, `[rows, 1]`, writes the gradient as the output of that name.
 */
export function finish(
  graph: Graph,
  rows: Rows,
  outputs: readonly Output[],
  sums: () => Value,
  gradientOf: (scale: Value, result: 'gradient') => Value,
): void {
  const { op } = graph;
  const divisor = (): Value => graph.input({ name: 'divisor', type: 'float', shape: [] });
  if (outputs.includes('loss') || outputs.includes('rowLosses')) {
    const weighted = op('Mul', [sums(), rows.rowWeights]);
    const kept = op('Where', [rows.active, weighted, graph.constant('float', 0)]);
    const rowLosses = op('Squeeze', [kept, graph.constant('int64', [1])], {}, 'rowLosses');
    if (outputs.includes('rowLosses')) graph.output({ name: 'rowLosses', type: 'float', shape: ['rows'] });
    if (outputs.includes('loss')) {
      const total = op('ReduceSum', [rowLosses, graph.constant('int64', [0])], { keepdims: 0 });
      op('Div', [total, divisor()], {}, 'loss');
      graph.output({ name: 'loss', type: 'float', shape: [] });
    }
  }
  if (outputs.includes('gradient')) {
    gradientOf(op('Div', [rows.rowWeights, divisor()]), 'gradient');
    graph.output({ name: 'gradient', type: 'float', shape: ['rows', 'classes'] });
  }
}
