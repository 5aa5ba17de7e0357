// Formulas of one value a row that give the same bits wherever the row lies.

import type { Graph, Value } from './graph.ts';

/**
 * A formula of one value a row, `[rows, 1]`, the same in any batch (SPEC P1). The CPU's `Log` takes the last few values
 * of a tensor by another routine than the rest, one rounding apart: with 16 copies of each there are no last few.
 *
 * @param formula Of `[rows, 16]`.
 */
export function perRow(graph: Graph, x: Value, formula: (copies: Value) => Value): Value {
  const { op, constant } = graph;
  const copies = op('Mul', [x, constant('float', new Array<number>(16).fill(1), [1, 16])]);
  return op('Slice', [formula(copies), constant('int64', [0]), constant('int64', [1]), constant('int64', [1])]);
}

/** log(x) of one value a row, `[rows, 1]`. */
export function logOfRow(graph: Graph, x: Value): Value {
  return perRow(graph, x, (copies) => graph.op('Log', [copies]));
}
