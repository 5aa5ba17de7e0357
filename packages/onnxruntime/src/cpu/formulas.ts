// Sums over the classes, and logarithms, from the ops that cost a CPU least. Exp, Log and the four operations are
// accurate there, NaN and the infinities pass through them.

import type { Graph, Value } from '../graph.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { perRow } from '../per-row.ts';

// Columns are folded this many to one before the logarithm, and before the sum. A power of two. The fewer logarithms the
// better: one costs as much as a dozen products; but the product of that many 1 + e must be finite.
const FOLD = 8;
// Sums go on in that many lanes side by side.
const LANES = 32;

/** Row sums `[rows, 1]` and gradient `[rows, classes]`. */
export interface Results {
  sums(): Value;
  gradient(): Value;
  /** What the gradient is yet to be multiplied by, `[rows, 1]`. */
  readonly scale?: () => Value;
}

/** For which rows a way gives right results, all that are wanted. */
export interface Fit {
  /** Whether for all: a bool scalar. */
  all(): Value;
  /** Which, `[rows, 1]` bool. */
  each(): Value;
}

/**
 * Results of a plain way, in which the rows that it does not fit are done again by a general one: only those rows, and
 * nothing at all without any. What a row's bits are does not depend on its neighbours (SPEC P1).
 *
 * Only the results wanted are written.
 *
 * @param general Given a function that takes the unfit rows out of a value, `[rows, …]` to `[unfit, …]`. Its gradient is as
 * the plain one: scaled, or yet to be.
 * @param like A value of the gradient's shape that nothing is written over: a graph input.
 * @param name Of the gradient, a result of the whole graph.
 */
export function repaired(
  graph: Graph,
  loss: Loss,
  fit: Fit,
  plain: Results,
  general: (taken: (value: Value) => Value) => Results,
  like: Value,
  name: string,
): Pick<Results, 'sums'> {
  const { op, constant } = graph;
  const wantsSums = loss.outputs.some((output) => output !== 'gradient');
  const wantsGradient = loss.outputs.includes('gradient');
  const sums = wantsSums ? plain.sums() : undefined;
  const gradient = wantsGradient ? plain.gradient() : undefined;
  const zero = constant('int64', [0]);
  const noneOf = (value: Value): Value => op('Slice', [value, zero, zero, zero]);
  // Where to put each value that was calculated again: its row. ScatterND would copy the matrix.
  const places = (rows: Value, values: Value): Value => op('Expand', [rows, op('Shape', [values])]);
  const repairs = graph.choose(
    fit.all(),
    [
      ...(wantsSums
        ? ([
            { type: 'int64', shape: ['unfit', 1] },
            { type: 'float', shape: ['unfit', 1] },
          ] as const)
        : []),
      ...(wantsGradient
        ? ([
            { type: 'int64', shape: ['unfit', 'classes'] },
            { type: 'float', shape: ['unfit', 'classes'] },
          ] as const)
        : []),
    ],
    () => {
      const none = (value: Value): Value[] => {
        const values = noneOf(value);
        return [op('Cast', [values], { to: elementTypes.int64 }), values];
      };
      return [...(wantsSums ? none(constant('float', [0], [1, 1])) : []), ...(wantsGradient ? none(like) : [])];
    },
    () => {
      // Nothing plain is read here: it may be written over.
      const unfit = op('Not', [op('Squeeze', [fit.each(), constant('int64', [1])])]);
      const rows = op('Transpose', [op('NonZero', [unfit])]);
      const results = general((value) => op('GatherND', [value, rows]));
      const placed = (values: Value): Value[] => [places(rows, values), values];
      return [...(wantsSums ? placed(results.sums()) : []), ...(wantsGradient ? placed(results.gradient()) : [])];
    },
  );
  const put = (values: Value, [index, others]: readonly Value[], result?: string): Value =>
    op('ScatterElements', [values, index, others], { axis: 0 }, result);
  if (gradient !== undefined) {
    if (plain.scale === undefined) put(gradient, repairs.slice(-2), name);
    else op('Mul', [put(gradient, repairs.slice(-2)), plain.scale()], {}, name);
  }
  return { sums: () => put(sums!, repairs) };
}

/** Whether a condition, `[rows, 1]` bool, holds in every row: a bool scalar, true without rows. */
export function everyRow(graph: Graph, condition: Value): Value {
  const { op, constant } = graph;
  const broken = op('Cast', [op('Not', [condition])], { to: elementTypes.float });
  return op('Less', [op('ReduceSum', [broken], { keepdims: 0 }), constant('float', 0.5)]);
}

/**
 * `Σ log(1 + e)` over each row, `[rows, classes]` to `[rows, 1]`; e >= 0, small e with all digits.
 *
 * One logarithm of a product instead of a sum of logarithms, and without the 1, so that tiny factors keep their digits:
 * `(1 + a) (1 + b) - 1 = a + b (1 + a)`. The product of FOLD of them must be finite.
 *
 * @param more Another column of e, `[rows, 1]`.
 * @param like A value of the shape of `e` whose shape is cheap to know: a graph input.
 */
export function sumOfLog1p(graph: Graph, e: Value, more: Value, like: Value): Value {
  const { op, constant } = graph;
  const one = constant('float', 1);
  const both = (a: Value, b: Value): Value => op('Add', [a, op('Mul', [b, op('Add', [a, one])])]);
  return sumOfColumns(graph, log1p(graph, inFullColumns(graph, [...folded(graph, e, like, both), more])));
}

/** Σ over each row, `[rows, classes]` to `[rows, 1]`. */
export function sumOverClasses(graph: Graph, values: Value, like: Value): Value {
  const parts = folded(graph, values, like, (a, b) => graph.op('Add', [a, b]));
  return sumOfColumns(graph, inFullColumns(graph, parts));
}

/**
 * Folds each row, half by half, to a FOLDth of its columns; then come the few that the division leaves over, as they are.
 * The order in which values meet does not depend on where a row lies (SPEC P1).
 */
function folded(graph: Graph, values: Value, like: Value, both: (a: Value, b: Value) => Value): Value[] {
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
  return [rest, slice(columns(FOLD), classes, values)];
}

/**
 * Parts side by side, filled up with zeros to a multiple of LANES columns, and a row of zeros below: there are never no
 * rows, which a Reshape could not take, nor one alone, which `ReduceSum` adds up in another order (SPEC P1).
 */
function inFullColumns(graph: Graph, parts: readonly Value[]): Value {
  const { op, constant } = graph;
  const joined = op('Concat', parts, { axis: 1 });
  const columns = op('Slice', [op('Shape', [joined]), constant('int64', [1]), constant('int64', [2])]);
  const missing = op('Mod', [op('Neg', [columns]), constant('int64', [LANES])]);
  return op('Pad', [joined, op('Concat', [constant('int64', [0, 0, 1]), missing], { axis: 0 })]);
}

/**
 * log(1 + u), u >= 0, `[…, n LANES]`. With w = 1 + u rounded, `log(w) u / (w - 1)` takes back what the rounding lost
 * (Kahan); where w is 1, log(1 + u) is u. `Log` takes the last few values of a tensor, if they fill no vector, by another
 * routine than the rest, one rounding apart (SPEC P1); here there are none.
 */
function log1p(graph: Graph, u: Value): Value {
  const { op, constant } = graph;
  const one = constant('float', 1);
  const w = op('Add', [u, one]);
  const lost = op('Div', [u, op('Sub', [w, one])]);
  return op('Where', [op('Equal', [w, one]), u, op('Mul', [op('Log', [w]), lost])]);
}

/** {@link log1p} of one value a row, `[rows, 1]`. */
export function log1pOfRow(graph: Graph, u: Value): Value {
  return perRow(graph, u, (copies) => log1p(graph, copies));
}

/**
 * Σ over the columns, `[rows + 1, n LANES]` to `[rows, 1]`: lane by lane, then over the lanes.
 *
 * `ReduceSum` adds up one after the other in single precision; LANES lanes, after the folding, keep that short for
 * 100,000 classes (SPEC N4): equal terms, which drift most, are 1.1e-6 off there, and 1.3e-5 for 1,000,000. Along a row its order depends on how the row lies in memory; LANES floats, 128 bytes, all lie
 * alike (SPEC P1).
 */
function sumOfColumns(graph: Graph, values: Value): Value {
  const { op, constant } = graph;
  const axis = constant('int64', [1]);
  const lanes = op('Reshape', [values, constant('int64', [0, -1, LANES])]);
  const sums = op('ReduceSum', [op('ReduceSum', [lanes, axis], { keepdims: 0 }), axis], { keepdims: 1 });
  return op('Slice', [sums, constant('int64', [0]), constant('int64', [-1]), constant('int64', [0])]);
}
