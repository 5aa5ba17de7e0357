// Every loss that a model can hold.

import { forms } from '@eqloss/core/testing';
import type { LossModelOptions, Output } from '../src/index.ts';

/** Every choice of outputs. */
export const subsets: readonly (readonly Output[])[] = [
  ['loss'],
  ['rowLosses'],
  ['gradient'],
  ['loss', 'rowLosses'],
  ['loss', 'gradient'],
  ['rowLosses', 'gradient'],
  ['loss', 'rowLosses', 'gradient'],
];

export const arithmetics = ['cpu', 'gpu'] as const;
export const betas = ['scalar', 'class', 'element', 'drawn'] as const;
/** 13 to 26. */
export const opsets: readonly number[] = Array.from({ length: 14 }, (_, k) => 13 + k);

/** Every loss; type of the logits, way of writing and opset take turns. */
export const space: readonly LossModelOptions[] = forms
  .flatMap((form) =>
    (['int32', 'int64', 'rows'] as const).flatMap((labels) =>
      subsets.flatMap((outputs) =>
        (['mean', 'normalizer', 'sum', 'none'] as const).flatMap((reduction) =>
          [false, true].flatMap((rowWeights) =>
            (form === 'sigmoid' ? [false, true] : betas).flatMap((own) =>
              arithmetics.map((arithmetic) => ({ form, labels, outputs, reduction, rowWeights, own, arithmetic })),
            ),
          ),
        ),
      ),
    ),
  )
  .map(({ form, labels, outputs, reduction, rowWeights, own, arithmetic }, k) => ({
    ...{ form, outputs, rowWeights, arithmetic },
    ...(labels === 'rows' ? { labels } : { labels: 'index', labelType: labels }),
    ...(reduction === 'normalizer' ? { normalizer: true } : { reduction }),
    ...(typeof own === 'boolean' ? { foreground: own } : { beta: own }),
    opset: opsets[k % opsets.length],
    logits: k % 3 === 1 ? 'float16' : 'float32',
    as: k % 5 < 3 ? 'graph' : 'function',
  }));
