// Sums over the classes, and logarithms, from the ops that cost a CPU least. Exp, Log and the four operations are
// accurate there, NaN and the infinities pass through them.

import type { Graph, Value } from '../graph.ts';

// Columns are folded this many to one before the logarithm, and before the sum. A power of two; the largest product is
// 2^8. The fewer logarithms the better: one costs as much as a dozen products.
const FOLD = 8;

/**
 * `Σ log(1 + e) + Σ r` over each row, `[rows, classes]` to `[rows, 1]`; e in [0, 1], small e with all digits.
 *
 * One logarithm of a product instead of a sum of logarithms, and without the 1, so that tiny factors keep their digits:
 * `(1 + a) (1 + b) - 1 = a + b (1 + a)`.
 *
 * @param like A value of that shape whose shape is cheapest to know: a graph input.
 */
export function sumOfLog1p(graph: Graph, e: Value, r: Value | undefined, like: Value): Value {
  const { op, constant } = graph;
  const both = (a: Value, b: Value): Value => op('Add', [a, op('Mul', [b, op('Add', [a, constant('float', 1)])])]);
  const logs = log1pOfAny(graph, folded(graph, e, like, both));
  if (r === undefined) return sumOfColumns(graph, logs);
  return sumOfColumns(graph, op('Add', [logs, folded(graph, r, like, (a, b) => op('Add', [a, b]))]));
}

/** Σ over each row, `[rows, classes]` to `[rows, 1]`. */
export function sumOverClasses(graph: Graph, values: Value, like: Value): Value {
  return sumOfColumns(
    graph,
    folded(graph, values, like, (a, b) => graph.op('Add', [a, b])),
  );
}

/**
 * Folds each row, half by half, to a FOLDth of its columns; the few that are left over by the division come last, as they
 * are. The order in which values meet does not depend on where a row lies (SPEC P1).
 */
function folded(graph: Graph, values: Value, like: Value, both: (a: Value, b: Value) => Value): Value {
  const { op, constant } = graph;
  const axis = constant('int64', [1]);
  const classes = op('Slice', [op('Shape', [like]), axis, constant('int64', [2])]);
  const unit = op('Div', [classes, constant('int64', [FOLD])]);
  const columns = (count: number): Value => (count === 1 ? unit : op('Mul', [unit, constant('int64', [count])]));
  const slice = (from: Value, to: Value, of: Value): Value => op('Slice', [of, from, to, axis]);
  let rest = values;
  for (let half = FOLD / 2; half >= 1; half /= 2) {
    rest = both(slice(constant('int64', [0]), columns(half), rest), slice(columns(half), columns(2 * half), rest));
  }
  return op('Concat', [rest, slice(columns(FOLD), classes, values)], { axis: 1 });
}

/**
 * log(1 + u), u >= 0, `[rows, columns]`. With w = 1 + u rounded, `log(w) u / (w - 1)` takes back what the rounding lost
 * (Kahan); where w is 1, log(1 + u) is u.
 */
export function log1pOfAny(graph: Graph, u: Value): Value {
  const { op, constant } = graph;
  const one = constant('float', 1);
  const w = op('Add', [u, one]);
  const lost = op('Div', [u, op('Sub', [w, one])]);
  return op('Where', [op('Equal', [w, one]), u, op('Mul', [logOf(graph, w), lost])]);
}

/**
 * log(x), `[rows, columns]`, the same wherever x stands (SPEC P1). `Log` takes the last few values of a tensor by another
 * routine than the rest, one rounding apart; with 16 more at the end these are not ours.
 */
export function logOf(graph: Graph, x: Value): Value {
  const { op, constant } = graph;
  const flat = op('Reshape', [x, constant('int64', [-1])]);
  const longer = op('Concat', [flat, constant('float', new Array<number>(16).fill(1), [16])], { axis: 0 });
  const log = op('Slice', [op('Log', [longer]), constant('int64', [0]), constant('int64', [-16])]);
  return op('Reshape', [log, op('Shape', [x])]);
}

/**
 * Σ over the columns of a folded matrix, `[rows, columns]` to `[rows, 1]`, in blocks of at most 256 and then over the
 * blocks.
 *
 * `ReduceSum` adds up one after the other in single precision, in an order that depends on how a row lies in memory.
 * So blocks, and their number when there are several, are multiples of 16 floats, 64 bytes: nothing drifts (SPEC N4), and a
 * row has the same sum in any batch (SPEC P1).
 */
function sumOfColumns(graph: Graph, values: Value): Value {
  const { op, constant } = graph;
  const int = (value: number): Value => constant('int64', [value]);
  const columns = op('Slice', [op('Shape', [values]), int(1), int(2)]);
  const upTo = (count: Value, by: Value): Value => op('Div', [op('Sub', [op('Add', [count, by]), int(1)]), by]);
  const sixteens = op('Mul', [upTo(columns, int(16 * 256)), int(16)]);
  const blocks = op('Where', [op('Greater', [columns, int(256)]), sixteens, int(1)]);
  const size = op('Mul', [upTo(columns, op('Mul', [blocks, int(16)])), int(16)]);
  const missing = op('Sub', [op('Mul', [blocks, size]), columns]);
  const filled = op('Pad', [values, op('Concat', [constant('int64', [0, 0, 0]), missing], { axis: 0 })]);
  const blocked = op('Reshape', [filled, op('Concat', [constant('int64', [0, -1]), size], { axis: 0 })]);
  return op('ReduceSum', [op('ReduceSum', [blocked, int(2)], { keepdims: 0 }), int(1)], { keepdims: 1 });
}
