// Exponential and logarithm with the accuracy that SPEC N3 and N4 want, from ops that every execution provider has.

import type { Graph, Value } from '../graph.ts';
import { elementTypes } from '../onnx.ts';
import type { Arithmetic } from '../options.ts';
import { logOfRow } from '../per-row.ts';

// Past this e^-a is 0 in single precision.
const EXP_LIMIT = 104;

// log1p(u) = 2 atanh(t) with t = u / (2 + u), and atanh(t) = t + t^3 q(t^2). For u in [0, 1], t^2 is in [0, 1/9]; q
// interpolates Σ s^k / (2k + 3) there at the four Chebyshev nodes, which leaves a relative error of 1.6e-8 in log1p.
const LOG1P = [0.3333332016834962, 0.20003780322455034, 0.1411830990267262, 0.13425749011299623] as const;

/**
 * e^-a for a >= 0, +Infinity included, NaN not.
 *
 * A GPU's exponential is as inexact as |a| is large (4e-6 at 85). So only the fraction goes through it:
 * e^-a = e^-k e^(k - a) with k = floor(a), where k - a is exact and e^-k comes from a table.
 */
export function expOfMinus(graph: Graph, a: Value, arithmetic: Arithmetic = 'gpu'): Value {
  if (arithmetic === 'cpu') return graph.op('Exp', [graph.op('Neg', [a])]);
  const table = Array.from({ length: EXP_LIMIT + 1 }, (_, k) => (k === EXP_LIMIT ? 0 : Math.exp(-k)));
  const limited = graph.op('Min', [a, graph.constant('float', EXP_LIMIT)]);
  const k = graph.op('Floor', [limited]);
  const fraction = graph.op('Exp', [graph.op('Sub', [k, limited])]);
  const whole = graph.op('Gather', [graph.constant('float', table), graph.op('Cast', [k], { to: elementTypes.int32 })]);
  return graph.op('Mul', [whole, fraction]);
}

/**
 * log(1 + u) for u in [0, 1], small u with all digits. There is no such op, and `Log(1 + u)` is 0 below 6e-8; a GPU's
 * `Log` near 1 has no relative accuracy either.
 */
export function log1p(graph: Graph, u: Value): Value {
  const { op } = graph;
  const t = op('Div', [u, op('Add', [u, graph.constant('float', 2)])]);
  const square = op('Mul', [t, t]);
  const coefficients = LOG1P.map((coefficient) => graph.constant('float', coefficient));
  const q = coefficients.reduceRight((sum, coefficient) => op('Add', [op('Mul', [sum, square]), coefficient]));
  const half = op('Add', [op('Mul', [op('Mul', [t, square]), q]), t]);
  return op('Add', [half, half]);
}

/** log(1 + u) of one value a row, u >= 0: {@link log1p} up to 1, the op where it is accurate. */
export function log1pOfRow(graph: Graph, u: Value): Value {
  const { op } = graph;
  const one = graph.constant('float', 1);
  const small = log1p(graph, op('Min', [u, one]));
  return op('Where', [op('Greater', [u, one]), logOfRow(graph, op('Add', [u, one])), small]);
}

/**
 * Σ over the classes: `[rows, classes]` to `[rows, 1]`, in blocks of at most 256 and then over the blocks.
 *
 * `ReduceSum` adds up one after the other in single precision: 1e-6 off for 1,000 classes, 1e-4 for 100,000 (SPEC
 * N4). Its order depends on how a row lies in memory, so blocks, and their number when there are several, are
 * multiples of 16 floats, 64 bytes: a row then has the same sum in any batch (SPEC P1).
 */
export function sumOverClasses(graph: Graph, values: Value): Value {
  const { op } = graph;
  const int = (...numbers: readonly number[]): Value => graph.constant('int64', numbers);
  const ceilOfQuotient = (a: Value, b: Value): Value => op('Div', [op('Sub', [op('Add', [a, b]), int(1)]), b]);
  const classes = op('Slice', [op('Shape', [values]), int(1), int(2)]);
  const sixteens = op('Mul', [ceilOfQuotient(classes, int(16 * 256)), int(16)]);
  const blocks = op('Where', [op('Greater', [classes, int(256)]), sixteens, int(1)]);
  const size = op('Mul', [ceilOfQuotient(classes, op('Mul', [blocks, int(16)])), int(16)]);
  const missing = op('Sub', [op('Mul', [blocks, size]), classes]);
  const padded = op('Pad', [values, op('Concat', [int(0, 0, 0), missing], { axis: 0 })]);
  // Without rows a Reshape cannot tell a size that is left open.
  const blocked = op('Reshape', [padded, op('Concat', [int(0), blocks, size], { axis: 0 })]);
  const sums = op('ReduceSum', [blocked, int(2)], { keepdims: 0 });
  return op('ReduceSum', [sums, int(1)], { keepdims: 1 });
}
