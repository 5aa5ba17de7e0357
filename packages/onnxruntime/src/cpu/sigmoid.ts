// The sigmoid form from the ops that cost a CPU least. SPEC S1 to S4.

import { sigmoidOf as onGpu } from '../gpu/sigmoid.ts';
import type { Graph, Value } from '../graph.ts';
import { foregroundInput, type Label, type Rows, tailInput } from '../inputs.ts';
import type { RowLoss, WriteForm } from '../loss.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { log1pOfAny, sumOfLog1p } from './formulas.ts';

// What an excluded logit is replaced by where that does not show. Its exponential, 1.6e-38, is the smallest that is
// fast: one that underflows takes eight times as long.
const EXCLUDED = -87;
// The product of 8 times 1 + e^10.8 is still finite.
const MOST = 10.8;
// A row of such logits has a loss of 2e-22, in which a million excluded ones, 1.6e-32, do not show.
const LEAST = -50;

/** The sigmoid form over rows with index labels or target rows. Declares `tail` and, if wanted, `foreground`. */
export const sigmoidOf: WriteForm = (graph, loss, rows, divisor) => {
  const { label } = rows;
  if (label === undefined) return onGpu(graph, loss, rows, divisor);
  return ofLabels(graph, loss, rows, label, divisor);
};

/**
 * The label's entry is calculated per row. All others are negatives: with w in {0, 1} the weight, they add
 * `Σ w softplus(z)`, with the gradient `w σ(z)`.
 */
function ofLabels(graph: Graph, loss: Loss, rows: Rows, label: Label, divisor: Value): RowLoss {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const own = positive(graph, op('Neg', [label.entry(rows.logits)]));
  const negatives = negativesOf(graph, loss, rows, label, divisor);
  return {
    active: rows.active,
    sums: () => op('Add', [negatives.sums!, op('Where', [label.present, own.loss(), zero])]),
    gradient: (result) => {
      const matrix = negatives.gradient!;
      const scaled = op('Neg', [op('Mul', [own.slope(), op('Div', [rows.weights, divisor])])]);
      const entry = op('Where', [label.present, scaled, label.entry(matrix)]);
      op('ScatterElements', [matrix, label.index, entry], { axis: 1 }, result);
    },
  };
}

/** softplus(s) and σ(s) of one value a row, for any s. */
function positive(graph: Graph, s: Value): { loss(): Value; slope(): Value } {
  const { op, constant } = graph;
  const below = op('Min', [s, constant('float', 0)]);
  const above = op('Relu', [s]);
  const e = op('Exp', [op('Sub', [below, above])]);
  return {
    loss: () => op('Add', [above, log1pOfAny(graph, e)]),
    slope: () => op('Div', [op('Exp', [below]), op('Add', [e, constant('float', 1)])]),
  };
}

/** Row sums `[rows, 1]` and gradient `[rows, classes]` of the negatives, those wanted. */
function negativesOf(
  graph: Graph,
  loss: Loss,
  rows: Rows,
  label: Label,
  divisor: Value,
): { sums?: Value; gradient?: Value } {
  const { op, constant } = graph;
  const { logits, active } = rows;
  const wantsGradient = loss.outputs.includes('gradient');
  const wantsSums = loss.outputs.some((output) => output !== 'gradient');
  const foreground = foregroundInput(graph, loss, logits) ?? label.present;
  const kinds = kindsOf(graph, foreground, rows);
  const infinity = constant('float', Infinity);

  // Most batches have no logit that is NaN, infinite or large. Then e^z is all that softplus and σ need.
  const caps = op('Where', [
    op('Greater', [kinds.weights, constant('float', 0)]),
    infinity,
    constant('float', EXCLUDED),
  ]);
  const cap = op('Gather', [caps, kinds.ofRows]);
  const ownCap = op('Where', [
    label.present,
    constant('float', EXCLUDED),
    op('Min', [label.entry(logits), label.entry(cap)]),
  ]);
  const z = op('ScatterElements', [op('Min', [logits, cap]), label.index, ownCap], { axis: 1 });
  const largest = op('Where', [active, graph.op('ReduceMax', [z], { axes: [1], keepdims: 1 }), constant('float', 0)]);
  const all = { keepdims: 0 };
  const isOrdinary = op('And', [
    op('Less', [op('Abs', [op('ReduceSum', [logits], all)]), infinity]),
    op('And', [
      op('LessOrEqual', [op('ReduceMax', [largest], all), constant('float', MOST)]),
      op('GreaterOrEqual', [op('ReduceMin', [largest], all), constant('float', LEAST)]),
    ]),
  ]);
  const weights = (): Value => op('Gather', [kinds.weights, kinds.ofRows]);
  const scales = (): Value => {
    // Without row weights all rows have one scale, and it is cheaper to scale the table.
    if (!loss.rowWeights) return op('Gather', [op('Div', [kinds.weights, divisor]), kinds.ofRows]);
    return op('Mul', [weights(), op('Div', [rows.weights, divisor])]);
  };
  const ordinary = (): Value[] => {
    const e = op('Exp', [z]);
    return [
      ...(wantsSums ? [sumOfLog1p(graph, e, undefined, logits)] : []),
      // σ(z) = e^z / (1 + e^z)
      ...(wantsGradient ? [op('Mul', [op('Softsign', [e]), scales()])] : []),
    ];
  };
  const any = (): Value[] => {
    const w = op(
      'ScatterElements',
      [weights(), label.index, op('Where', [label.present, constant('float', 0), label.entry(weights())])],
      { axis: 1 },
    );
    const kept = op('Where', [op('Greater', [w, constant('float', 0)]), logits, constant('float', 0)]);
    const below = op('Min', [kept, constant('float', 0)]);
    const above = op('Relu', [kept]);
    const e = op('Exp', [op('Sub', [below, above])]);
    const sigma = (): Value => op('Div', [op('Exp', [below]), op('Add', [e, constant('float', 1)])]);
    return [
      ...(wantsSums ? [sumOfLog1p(graph, op('Mul', [e, w]), above, logits)] : []),
      ...(wantsGradient ? [op('Mul', [sigma(), scales()])] : []),
    ];
  };
  const results = graph.choose(
    isOrdinary,
    [
      ...(wantsSums ? [{ type: 'float', shape: ['rows', 1] } as const] : []),
      ...(wantsGradient ? [{ type: 'float', shape: ['rows', 'classes'] } as const] : []),
    ],
    ordinary,
    any,
  );
  return { sums: wantsSums ? results[0] : undefined, gradient: wantsGradient ? results.at(-1) : undefined };
}

/**
 * The weights of the negatives of a row, as a table of the kinds of row there are, and the kind of each row: taken out,
 * foreground, background, and one whose label is none, NaN. Rows copied from a table cost half of what broadcasting
 * both ways costs.
 */
function kindsOf(graph: Graph, foreground: Value, rows: Rows): { weights: Value; ofRows: Value } {
  const { op, constant } = graph;
  const head = op('Cast', [op('Not', [tailInput(graph, rows.logits)])], { to: elementTypes.float });
  const row = op('Unsqueeze', [head, constant('int64', [0])]);
  const table = op('Add', [
    op('Mul', [row, constant('float', [0, 1, 0, 0], [4, 1])]),
    constant('float', [0, 0, 1, NaN], [4, 1]),
  ]);
  const whole = op('Where', [foreground, constant('int32', 1), constant('int32', 2)]);
  const kind = op('Where', [rows.active, whole, constant('int32', 0)]);
  const valid = op('Where', [op('Equal', [rows.weights, rows.weights]), kind, constant('int32', 3)]);
  return { weights: table, ofRows: op('Squeeze', [valid, constant('int64', [1])]) };
}
