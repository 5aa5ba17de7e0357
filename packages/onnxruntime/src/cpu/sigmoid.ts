// The sigmoid form from the ops that cost a CPU least. SPEC S1 to S4.

import { sigmoidOf as onGpu } from '../gpu/sigmoid.ts';
import type { Graph, Value } from '../graph.ts';
import { foregroundInput, type Label, type LabelPlace, labelAt, type Rows, tailInput } from '../inputs.ts';
import type { RowLoss, WriteForm } from '../loss.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { everyRow, type Fit, type Results, repaired, sumOfLog1p, sumOverClasses } from './formulas.ts';

/** The sigmoid form over rows with index labels or target rows. Declares `tail` and, if wanted, `foreground`. */
export const sigmoidOf: WriteForm = (graph, loss, rows, divisor, name) => {
  const { label } = rows;
  if (label === undefined) return onGpu(graph, loss, rows, divisor, name);
  return ofLabels(graph, loss, rows, label, divisor, name);
};

/** Rows, all of them or some. */
interface Batch {
  readonly logits: Value;
  readonly label: LabelPlace;
  /** Weights of the negatives of each kind of row, `[kinds, classes]`, and the kind of each, `[rows]`. */
  readonly kinds: { readonly weights: Value; readonly ofRows: Value };
  /** {@link softplus} of the negated label's logit. */
  readonly positive: Softplus;
}

/**
 * The label's entry is calculated per row. All others are negatives: with w in {0, 1} the weight, they add
 * `Σ w softplus(z)`, with the gradient `w σ(z)`.
 */
function ofLabels(graph: Graph, loss: Loss, rows: Rows, label: Label, divisor: () => Value, name: string): RowLoss {
  const { op, constant } = graph;
  const { logits, active } = rows;
  const kinds = kindsOf(graph, foregroundInput(graph, loss, logits) ?? label.present, rows);
  const scale = (): Value => op('Div', [rows.weights, divisor()]);
  const positive = positiveOf(graph, logits, label);
  const { fit, ...plain } = byExponential(graph, loss, { logits, label, kinds, positive }, scale);
  const again = (taken: (value: Value) => Value): Results => {
    const some = { logits: taken(logits), label: labelAt(graph, taken(label.present), taken(label.index)) };
    return general(graph, {
      ...some,
      kinds: { weights: kinds.weights, ofRows: taken(kinds.ofRows) },
      positive: positiveOf(graph, some.logits, some.label),
    });
  };
  const { sums } = repaired(graph, loss, fit, plain, again, logits, name);
  const above = (): Value => op('Where', [label.present, positive.above, constant('float', 0)]);
  return { active, sums: () => op('Add', [sums(), above()]) };
}

/**
 * e = w e^z is all that `w softplus(z) = log(1 + e)` and `w σ(z) = e / (1 + e)` take, unless e^z or a product of 1 + e
 * overflows, or a NaN is met: the sums tell.
 *
 * @param scale The row's weight by the divisor, `[rows, 1]`.
 */
function byExponential(
  graph: Graph,
  loss: Loss,
  { logits, label, kinds, positive }: Batch,
  scale: () => Value,
): Results & { fit: Fit } {
  const { op, constant } = graph;
  const [zero, infinity] = [constant('float', 0), constant('float', Infinity)];
  const weighted = op('Mul', [op('Exp', [logits]), op('Gather', [kinds.weights, kinds.ofRows])]);
  const e = label.replace(weighted, op('Where', [label.present, zero, zero]));
  const sums = (): Value => sumOfLog1p(graph, e, op('Where', [label.present, positive.e, zero]), logits);
  // Comparisons with NaN are false. Finite sums are a sign of finite exponentials, and cost less than to look at these.
  const bySums = (): Value => op('Less', [sums(), infinity]);
  const byGradient: Fit = {
    all: () => op('Less', [op('ReduceSum', [e], { keepdims: 0 }), infinity]),
    // Infinity and NaN, times 0, are NaN; any order of summation tells.
    each: () => op('Equal', [op('ReduceSum', [op('Mul', [e, zero]), constant('int64', [1])], { keepdims: 1 }), zero]),
  };
  const wantsSums = loss.outputs.some((output) => output !== 'gradient');
  return {
    fit: wantsSums ? { all: () => everyRow(graph, bySums()), each: bySums } : byGradient,
    sums,
    gradient: () => label.replace(op('Softsign', [e]), op('Neg', [positive.slope()])),
    scale,
  };
}

/** Any logits. SPEC N1, N2. */
function general(graph: Graph, { logits, label, kinds, positive }: Batch): Results {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const weights = op('Gather', [kinds.weights, kinds.ofRows]);
  const w = label.replace(weights, op('Where', [label.present, zero, zero]));
  const negative = softplus(graph, op('Where', [op('Greater', [w, zero]), logits, zero]));
  return {
    sums: () =>
      op('Add', [
        sumOfLog1p(graph, op('Mul', [negative.e, w]), op('Where', [label.present, positive.e, zero]), logits),
        sumOverClasses(graph, negative.above, logits),
      ]),
    gradient: () => label.replace(op('Mul', [negative.slope(), w]), op('Neg', [positive.slope()])),
  };
}

function positiveOf(graph: Graph, logits: Value, label: LabelPlace): Softplus {
  return softplus(graph, graph.op('Neg', [label.entry(logits)]));
}

/** `softplus(z) = above + log1p(e)`. */
interface Softplus {
  readonly above: Value;
  readonly e: Value;
  /** σ(z) */
  slope(): Value;
}

/** `softplus(z) = above + log1p(e)`, `max(z, 0) + log1p(e^-|z|)`, and `σ(z) = e^min(z, 0) / (1 + e^-|z|)`, for any z. */
function softplus(graph: Graph, z: Value): Softplus {
  const { op, constant } = graph;
  const below = op('Min', [z, constant('float', 0)]);
  const above = op('Relu', [z]);
  const e = op('Exp', [op('Sub', [below, above])]);
  return { above, e, slope: () => op('Div', [op('Exp', [below]), op('Add', [e, constant('float', 1)])]) };
}

/**
 * The weights of the negatives of a row, as a table of the kinds of rows: taken out, foreground, background; and the kind
 * of each row. Rows copied from a table cost half of what broadcasting both ways costs.
 */
function kindsOf(graph: Graph, foreground: Value, rows: Rows): { weights: Value; ofRows: Value } {
  const { op, constant } = graph;
  const kind = (index: number): Value => constant('int32', index);
  const head = op('Cast', [op('Not', [tailInput(graph, rows.logits)])], { to: elementTypes.float });
  const row = op('Unsqueeze', [head, constant('int64', [0])]);
  const factors = constant('float', [0, 1, 0], [3, 1]);
  const weights = op('Add', [op('Mul', [row, factors]), constant('float', [0, 0, 1], [3, 1])]);
  const ofRows = op('Where', [rows.active, op('Where', [foreground, kind(1), kind(2)]), kind(0)]);
  return { weights, ofRows: op('Squeeze', [ofRows, constant('int64', [1])]) };
}
