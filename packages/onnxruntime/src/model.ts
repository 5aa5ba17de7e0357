// The public builder: one ONNX model with the loss and its gradient.

import { EqlError, type Form } from '@eqloss/core';
import type { Output } from './common.ts';
import { createGraph } from './graph.ts';
import { sigmoidOfLabels, sigmoidOfRows } from './sigmoid.ts';
import { type BetaShape, softmaxOfLabels, softmaxOfRows } from './softmax.ts';

/** What {@link buildLossModel} takes. */
export interface LossModelOptions {
  readonly form: Form;
  /** `index`: one class a row; `rows`: one target an element. */
  readonly labels: 'index' | 'rows';
  /** What the model returns. Default: all three. */
  readonly outputs?: readonly Output[];
  /** Softmax only: whether `negativeWeights` is `[classes]` or `[rows, classes]`. Default `class`. */
  readonly beta?: BetaShape;
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
}

const OUTPUTS: readonly Output[] = ['loss', 'rowLosses', 'gradient'];

/**
 * Builds a loss as an ONNX model, for any runtime: ONNX Runtime cannot differentiate, so the gradient is in the graph.
 *
 * Inputs, `rows` (N) and `classes` (C) being free:
 *
 * | name | type | shape | form | |
 * | --- | --- | --- | --- | --- |
 * | `logits` | float | `[N, C]` | both | |
 * | `rowWeights` | float | `[N]` | both | 0 takes the row out (ignored rows: SPEC G5, R3) |
 * | `divisor` | float | `[]` | both | of the mean: rows that are not ignored; 1 for a sum; not with `rowLosses` alone |
 * | `labels` | int32 | `[N]` | `labels: 'index'` | a class; -1 for a row without one |
 * | `targets` | float | `[N, C]` | `labels: 'rows'` | in [0, 1] |
 * | `tail` | bool | `[C]` | sigmoid | the gate's T |
 * | `foreground` | bool | `[N]` | sigmoid | E |
 * | `negativeWeights` | float | `[C]` or `[N, C]` | softmax | 1 - β T, formed in double (SPEC X1) |
 *
 * Outputs: `loss` `[]`, `rowLosses` `[N]`, `gradient` `[N, C]` of the loss with respect to the logits, all float. The
 * model checks nothing: `createLossSession` does.
 *
 * @returns The model, a `ModelProto`, some 4 KB.
 * @throws {EqlError} `UNSUPPORTED` for options that are left out, contradict each other or are not known.
 */
export function buildLossModel(options: LossModelOptions): Uint8Array {
  if (typeof options !== 'object' || options === null)
    unsupported('options', options, 'an object with form and labels');
  const { form, labels, outputs = OUTPUTS, beta = 'class', opset = 17 } = options;
  if (form !== 'sigmoid' && form !== 'softmax') unsupported('form', form, 'sigmoid or softmax');
  if (labels !== 'index' && labels !== 'rows') unsupported('labels', labels, 'index or rows');
  if (beta !== 'class' && beta !== 'element') unsupported('beta', beta, 'class or element');
  if (form === 'sigmoid' && options.beta !== undefined) unsupported('beta', beta, 'none: the sigmoid form has no β');
  if (!Array.isArray(outputs)) unsupported('outputs', outputs, `a list of some of ${OUTPUTS.join(', ')}`);
  if (outputs.length === 0 || outputs.some((output) => !OUTPUTS.includes(output))) {
    unsupported('outputs', outputs.join(', ') || 'empty', `some of ${OUTPUTS.join(', ')}`);
  }
  if (!(Number.isInteger(opset) && opset >= 13 && opset <= 26)) unsupported('opset', opset, 'an integer from 13 to 26');

  const graph = createGraph(opset);
  if (form === 'sigmoid') (labels === 'index' ? sigmoidOfLabels : sigmoidOfRows)(graph, outputs);
  else (labels === 'index' ? softmaxOfLabels : softmaxOfRows)(graph, outputs, beta);
  return graph.encode(`eql_${form}_${labels}`, `Equalization Loss, ${form} form, and its gradient.`);
}

function unsupported(name: string, came: unknown, wanted: string): never {
  throw new EqlError('UNSUPPORTED', `${name} is ${String(came)}; wanted ${wanted}.`);
}
