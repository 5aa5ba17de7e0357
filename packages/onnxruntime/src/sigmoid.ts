// The sigmoid form as a graph. SPEC S1 to S4.

import { finish, labelInput, type Output, rowInputs } from './common.ts';
import { column, expOfMinus, log1p, sumOverClasses } from './formulas.ts';
import type { Graph, Value } from './graph.ts';

// An entry that adds nothing: softplus and σ of it are 0, exactly. Finite, since shaders need not honour infinities.
const NOTHING = -1000;

/**
 * Sigmoid form with index labels.
 *
 * With s the logit, negated at the label, and excluded entries at a value that adds nothing, the row loss is
 * `Σ softplus(s)`, and the gradient `σ(s)`, negated at the label: one kind of entry, no product with a target.
 */
export function sigmoidOfLabels(graph: Graph, outputs: readonly Output[]): void {
  const { op, constant } = graph;
  const rows = rowInputs(graph);
  const label = labelInput(graph, rows.active);
  const excluded = op('Or', [gated(graph), op('Not', [rows.active])]);
  const kept = op('Where', [excluded, constant('float', NOTHING), rows.logits]);
  const signed = label.replace(kept, op('Neg', [label.entry(rows.logits)]));

  const { nan, finite, restore } = withoutNaN(graph, signed);
  const e = expOfMinus(graph, op('Abs', [finite]));
  finish(
    graph,
    rows,
    outputs,
    // softplus(s) = max(s, 0) + log1p(e^-|s|)
    () => sumOverClasses(graph, restore(op('Add', [op('Max', [finite, constant('float', 0)]), log1p(graph, e)]))),
    (scale, result) => {
      // σ(s) = e^min(s, 0) / (1 + e^-|s|)
      const one = constant('float', 1);
      const numerator = op('Where', [op('GreaterOrEqual', [finite, constant('float', 0)]), one, e]);
      const sigma = op('Mul', [op('Div', [numerator, op('Add', [e, one])]), scale]);
      const value = op('Where', [nan, constant('float', NaN), sigma]);
      const atLabel = op('Where', [label.present, op('Neg', [label.entry(value)]), label.entry(value)]);
      return op('ScatterElements', [value, label.index, atLabel], { axis: 1 }, result);
    },
  );
}

/**
 * Sigmoid form with target rows.
 *
 * Element loss `w (a |z| + log1p(e^-|z|))` with a = 1 - y for z >= 0, else y: terms >= 0, nothing cancels (SPEC N3).
 * Gradient `w ((1 - y) σ(z) - y σ(-z))`.
 */
export function sigmoidOfRows(graph: Graph, outputs: readonly Output[]): void {
  const { op, constant } = graph;
  const [zero, one] = [constant('float', 0), constant('float', 1)];
  const rows = rowInputs(graph);
  const y = graph.input({ name: 'targets', type: 'float', shape: ['rows', 'classes'] });
  const isGated = gated(graph);
  // w = y in a tail class of a foreground row, else 1. SPEC S1.
  const weight = op('Where', [isGated, y, one]);
  const included = op('And', [op('Greater', [weight, zero]), rows.active]);
  const { nan, finite, restore } = withoutNaN(graph, op('Where', [included, rows.logits, zero]));
  const isPositive = op('GreaterOrEqual', [finite, zero]);
  const size = op('Abs', [finite]);
  const e = expOfMinus(graph, size);
  const opposite = op('Sub', [one, y]);
  finish(
    graph,
    rows,
    outputs,
    () => {
      const slope = op('Where', [isPositive, opposite, y]);
      // A slope of 0 wins over an infinite logit: the limits of SPEC N2.
      const linear = op('Where', [op('Greater', [slope, zero]), op('Mul', [slope, size]), zero]);
      const element = op('Mul', [op('Add', [linear, log1p(graph, e)]), weight]);
      return sumOverClasses(graph, restore(element));
    },
    (scale, result) => {
      const up = op('Mul', [opposite, op('Where', [isPositive, one, e])]);
      const down = op('Mul', [y, op('Where', [isPositive, e, one])]);
      const slope = op('Div', [op('Sub', [up, down]), op('Add', [e, one])]);
      const weighted = op('Mul', [op('Mul', [slope, weight]), scale]);
      return op('Where', [nan, constant('float', NaN), weighted], {}, result);
    },
  );
}

/** E_i T_j, `[rows, classes]` bool. */
function gated(graph: Graph): Value {
  const tail = graph.input({ name: 'tail', type: 'bool', shape: ['classes'] });
  const foreground = column(graph, graph.input({ name: 'foreground', type: 'bool', shape: ['rows'] }));
  return graph.op('And', [foreground, tail]);
}

/**
 * Takes NaN out and puts it back: a GPU's exponential of NaN is Infinity, a NaN is no index, and shaders may drop it
 * anywhere. SPEC N2.
 */
function withoutNaN(graph: Graph, values: Value): { nan: Value; finite: Value; restore(result: Value): Value } {
  const nan = graph.op('IsNaN', [values]);
  const finite = graph.op('Where', [nan, graph.constant('float', 0), values]);
  const restore = (result: Value): Value => graph.op('Where', [nan, graph.constant('float', NaN), result]);
  return { nan, finite, restore };
}
