// What all runs of a session have in common: its options, checked, with their defaults. A plan can be sent to a worker.

import { checkSigmoid, checkSoftmax, type Form, type Gate, type Reduction } from '@eqloss/core';
import { buildLossModel } from '../model.ts';
import { type Arithmetic, checkOptions, type Output, unsupported } from '../options.ts';
import type { Ort } from '../ort.ts';
import { arithmeticOf, checkRuntime, sessionOptionsOf } from '../runtime.ts';
import type { LossSessionOptions } from './types.ts';

/** A session's options, checked. */
export interface Plan {
  readonly form: Form;
  readonly gate: Gate;
  readonly reduction: Reduction | undefined;
  /** What of each row is wanted of the model; the loss is summed from row losses. */
  readonly outputs: readonly ('rowLosses' | 'gradient')[];
  readonly opset: number | undefined;
  readonly arithmetic: Arithmetic;
  /** Undefined for what is not said. */
  readonly blockRows: number | undefined;
  /** For `InferenceSession.create`; none is undefined. */
  readonly sessionOptions: Readonly<Record<string, unknown>>;
}

const known: readonly string[] = [
  'form',
  'gate',
  'reduction',
  'outputs',
  'executionProviders',
  'sessionOptions',
  'opset',
  'arithmetic',
  'blockRows',
  'worker',
];

/**
 * Checks everything that needs no batch, and touches no engine.
 *
 * @throws {EqlError} `UNSUPPORTED`, `CLASS_COUNT`, `REDUCTION`
 */
export function planOf(ort: Ort, options: LossSessionOptions): Plan {
  checkOptions('options', options, known);
  const { form, gate, reduction, outputs, opset, arithmetic, blockRows, worker = false } = options;
  // Building a model is cheap: it checks form, outputs, arithmetic and opset now rather than at the first batch.
  buildLossModel({ form, labels: 'index', outputs, arithmetic, opset });
  if (blockRows !== undefined && !(Number.isSafeInteger(blockRows) && blockRows >= 1)) {
    unsupported('blockRows', blockRows, 'an integer >= 1');
  }
  if (typeof worker !== 'boolean') unsupported('worker', worker, 'true or false');
  checkRuntime(ort, worker);
  // An empty batch: core checks gate and reduction.
  const shape = [0, gate?.classes];
  if (form === 'sigmoid') checkSigmoid(shape, { gate, labels: [] }, reduction);
  else checkSoftmax(shape, { gate, labels: [], beta: 0 }, reduction);
  const wanted = (...names: readonly Output[]): boolean => !outputs || names.some((name) => outputs.includes(name));
  const sessionOptions = sessionOptionsOf(options);
  return {
    form,
    gate,
    reduction,
    outputs: [
      ...(wanted('loss', 'rowLosses') ? (['rowLosses'] as const) : []),
      ...(wanted('gradient') ? (['gradient'] as const) : []),
    ],
    opset,
    arithmetic: arithmetic ?? arithmeticOf(sessionOptions.executionProviders),
    blockRows,
    sessionOptions,
  };
}
