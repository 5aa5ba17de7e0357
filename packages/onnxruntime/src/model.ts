// The public builder: one ONNX model with the loss and its gradient.

import { createGraph } from './graph.ts';
import { callLoss, declareOutputs, writeLoss } from './loss.ts';
import { elementTypes } from './onnx.ts';
import { checkOptions, LOSS_OPTIONS, type LossOptions, oneOf, resolveLoss, unsupported } from './options.ts';

/** What {@link buildLossModel} takes. */
export interface LossModelOptions extends LossOptions {
  /** Element type of the input `logits`; all arithmetic is in float32. Default `float32`. */
  readonly logits?: 'float32' | 'float16';
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
  /**
   * `graph` (default): the ops of the loss themselves. `function`: one op, `SigmoidEql` or `SoftmaxEql` of the domain
   * `eqloss`, with its definition as a local function of the model, so that tools show and handle it as one.
   */
  readonly as?: 'graph' | 'function';
}

/**
 * Builds a loss as an ONNX model, for any runtime: ONNX Runtime cannot differentiate, so the gradient is in the graph.
 *
 * Inputs, `rows` (N) and `classes` (C) being free:
 *
 * | name | type | shape | with | |
 * | --- | --- | --- | --- | --- |
 * | `logits` | float or float16 | `[N, C]` | | |
 * | `labels` | int32 or int64 | `[N]` | `labels: 'index'` | a class; C background (sigmoid); -1 ignored. SPEC G5 |
 * | `targets` | float | `[N, C]` | `labels: 'rows'` | in [0, 1] |
 * | `tail` | bool | `[C]` | | `gate.tail`, T |
 * | `foreground` | bool | `[N]` | `foreground: true` | E. SPEC G4 |
 * | `rowWeights` | float | `[N]` | `rowWeights: true` | >= 0. SPEC R3 |
 * | `normalizer` | float | `[]` | `normalizer: true` | > 0. SPEC R2 |
 * | `oneMinusBeta` | float | `[]`, `[C]` or `[N, C]` | `beta` scalar, class, element | 1 - β, formed in double. SPEC X1 |
 * | `drawn` | bool | `[N, C]` | `beta: 'drawn'` | β of `drawBeta`. SPEC X5 |
 *
 * Outputs: `loss` `[]`, `rowLosses` `[N]`, `gradient` `[N, C]` of the loss with respect to the logits, all float. A model
 * cannot say what is wrong with its inputs, `createLossSession` does; but none broadcasts: a wrong length fails, and a
 * label that is none makes its row NaN.
 *
 * @returns The model, a `ModelProto`, 5 to 15 KB.
 * @throws {EqlError} `REDUCTION`, `NORMALIZER_RANGE`; `UNSUPPORTED` for options that are left out, contradict each other
 * or are not known.
 */
export function buildLossModel(options: LossModelOptions): Uint8Array {
  checkOptions('options', options, [...LOSS_OPTIONS, 'logits', 'opset', 'as']);
  const { logits: type = 'float32', opset = 17, as = 'graph', ...lossOptions } = options;
  const loss = resolveLoss(lossOptions);
  oneOf('logits', type, ['float32', 'float16']);
  checkOpset(opset);
  oneOf('as', as, ['graph', 'function']);
  const graph = createGraph(opset);
  const half = type === 'float16';
  const input = graph.input({ name: 'logits', type: half ? type : 'float', shape: ['rows', 'classes'] });
  const logits = half ? graph.op('Cast', [input], { to: elementTypes.float }) : input;
  const functions = as === 'function' ? [callLoss(graph, loss, logits)] : [];
  if (as === 'graph') writeLoss(graph, loss, logits);
  declareOutputs(graph, loss);
  const doc = `Equalization Loss, ${loss.form} form, and its gradient.`;
  return graph.encode(`eql_${loss.form}_${loss.labels}`, doc, functions);
}

/** @throws {EqlError} `UNSUPPORTED` for a version of the operator set in which the graphs are not written. */
export function checkOpset(opset: number): void {
  if (!(Number.isInteger(opset) && opset >= 13 && opset <= 26)) unsupported('opset', opset, 'an integer from 13 to 26');
}
