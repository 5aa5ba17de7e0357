// Which loss a model is trained with: what `layersLoss` takes, and what is kept in a saved model.

import { checkSigmoid, checkSoftmax, drawBeta, EqlError, type Gate } from '@eqloss/core';
import { isPlain, nameOf, refuseUnknown } from '../options-object.ts';

/** How a model's labels come: target rows with the shape of the logits, or class indices. */
export type LabelKind = 'one-hot' | 'sparse';

/** Draws of β that a training run makes by itself, one for each of its steps. SPEC X5. */
export interface LayersBeta {
  /** γ in [0, 1]. */
  readonly gamma: number;
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** The step to start with, integer in [0, 2^32). Default 0; to resume a run, the `step` that its loss had. */
  readonly step?: number;
}

/** What a loss of either form takes. */
export interface CommonConfig {
  /** Which classes are tail; of `createGate`. */
  readonly gate: Gate;
  /**
   * How labels come; if left out, their shape says it. With one class it cannot, and must be said here.
   *
   * `one-hot`: targets in [0, 1], soft or multi-hot ones too, `[batch, …, classes]`; an all-zero row is background (sigmoid).
   * `sparse`: `[batch, …]` or `[batch, …, 1]`, any number type; the number of classes is background (sigmoid), -1 ignored.
   */
  readonly labels?: LabelKind;
}

/** The sigmoid form, SPEC S1 to S5. */
export interface SigmoidConfig extends CommonConfig {
  readonly form: 'sigmoid';
  readonly beta?: undefined;
}

/** The softmax form, SPEC X1 to X7. */
export interface SoftmaxConfig extends CommonConfig {
  readonly form: 'softmax';
  /** β in [0, 1]: a number, `[classes]`, or how it is drawn. Required. SPEC X5. */
  readonly beta: number | ArrayLike<number> | LayersBeta;
}

/** Which loss, with everything that it needs beside labels and logits. */
export type LossConfig = SigmoidConfig | SoftmaxConfig;

/** Whether β is drawn: neither a number nor a list. */
export function isDrawn(beta: unknown): beta is LayersBeta {
  return typeof beta === 'object' && beta !== null && !('length' in beta);
}

/**
 * Checks a config, and copies it, the gate too, so that later changes of the caller's arrays have no effect.
 *
 * @returns The same config; a drawn β with its `step`.
 * @throws {EqlError} `UNSUPPORTED` for an unknown form, label kind or key, a β with the sigmoid form, or one class without
 * `labels`; `CLASS_COUNT`, `BETA_RANGE`.
 */
export function checkConfig(config: LossConfig): LossConfig {
  refuseUnknown('the loss', config, ['form', 'gate', 'beta', 'labels']);
  const { form } = config;
  const labels = config.labels ?? undefined;
  if (form !== 'sigmoid' && form !== 'softmax') {
    throw new EqlError('UNSUPPORTED', `form is ${String(form)}; wanted sigmoid or softmax.`);
  }
  if (labels !== undefined && labels !== 'one-hot' && labels !== 'sparse') {
    throw new EqlError('UNSUPPORTED', `labels is ${String(labels)}; wanted one-hot or sparse, or nothing.`);
  }
  checkColumns(config, config.gate?.classes);
  const { classes, threshold, tail } = config.gate;
  const gate: Gate = { classes, threshold, tail: Uint8Array.from(tail) };
  if (classes === 1 && labels === undefined) {
    throw new EqlError(
      'UNSUPPORTED',
      'with one class, labels of shape [batch, 1] may be targets or indices; say labels: one-hot or sparse.',
    );
  }
  const common = labels === undefined ? { gate } : { gate, labels };
  if (form === 'sigmoid') return { form, ...common };
  return { form, ...common, beta: copyBeta(config.beta as SoftmaxConfig['beta']) };
}

/**
 * Refuses logits whose number of columns is not the gate's, in core's words; and a bad gate or β.
 *
 * @throws {EqlError} `CLASS_COUNT`, `BETA_RANGE`, `UNSUPPORTED`
 */
export function checkColumns(
  { form, gate, beta }: Readonly<Partial<Record<keyof SoftmaxConfig, unknown>>>,
  columns: number,
): void {
  // One ignored row: the smallest batch that has columns.
  const batch = { gate: gate as Gate, labels: [-1] };
  const shape = [1, columns];
  if (form === 'sigmoid') {
    // Whatever it is: that it is there is what core refuses.
    checkSigmoid(shape, { ...batch, beta: (isDrawn(beta) ? 0 : beta) as number });
  } else if (isDrawn(beta)) {
    checkSoftmax(shape, { ...batch, beta: 0 });
    if (!isPlain(beta)) {
      throw new EqlError(
        'UNSUPPORTED',
        `beta is ${nameOf(beta)}; wanted a number, an array [classes], or { gamma, seed, step }.`,
      );
    }
    refuseUnknown('beta', beta, ['gamma', 'seed', 'step']);
    drawBeta({ ...beta, step: beta.step ?? 0, rows: 0, classes: columns });
  } else {
    checkSoftmax(shape, { ...batch, beta: beta as number });
  }
}

function copyBeta(beta: SoftmaxConfig['beta']): SoftmaxConfig['beta'] {
  if (typeof beta === 'number') return beta;
  return isDrawn(beta) ? { gamma: beta.gamma, seed: beta.seed, step: beta.step ?? 0 } : Array.from(beta);
}
