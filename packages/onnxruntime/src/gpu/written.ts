// What both forms have in common: one way for index labels, one for target rows.

import type { Graph, Value } from '../graph.ts';
import type { Label, Rows } from '../inputs.ts';
import type { RowLoss, WriteForm } from '../loss.ts';
import type { Loss } from '../options.ts';

/** The loss, with its gradient yet to be written as a value of some name. */
export interface Written extends RowLoss {
  readonly gradient: (result: string) => void;
}

/** Writes a loss of rows, whose answers come last: a {@link Label}, or targets. `scale` is the weight by the divisor. */
export type WriteRows<Answers> = (
  graph: Graph,
  loss: Loss,
  rows: Rows,
  scale: () => Value,
  answers: Answers,
) => Written;

/** A form made of its two ways. */
export function formOf(ofLabels: WriteRows<Label>, ofTargets: WriteRows<Value>): WriteForm {
  return (graph, loss, rows, divisor, name) => {
    const { label, targets } = rows;
    const scale = (): Value => graph.op('Div', [rows.weights, divisor()]);
    const written =
      label === undefined ? ofTargets(graph, loss, rows, scale, targets!) : ofLabels(graph, loss, rows, scale, label);
    if (loss.outputs.includes('gradient')) written.gradient(name);
    return written;
  };
}
