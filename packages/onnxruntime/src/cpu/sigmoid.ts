// The sigmoid form from the ops that cost a CPU least. SPEC S1 to S4.

import { sigmoidOf as onGpu } from '../gpu/sigmoid.ts';
import type { Graph, Value } from '../graph.ts';
import { foregroundInput, type Label, labelAt, type Rows, tailInput } from '../inputs.ts';
import type { RowLoss, WriteForm } from '../loss.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { everyRow, type Fit, type Results, repaired, sumOfLog1p, sumOverClasses } from './formulas.ts';

// What an excluded logit is replaced by in the plain way. Its exponential, 1.6e-38, is the smallest that is fast: one that
// underflows takes eight times as long.
const EXCLUDED = -87;
// What the label's logit is replaced by there, and its exponential.
const LABEL = -40;
const E_OF_LABEL = Math.exp(LABEL);
// Of a slope divided by the latter.
const MOST = 1e38;
// In a row sum of that size neither the label's entry, 4.2e-18, nor a million excluded ones, 1.6e-32, show.
const LEAST = 1e-9;

/** The sigmoid form over rows with index labels or target rows. Declares `tail` and, if wanted, `foreground`. */
export const sigmoidOf: WriteForm = (graph, loss, rows, divisor, name) => {
  const { label } = rows;
  if (label === undefined) return onGpu(graph, loss, rows, divisor, name);
  return ofLabels(graph, loss, rows, label, divisor, name);
};

/** Rows, all of them or some. */
interface Batch {
  readonly logits: Value;
  readonly label: Omit<Label, 'counted'>;
  /** The row's weight by the divisor, `[rows, 1]`. */
  scale(): Value;
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
  const { fit, ...plain } = byExponential(graph, loss, { logits, label, scale, kinds, positive }, active, divisor);
  const again = (taken: (value: Value) => Value): Results => {
    const some = { logits: taken(logits), label: labelAt(graph, taken(label.present), taken(label.index)) };
    return general(graph, {
      ...some,
      scale: () => taken(scale()),
      kinds: { weights: kinds.weights, ofRows: taken(kinds.ofRows) },
      positive: positiveOf(graph, some.logits, some.label),
    });
  };
  const { sums } = repaired(graph, loss, fit, plain, again, name);
  const above = (): Value => op('Where', [label.present, positive.above, constant('float', 0)]);
  return { active, sums: () => op('Add', [sums(), above()]) };
}

/**
 * e^z is all that `softplus(z) = log(1 + e^z)` and `σ(z) = e^z / (1 + e^z)` take, unless a product of 1 + e^z overflows,
 * or a NaN is met: the sums tell.
 */
function byExponential(
  graph: Graph,
  loss: Loss,
  batch: Batch,
  active: Value,
  divisor: () => Value,
): Results & { fit: Fit } {
  const { op, constant } = graph;
  const { logits, label, scale, kinds, positive } = batch;
  const [zero, infinity] = [constant('float', 0), constant('float', Infinity)];
  const scattered = (matrix: Value, atLabel: Value, stays: Value): Value =>
    op('ScatterElements', [matrix, label.index, op('Where', [label.present, atLabel, stays])], { axis: 1 });
  const caps = op('Where', [op('Greater', [kinds.weights, zero]), infinity, constant('float', EXCLUDED)]);
  const cap = op('Gather', [caps, kinds.ofRows]);
  const own = op('Min', [label.entry(logits), label.entry(cap)]);
  const e = op('Exp', [scattered(op('Min', [logits, cap]), constant('float', LABEL), own)]);
  const sums = (): Value => sumOfLog1p(graph, e, op('Where', [label.present, positive.e, zero]), logits);
  // Without row weights all rows have one scale: the table is scaled instead of the matrix.
  const scales = (): Value =>
    loss.rowWeights
      ? op('Mul', [op('Gather', [kinds.weights, kinds.ofRows]), scale()])
      : op('Gather', [op('Div', [kinds.weights, divisor()]), kinds.ofRows]);
  // Comparisons with NaN are false.
  const isModerate = (): Value => op('Less', [op('Abs', [scale()]), constant('float', E_OF_LABEL * MOST)]);
  const wantsSums = loss.outputs.some((output) => output !== 'gradient');
  const fit: Fit = {
    sums: () =>
      op('And', [
        op('Less', [sums(), infinity]),
        op('GreaterOrEqual', [op('Where', [active, sums(), constant('float', 1)]), constant('float', LEAST)]),
      ]),
    // Infinity and NaN, times 0, are NaN; any order of summation tells.
    gradient: () => {
      const spoilt = op('ReduceSum', [op('Mul', [e, zero]), constant('int64', [1])], { keepdims: 1 });
      return op('And', [isModerate(), op('Equal', [spoilt, zero])]);
    },
    all: () => {
      if (!loss.outputs.includes('gradient')) return everyRow(graph, fit.sums());
      // Finite sums are a sign of finite exponentials, and cost less than to look at these.
      if (wantsSums) return everyRow(graph, op('And', [fit.sums(), isModerate()]));
      return op('And', [everyRow(graph, isModerate()), op('Less', [op('ReduceSum', [e], { keepdims: 0 }), infinity])]);
    },
  };
  return {
    fit,
    sums,
    gradient: () => {
      // Times E_OF_LABEL, which σ is there, it is the label's slope.
      const atLabel = op('Div', [op('Neg', [op('Mul', [positive.slope(), scale()])]), constant('float', E_OF_LABEL)]);
      const stays = op('Where', [op('Greater', [label.entry(cap), zero]), scale(), op('Mul', [scale(), zero])]);
      return op('Mul', [op('Softsign', [e]), scattered(scales(), atLabel, stays)]);
    },
  };
}

/** Any logits. SPEC N1, N2. */
function general(graph: Graph, { logits, label, scale, kinds, positive }: Omit<Batch, 'active'>): Results {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const weights = op('Gather', [kinds.weights, kinds.ofRows]);
  const w = label.replace(weights, op('Where', [label.present, zero, zero]));
  const negative = softplus(graph, op('Where', [op('Greater', [w, zero]), logits, zero]));
  const positiveE = (): Value => op('Where', [label.present, positive.e, zero]);
  return {
    sums: () =>
      op('Add', [
        sumOfLog1p(graph, op('Mul', [negative.e, w]), positiveE(), logits),
        sumOverClasses(graph, negative.above, logits),
      ]),
    gradient: () => {
      const gradient = op('Mul', [negative.slope(), op('Mul', [weights, scale()])]);
      return label.replace(gradient, op('Neg', [op('Mul', [positive.slope(), scale()])]));
    },
  };
}

function positiveOf(graph: Graph, logits: Value, label: Omit<Label, 'counted'>): Softplus {
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
 * The weights of the negatives of a row, as a table of the kinds of rows: taken out, foreground, background, and NaN for
 * one whose label is none; and the kind of each row. Rows copied from a table cost half of what broadcasting both ways
 * costs.
 */
function kindsOf(graph: Graph, foreground: Value, rows: Rows): { weights: Value; ofRows: Value } {
  const { op, constant } = graph;
  const kind = (index: number): Value => constant('int32', index);
  const head = op('Cast', [op('Not', [tailInput(graph, rows.logits)])], { to: elementTypes.float });
  const row = op('Unsqueeze', [head, constant('int64', [0])]);
  const factors = constant('float', [0, 1, 0, 0], [4, 1]);
  const weights = op('Add', [op('Mul', [row, factors]), constant('float', [0, 0, 1, NaN], [4, 1])]);
  const used = op('Where', [rows.active, op('Where', [foreground, kind(1), kind(2)]), kind(0)]);
  const ofRows = op('Where', [op('IsNaN', [rows.weights]), kind(3), used]);
  return { weights, ofRows: op('Squeeze', [ofRows, constant('int64', [1])]) };
}
