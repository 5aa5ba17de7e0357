// Advice about a training set-up, given when the training begins. SPEC D1 to D3.

import { diagnose, EqlError, type Finding, type Gate, tailRatio } from '@eqloss/core';
import { refuseUnknown } from '../options-object.ts';
import { checkConfig, isDrawn, type LossConfig } from './config.ts';
import { checkLabels, type DatasetLabels, readIndices } from './given-labels.ts';
import { checkModel, type LossModel } from './model.ts';

/** What {@link guardCallback} takes. */
export interface GuardOptions {
  /** The loss that the model is trained with. */
  readonly loss: LossConfig;
  /**
   * The labels of the training data. Without them D1, no background, is not judged. If they have several dimensions, the last
   * not 1, it takes `model`, or `labels` of the loss, to tell target rows from indices `[batch, …]`.
   */
  readonly labels?: DatasetLabels;
  /** Images of each class `[classes]`. Without them D3 sees only a tail of no or of all classes. */
  readonly counts?: ArrayLike<number>;
  /** Its last layer is checked, at once, and the shape of its output tells what labels are. */
  readonly model?: LossModel;
  /** What is done with each finding. Default: a warning on the console. */
  readonly report?: (finding: Finding) => void;
}

/**
 * A callback for `model.fit` that reports what is known to train badly: once, when the first training begins.
 *
 * - D1: the sigmoid form, and no background in the labels;
 * - D2: β or γ of 0.99 and more; for a β of each class, that of some tail class;
 * - D3: no tail, only tail, or a tail ratio outside 2 % to 10 %.
 *
 * Labels are read and checked then, which finds labels out of range before the GPU makes NaN of them.
 *
 * @throws {EqlError} at once what `layersLoss` throws for a config, `checkModel` for a model, and `CLASS_COUNT`,
 * `FREQUENCY_RANGE` for counts; from the callback what `readIndices` throws.
 */
export function guardCallback(options: GuardOptions): {
  /** Reads the labels and reports, the first time that it is called. */
  onTrainBegin(): Promise<void>;
} {
  refuseUnknown('guardCallback', options, ['loss', 'labels', 'counts', 'model', 'report']);
  const { labels, model, report = warn } = options;
  const loss = checkConfig(options.loss);
  const { form, gate } = loss;
  const counts = options.counts ?? undefined;
  if (typeof report !== 'function') throw new EqlError('UNSUPPORTED', `report is ${typeof report}; wanted a function.`);
  if (counts !== undefined) tailRatio(counts, gate);
  if (model !== undefined && model !== null) checkModel(model, loss);
  const isGiven = labels !== undefined && labels !== null;
  if (isGiven) checkLabels(labels);
  let isDone = false;
  return {
    async onTrainBegin() {
      if (isDone) return;
      const hints = { kind: loss.labels, form, logits: model?.outputs[0].shape };
      const indices = isGiven ? await readIndices(labels, gate.classes, hints) : undefined;
      isDone = true;
      for (const finding of diagnose({ form, gate, counts, beta: highestBeta(loss), labels: indices })) report(finding);
    },
  };
}

function highestBeta({ beta, gate }: { readonly beta?: LossConfig['beta']; readonly gate: Gate }): number | undefined {
  if (beta === undefined || typeof beta === 'number') return beta;
  if (isDrawn(beta)) return beta.gamma;
  return Array.from(beta).reduce((highest, b, j) => (gate.tail[j] === 1 ? Math.max(highest, b) : highest), 0);
}

function warn({ code, message }: Finding): void {
  console.warn(`eqloss ${code}: ${message}`);
}
