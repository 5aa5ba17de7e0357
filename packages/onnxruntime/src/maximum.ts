// A maximum, in every version of the operator set.

import type { Graph, Value } from './graph.ts';

/** Maximum over the classes: `[rows, classes]` to `[rows, 1]`. The axes became an input with opset 18. */
export function maxOverClasses(graph: Graph, values: Value): Value {
  if (graph.opset < 18) return graph.op('ReduceMax', [values], { axes: [1], keepdims: 1 });
  return graph.op('ReduceMax', [values, graph.constant('int64', [1])], { keepdims: 1 });
}
