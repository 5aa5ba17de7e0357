// The softmax form, SEQL, from the ops that cost a CPU least. SPEC X1 to X7.

import { softmaxOf as onGpu } from '../gpu/softmax.ts';
import type { Graph, Value } from '../graph.ts';
import { type Label, type LabelPlace, labelAt, type Rows, weightInput } from '../inputs.ts';
import type { RowLoss, WriteForm } from '../loss.ts';
import { maxOverClasses } from '../maximum.ts';
import type { Loss } from '../options.ts';
import { logOfRow } from '../per-row.ts';
import { everyRow, type Fit, log1pOfRow, type Results, repaired, sumOverClasses } from './formulas.ts';

// e^-40: of terms that much below the largest one, sums are as exact as ever.
const LEAST = 4e-18;
// Of p_y and of log D, for the way by logarithms.
const SMALLEST_OWN = 1e-30;
const LARGEST_LOG = 30;

/** The softmax form over rows with index labels or target rows. Declares `tail` and β. */
export const softmaxOf: WriteForm = (graph, loss, rows, divisor, name) => {
  const { label } = rows;
  if (label === undefined) return onGpu(graph, loss, rows, divisor, name);
  return ofLabels(graph, loss, rows, label, divisor, name);
};

/** Rows, all of them or some. */
interface Batch {
  readonly logits: Value;
  /** `[rows, 1]` bool */
  active(): Value;
  readonly label: LabelPlace;
  /** v, `[classes]` or `[rows, classes]`. SPEC X1. */
  readonly weights: Value;
  /** The row's weight by the divisor, `[rows, 1]`; undefined for a gradient that is yet to be scaled. */
  readonly scale: (() => Value) | undefined;
}

/**
 * With v the weight of a negative entry, own = e^(z_y - m) and rest = Σ_{k≠y} v_k e^(z_k - m), the row loss is
 * `log1p(rest / own)`, the gradient `v_k e^(z_k - m) / (own + rest)`, at the label `-rest / (own + rest)`.
 *
 * There are two cheap ways, which most rows fit, and the general one.
 */
function ofLabels(graph: Graph, loss: Loss, rows: Rows, label: Label, divisor: () => Value, name: string): RowLoss {
  const { op } = graph;
  const { logits, active } = rows;
  const weights = weightInput(graph, loss, logits);
  const scale = (): Value => op('Div', [rows.weights, divisor()]);
  const perClass = loss.beta === 'scalar' || loss.beta === 'class';
  // One number only: for a single row, one per class and one per element look the same, and must give the same bits.
  const batch = { logits, active: () => active, label, weights, scale };
  const { fit, ...plain } = loss.beta === 'scalar' ? byLogarithms(graph, batch) : byWeights(graph, loss, batch);
  const again = (taken: (value: Value) => Value): Results =>
    general(graph, {
      logits: taken(logits),
      active: () => taken(active),
      label: labelAt(graph, taken(label.present), taken(label.index)),
      weights: perClass ? weights : taken(weights),
      scale: plain.scale === undefined ? () => taken(scale()) : undefined,
    });
  return { active, ...repaired(graph, loss, fit, plain, again, logits, name) };
}

/**
 * p = Softmax(z + log v), one op. Loss `-log p_y`, gradient p, at the label p_y - 1.
 *
 * The sum `z + log v` is as exact as z is small. What counts is z near the maximum, and `z_y - log p_y`, the logarithm of
 * D, lies there: so much for a bound on the error (SPEC N4).
 */
function byLogarithms(graph: Graph, { logits, label, weights, scale }: Batch): Results & { fit: Fit } {
  const { op, constant } = graph;
  const ofLabel = label.entry(logits);
  const x = op('ScatterElements', [op('Add', [logits, op('Log', [weights])]), label.index, ofLabel], { axis: 1 });
  const p = op('Softmax', [x], { axis: 1 });
  const own = label.entry(p);
  const minusLog = op('Neg', [logOfRow(graph, own)]);
  const logD = op('Add', [ofLabel, minusLog]);
  // Comparisons with NaN are false.
  const each = (): Value =>
    op('And', [
      op('GreaterOrEqual', [own, constant('float', SMALLEST_OWN)]),
      op('Less', [op('Abs', [logD]), constant('float', LARGEST_LOG)]),
    ]);
  return {
    fit: { all: () => everyRow(graph, each()), each },
    sums: () => minusLog,
    gradient: () => op('ScatterElements', [p, label.index, op('Sub', [own, constant('float', 1)])], { axis: 1 }),
    scale,
  };
}

/**
 * Excluded entries are multiplied by 0, and m is the maximum over all, which is cheaper to have. Where excluded ones are
 * NaN, or so large that the others vanish beside them, the sums tell.
 */
function byWeights(graph: Graph, loss: Loss, { logits, label, weights, scale }: Batch): Results & { fit: Fit } {
  const { op, constant } = graph;
  const parts = partsOf(graph, logits, logits, label, weights);
  const share = (): Value => op('Div', [scale!(), parts.sum]);
  const belowInfinity = (value: Value): Value => op('Less', [value, constant('float', Infinity)]);
  const each = (): Value => {
    const isSum = op('And', [op('GreaterOrEqual', [parts.sum, constant('float', LEAST)]), belowInfinity(parts.sum)]);
    return loss.outputs.includes('gradient') ? op('And', [isSum, belowInfinity(share())]) : isSum;
  };
  return {
    fit: { all: () => everyRow(graph, each()), each },
    sums: () => lossOf(graph, parts),
    gradient: () => op('Mul', [withLabel(graph, parts, label), share()]),
  };
}

/** With the maximum over the included entries only. SPEC X2, N1, N2. */
function general(graph: Graph, { logits, active, label, weights, scale }: Batch): Results {
  const { op, constant } = graph;
  const included = op('Greater', [weights, constant('float', 0)]);
  // The label's logit where excluded: it is included itself, so the maximum stays what it is, and nothing underflows,
  // which takes eight times as long.
  const parts = partsOf(graph, op('Where', [included, logits, label.entry(logits)]), logits, label, weights);
  return {
    sums: () => lossOf(graph, parts),
    gradient: () => {
      // A row without a distribution has a sum that is NaN: NaN where it is included, SPEC N2, 0 if it is taken out.
      // Divided first: scale by sum may overflow.
      const scaled = (values: Value): Value => {
        const shares = op('Div', [values, parts.sum]);
        return scale === undefined ? shares : op('Mul', [shares, scale()]);
      };
      const matrix = op('Where', [op('And', [included, active()]), scaled(parts.terms), constant('float', 0)]);
      return label.replace(matrix, op('Neg', [scaled(parts.rest)]));
    },
  };
}

/** What a row is made of, relative to e^m. */
interface Parts {
  /** m - z_y. `[rows, 1]` */
  readonly below: Value;
  /** `[rows, 1]` */
  readonly own: Value;
  /** v_k e^(x_k - m), 0 at the label. `[rows, classes]` */
  readonly terms: Value;
  /** `[rows, 1]` */
  readonly rest: Value;
  /** own + rest. `[rows, 1]` */
  readonly sum: Value;
}

function partsOf(graph: Graph, x: Value, logits: Value, label: LabelPlace, weights: Value): Parts {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const max = maxOverClasses(graph, x);
  const weighted = op('Mul', [op('Exp', [op('Sub', [x, max])]), weights]);
  // 0 in every row: a row without a label is taken out anyway. In place, since nobody else reads the matrix.
  const zeros = op('Where', [label.present, zero, zero]);
  const terms = op('ScatterElements', [weighted, label.index, zeros], { axis: 1 });
  const below = op('Sub', [max, label.entry(logits)]);
  const own = op('Exp', [op('Neg', [below])]);
  const rest = sumOverClasses(graph, terms, logits);
  return { below, own, terms, rest, sum: op('Add', [own, rest]) };
}

function lossOf(graph: Graph, { below, own, rest, sum }: Parts): Value {
  const { op, constant } = graph;
  // Far below the maximum own vanishes, and with it the ratio; the difference then is large and loses no digits.
  const tiny = constant('float', 1e-30);
  const near = log1pOfRow(graph, op('Div', [rest, op('Max', [own, tiny])]));
  return op('Where', [op('Less', [own, tiny]), op('Add', [below, logOfRow(graph, sum)]), near]);
}

/** The terms with -rest at the label. */
function withLabel(graph: Graph, { terms, rest }: Parts, label: LabelPlace): Value {
  return graph.op('ScatterElements', [terms, label.index, graph.op('Neg', [rest])], { axis: 1 });
}
