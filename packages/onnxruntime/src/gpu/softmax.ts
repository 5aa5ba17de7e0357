// The softmax form, SEQL, from ops that GPUs do rightly. SPEC X1 to X7.

import type { Graph, Value } from '../graph.ts';
import { type Label, type Rows, weightInput } from '../inputs.ts';
import type { WriteForm } from '../loss.ts';
import { maxOverClasses } from '../maximum.ts';
import type { Loss } from '../options.ts';
import { logOfRow } from '../per-row.ts';
import { expOfMinus, log1pOfRow, sumOverClasses } from './formulas.ts';
import { formOf, type Written } from './written.ts';

// No finite logit is lower.
const LOWEST = -3.4028234663852886e38;

/** The softmax form over rows with index labels or target rows. Declares `tail` and β. */
export const softmaxOf: WriteForm = formOf(ofLabels, ofTargets);

/**
 * With own = e^(z_y - m) and rest = Σ_{k≠y} v_k e^(z_k - m), v the weight of a negative entry, the row loss is
 * `log1p(rest / own)`, the gradient `v_k e^(z_k - m) / (own + rest)`, at the label `-rest / (own + rest)`: nothing
 * cancels.
 */
function ofLabels(graph: Graph, loss: Loss, rows: Rows, scale: () => Value, label: Label): Written {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const weights = weightInput(graph, loss, rows.logits);
  const included = op('And', [op('Greater', [weights, zero]), rows.active]);
  const logits = orderedLogits(graph, rows.logits);
  const x = lowestUnless(graph, included, logits);
  const ofLabel = lowestUnless(graph, label.present, label.entry(logits));
  const { max, bounded } = rowMaximum(graph, op('Max', [maxOverClasses(graph, x), ofLabel]));

  const terms = label.replace(op('Mul', [expOfDifference(graph, loss, max, x), weights]), zero);
  const rest = sumOverClasses(graph, terms);
  const below = op('Max', [op('Sub', [max, ofLabel]), zero]);
  const own = expOfMinus(graph, below, loss.arithmetic);
  const sum = op('Add', [own, rest]);
  const valid = hasDistribution(graph, bounded, sum);
  const nan = constant('float', NaN);
  return {
    active: rows.active,
    sums: () => {
      // Far below the maximum own vanishes, and with it the ratio; the difference then is large and loses no digits.
      const far = op('Add', [below, logOfRow(graph, sum)]);
      const tiny = constant('float', 1e-30);
      const near = log1pOfRow(graph, op('Div', [rest, op('Max', [own, tiny])]));
      return op('Where', [valid, op('Where', [op('Greater', [own, tiny]), near, far]), nan]);
    },
    gradient: (result) => {
      const share = op('Where', [valid, op('Div', [scale(), sum]), nan]);
      const negatives = op('Where', [included, op('Mul', [terms, share]), zero]);
      const atLabel = op('Neg', [op('Mul', [rest, share])]);
      const kept = op('Where', [label.present, atLabel, label.entry(negatives)]);
      op('ScatterElements', [negatives, label.index, kept], { axis: 1 }, result);
    },
  };
}

/** `Σ y_j (m - z_j + log Σ w_k e^(z_k - m))`, gradient `(Σ y) p_k - y_k`. */
function ofTargets(graph: Graph, loss: Loss, given: Rows, scale: () => Value, y: Value): Written {
  const { op, constant } = graph;
  const [zero, one] = [constant('float', 0), constant('float', 1)];
  const mass = sumOverClasses(graph, y);
  // A row without any target has nothing to lose. SPEC X3.
  const rows = { ...given, active: op('And', [given.active, op('Greater', [mass, zero])]) };
  const v = weightInput(graph, loss, given.logits);
  const weights = op('Add', [v, op('Mul', [op('Sub', [one, v]), y])]);
  const included = op('And', [op('Greater', [weights, zero]), rows.active]);
  const x = lowestUnless(graph, included, orderedLogits(graph, rows.logits));
  const { max, bounded } = rowMaximum(graph, maxOverClasses(graph, x));

  const terms = op('Mul', [expOfDifference(graph, loss, max, x), weights]);
  const sum = sumOverClasses(graph, terms);
  const valid = hasDistribution(graph, bounded, sum);
  const nan = constant('float', NaN);
  return {
    active: rows.active,
    sums: () => {
      const element = op('Mul', [y, op('Add', [op('Sub', [max, x]), logOfRow(graph, sum)])]);
      const positive = op('And', [op('Greater', [y, zero]), rows.active]);
      return op('Where', [valid, sumOverClasses(graph, op('Where', [positive, element, zero])), nan]);
    },
    gradient: (result) => {
      const share = op('Where', [valid, op('Div', [mass, sum]), nan]);
      const value = op('Mul', [op('Sub', [op('Mul', [terms, share]), y]), scale()]);
      op('Where', [included, value, zero], {}, result);
    },
  };
}

/**
 * The logits with +Infinity for NaN, since maxima drop NaN on some devices: either makes the row NaN (SPEC N2). The
 * test is made on the graph's input: the webgpu provider leaves it to the CPU, where an input lies already.
 */
function orderedLogits(graph: Graph, logits: Value): Value {
  return graph.op('Where', [graph.op('IsNaN', [logits]), graph.constant('float', Infinity), logits]);
}

/** Puts excluded entries below all others: only included ones may set the maximum (SPEC X2). */
function lowestUnless(graph: Graph, included: Value, logits: Value): Value {
  return graph.op('Where', [included, logits, graph.constant('float', LOWEST)]);
}

/** The maximum where it is a finite number, else 0, so that no NaN enters the arithmetic. */
function rowMaximum(graph: Graph, max: Value): { max: Value; bounded: Value } {
  const { op, constant } = graph;
  const bounded = op('LessOrEqual', [op('Abs', [max]), constant('float', -LOWEST)]);
  return { max: op('Where', [bounded, max, constant('float', 0)]), bounded };
}

/**
 * Whether a row has a distribution: not with an included +Infinity (or NaN), the maximum of its row; nor when every
 * included logit is -Infinity. The maximum cannot tell the latter from a finite row, since excluded entries count as
 * LOWEST in it, which a logit may be too (masks write it); the sum can: e^(m - m) of a finite one is 1. SPEC N2.
 */
function hasDistribution(graph: Graph, bounded: Value, sum: Value): Value {
  return graph.op('And', [bounded, graph.op('Greater', [sum, graph.constant('float', 0)])]);
}

/** e^(x - m), x <= m in every row that counts. */
function expOfDifference(graph: Graph, loss: Loss, max: Value, x: Value): Value {
  const { op, constant } = graph;
  return expOfMinus(graph, op('Max', [op('Sub', [max, x]), constant('float', 0)]), loss.arithmetic);
}
