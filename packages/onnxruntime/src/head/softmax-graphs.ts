// The softmax form over a piece of the classes, as two graphs with an exchange between them on the host. SPEC P2.

import { expOfMinus, sumOverClasses } from '../gpu/formulas.ts';
import { createGraph, type Graph, type Value } from '../graph.ts';
import { type LabelPlace, labelAt, weightInput } from '../inputs.ts';
import { maxOverClasses } from '../maximum.ts';
import { elementTypes } from '../onnx.ts';
import type { Loss } from '../options.ts';
import { writeGradients, writeHead } from './graphs.ts';

// No finite logit is lower.
const LOWEST = -3.4028234663852886e38;

/** What both passes make of a piece's logits. */
interface Piece {
  readonly features: Value;
  readonly logits: Value;
  /** With +Infinity for NaN: maxima drop NaN on some devices, and either makes the row NaN. SPEC N2. */
  readonly ordered: Value;
  /** `[rows, classes]` or `[classes]` float: the weight of each entry. SPEC X1. */
  readonly weights: Value;
  /** Whether that is above 0. */
  readonly included: Value;
  /** With index labels. */
  readonly label: LabelPlace | undefined;
  /** With target rows, `[rows, classes]`. */
  readonly targets: Value | undefined;
}

/**
 * First pass: what the pieces tell each other of each row, `[rows]` each. With m the largest included logit of the piece
 * (lower than any if there is none, +Infinity for NaN):
 *
 * - `max`: m.
 * - `rest`: `Σ w_k e^(z_k - m)`, without the index label's term.
 * - with labels, `own`: the label's logit; anything in rows whose label is in another piece.
 * - with targets, `cost`: `Σ y_k (m - z_k)`.
 */
export function buildSums(loss: Loss, features: number, opset: number): Uint8Array {
  const graph = createGraph(opset);
  const { op, constant } = graph;
  const piece = writePiece(graph, loss, features);
  const zero = constant('float', 0);
  const x = op('Where', [piece.included, piece.ordered, constant('float', LOWEST)]);
  const max = maxOverClasses(graph, x);
  const bounded = op('LessOrEqual', [op('Abs', [max]), constant('float', -LOWEST)]);
  // A finite one, so that no NaN enters the arithmetic: the host sees an infinite maximum, whatever the sum.
  const finite = op('Where', [bounded, max, zero]);
  const terms = op('Mul', [expBelow(graph, loss, finite, x), piece.weights]);
  const row = (value: Value, name: string): void => {
    op('Squeeze', [value, constant('int64', [1])], {}, name);
    graph.output({ name, type: 'float', shape: ['rows'] });
  };
  row(max, 'max');
  row(sumOverClasses(graph, piece.label?.replace(terms, zero) ?? terms), 'rest');
  if (piece.label !== undefined) row(piece.label.entry(piece.logits), 'own');
  if (piece.targets !== undefined) {
    const cost = op('Mul', [piece.targets, op('Sub', [finite, x])]);
    row(sumOverClasses(graph, op('Where', [op('Greater', [piece.targets, zero]), cost, zero])), 'cost');
  }
  return graph.encode('eql_head_softmax_sums', 'First pass over a piece of the classes, softmax form.');
}

/**
 * Second pass: the gradients of a piece, `share w_k e^(z_k - m) - scale y_k` for the logits. Inputs of each row, `[rows]`,
 * of all pieces together: `max` m; `share`, `Σ y` times the row's weight by divisor and sum; and with labels `atLabel`, the
 * gradient at the label, with targets `scale`, the row's weight by the divisor.
 */
export function buildGradients(loss: Loss, features: number, opset: number): Uint8Array {
  const graph = createGraph(opset);
  const { op, constant } = graph;
  const piece = writePiece(graph, loss, features);
  const max = column(graph, 'max', 'float');
  const x = op('Where', [piece.included, piece.logits, constant('float', LOWEST)]);
  const terms = op('Mul', [expBelow(graph, loss, max, x), piece.weights]);
  let gradient = op('Mul', [terms, column(graph, 'share', 'float')]);
  if (piece.label !== undefined) gradient = piece.label.replace(gradient, column(graph, 'atLabel', 'float'));
  if (piece.targets !== undefined) {
    gradient = op('Sub', [gradient, op('Mul', [piece.targets, column(graph, 'scale', 'float')])]);
  }
  writeGradients(graph, piece.features, gradient, features);
  return graph.encode('eql_head_softmax_gradients', 'Second pass over a piece of the classes, softmax form.');
}

function writePiece(graph: Graph, loss: Loss, features: number): Piece {
  const { op, constant } = graph;
  const zero = constant('float', 0);
  const head = writeHead(graph, features);
  const { logits } = head;
  const ordered = op('Where', [op('IsNaN', [logits]), constant('float', Infinity), logits]);
  const v = weightInput(graph, loss, logits);
  if (loss.labels === 'rows') {
    const input = graph.input({ name: 'targets', type: 'float', shape: ['rows', 'classes'] });
    const targets = op('Reshape', [input, op('Shape', [logits])]);
    const weights = op('Add', [v, op('Mul', [op('Sub', [constant('float', 1), v]), targets])]);
    const included = op('Greater', [weights, zero]);
    return { ...head, ordered, weights, included, label: undefined, targets };
  }
  const labels = column(graph, 'labels', 'int32');
  const count = op('Slice', [op('Shape', [logits]), constant('int64', [1]), constant('int64', [2])]);
  const present = op('Less', [labels, op('Cast', [count], { to: elementTypes.int32 })]);
  const index = op('Where', [present, labels, constant('int32', 0)]);
  const included = op('Greater', [v, zero]);
  return { ...head, ordered, weights: v, included, label: labelAt(graph, present, index), targets: undefined };
}

/** e^(x - m), 1 where x is larger. */
function expBelow(graph: Graph, loss: Loss, max: Value, x: Value): Value {
  const { op, constant } = graph;
  const below = op('Max', [op('Sub', [max, x]), constant('float', 0)]);
  if (loss.arithmetic === 'gpu') return expOfMinus(graph, below);
  // e^-87 is nothing beside the largest term, 1, but still a normal number: below that a CPU takes many times as long, and
  // excluded entries lie below that, all of them.
  return op('Exp', [op('Neg', [op('Min', [below, constant('float', 87)])])]);
}

/** A row input, `[rows]` to `[rows, 1]`. */
function column(graph: Graph, name: string, type: 'float' | 'int32'): Value {
  const input = graph.input({ name, type, shape: ['rows'] });
  return graph.op('Unsqueeze', [input, graph.constant('int64', [1])]);
}
