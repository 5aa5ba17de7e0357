// The sigmoid form from ops that GPUs do rightly. SPEC S1 to S4.

import type { Graph, Value } from '../graph.ts';
import { foregroundInput, type Label, type Rows, tailInput } from '../inputs.ts';
import type { WriteForm } from '../loss.ts';
import { maxOverClasses } from '../maximum.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { expOfMinus, log1p, sumOverClasses } from './formulas.ts';
import { formOf, type Written } from './written.ts';

// An entry that adds nothing: softplus and σ of it are 0, exactly. Finite, since shaders need not honour infinities.
const NOTHING = -1000;

/** The sigmoid form over rows with index labels or target rows. Declares `tail` and, if wanted, `foreground`. */
export const sigmoidOf: WriteForm = formOf(ofLabels, ofTargets);

/**
 * With s the logit, negated at the label, and excluded entries at a value that adds nothing, the row loss is
 * `Σ softplus(s)`, and the gradient `σ(s)`, negated at the label: one kind of entry, no product with a target.
 */
function ofLabels(graph: Graph, loss: Loss, rows: Rows, scale: () => Value, label: Label): Written {
  const { op, constant } = graph;
  const foreground = foregroundInput(graph, loss, rows.logits) ?? label.present;
  const included = op('And', [op('Not', [gated(graph, foreground, rows.logits)]), rows.active]);
  const { missing, finite } = withoutNaN(graph, rows.logits);
  const kept = op('Where', [included, finite, constant('float', NOTHING)]);
  const signed = label.replace(kept, op('Neg', [label.entry(finite)]));
  const e = expOfMinus(graph, op('Abs', [signed]));

  const nan = constant('float', NaN);
  const nanEntry = op('And', [missing, included]);
  // The label counts even in a tail class. Gathering floats: not every provider gathers booleans.
  const labelMark = label.entry(op('Cast', [missing], { to: elementTypes.float }));
  const nanLabel = op('And', [op('Greater', [labelMark, constant('float', 0)]), label.present]);
  return {
    active: rows.active,
    sums: () => {
      // softplus(s) = max(s, 0) + log1p(e^-|s|)
      const element = op('Add', [op('Max', [signed, constant('float', 0)]), log1p(graph, e)]);
      return op('Where', [nanLabel, nan, sumOverClasses(graph, op('Where', [nanEntry, nan, element]))]);
    },
    gradient: (result) => {
      // σ(s) = e^min(s, 0) / (1 + e^-|s|)
      const one = constant('float', 1);
      const numerator = op('Where', [op('GreaterOrEqual', [signed, constant('float', 0)]), one, e]);
      const sigma = op('Mul', [op('Div', [numerator, op('Add', [e, one])]), scale()]);
      const value = op('Where', [nanEntry, nan, sigma]);
      const own = label.entry(value);
      const negated = op('Where', [nanLabel, nan, op('Neg', [own])]);
      const atLabel = op('Where', [label.present, negated, own]);
      op('ScatterElements', [value, label.index, atLabel], { axis: 1 }, result);
    },
  };
}

/**
 * Element loss `w (a |z| + log1p(e^-|z|))` with a = 1 - y for z >= 0, else y: terms >= 0, nothing cancels (SPEC N3).
 * Gradient `w ((1 - y) σ(z) - y σ(-z))`.
 */
function ofTargets(graph: Graph, loss: Loss, rows: Rows, scale: () => Value, y: Value): Written {
  const { op, constant } = graph;
  const [zero, one] = [constant('float', 0), constant('float', 1)];
  const foreground = foregroundInput(graph, loss, rows.logits) ?? op('Greater', [maxOverClasses(graph, y), zero]);
  // w = y in a tail class of a foreground row, else 1. SPEC S1.
  const weight = op('Where', [gated(graph, foreground, rows.logits), y, one]);
  const included = op('And', [op('Greater', [weight, zero]), rows.active]);
  // A CPU's own ops pass NaN on.
  const masked = loss.arithmetic === 'gpu' ? withoutNaN(graph, rows.logits) : undefined;
  const nanEntry = masked && op('And', [masked.missing, included]);
  const withNaN = (values: Value): Value =>
    nanEntry === undefined ? values : op('Where', [nanEntry, constant('float', NaN), values]);
  const z = op('Where', [included, masked?.finite ?? rows.logits, zero]);
  const isPositive = op('GreaterOrEqual', [z, zero]);
  const size = op('Abs', [z]);
  const e = expOfMinus(graph, size, loss.arithmetic);
  const opposite = op('Sub', [one, y]);
  return {
    active: rows.active,
    sums: () => {
      const slope = op('Where', [isPositive, opposite, y]);
      // A slope of 0 wins over an infinite logit: the limits of SPEC N2.
      const linear = op('Where', [op('Greater', [slope, zero]), op('Mul', [slope, size]), zero]);
      const element = op('Mul', [op('Add', [linear, log1p(graph, e)]), weight]);
      return sumOverClasses(graph, withNaN(element));
    },
    gradient: (result) => {
      const up = op('Mul', [opposite, op('Where', [isPositive, one, e])]);
      const down = op('Mul', [y, op('Where', [isPositive, e, one])]);
      const slope = op('Div', [op('Sub', [up, down]), op('Add', [e, one])]);
      op('Mul', [withNaN(op('Mul', [slope, weight])), scale()], {}, result);
    },
  };
}

/** E_i T_j, `[rows, classes]` bool. */
function gated(graph: Graph, foreground: Value, logits: Value): Value {
  return graph.op('And', [foreground, tailInput(graph, logits)]);
}

/**
 * Takes NaN out of the arithmetic: a GPU's exponential of NaN is Infinity, a NaN is no index into a table, and
 * shaders may drop it anywhere. It is put back by a mask (SPEC N2). The test is made on the graph's input: the webgpu
 * provider leaves it to the CPU, where an input lies already.
 */
function withoutNaN(graph: Graph, logits: Value): { missing: Value; finite: Value } {
  const missing = graph.op('IsNaN', [logits]);
  return { missing, finite: graph.op('Where', [missing, graph.constant('float', 0), logits]) };
}
