// The pass over the data with and without the loss's gate, for what is chosen now.

import { createGate, type Form } from '@eqloss/core';
import type { BetaChoice } from './batch.ts';
import type { Cut, Ranked } from './gate-model.ts';
import { type ClassGradients, type Epoch, type Model, sumGradients } from './gradient.ts';

/** What the result depends on. */
export interface JobInputs {
  readonly ranked: Ranked;
  readonly cut: Cut;
  readonly form: Form;
  readonly background: number;
  readonly beta: BetaChoice;
  readonly model: Model;
  readonly seed: number;
}

/** Both sums, and what they were made from. */
export interface JobResult {
  readonly inputs: JobInputs;
  /** Plain cross-entropy. */
  readonly plain: ClassGradients;
  readonly gated: ClassGradients;
}

/** Sums both, in steps as `sumGradients` has them. The plain sum of `before` is taken where λ and β alone have changed. */
export function* compare(inputs: JobInputs, before?: JobResult): Generator<number, JobResult> {
  const { ranked, cut, form, model, beta, seed } = inputs;
  const background = form === 'sigmoid' ? inputs.background : 0;
  const epoch: Epoch = { form, counts: ranked.counts, background, model };
  const plain =
    before !== undefined && samePlain(before.inputs, inputs)
      ? before.plain
      : yield* halved(sumGradients(epoch, createGate(ranked.frequencies, { threshold: 0 }), beta, seed), 0);
  const gated = yield* halved(sumGradients(epoch, cut.gate, beta, seed), 0.5);
  return { inputs, plain, gated };
}

function samePlain(a: JobInputs, b: JobInputs): boolean {
  return a.ranked === b.ranked && a.form === b.form && a.background === b.background && a.model === b.model;
}

/** The same work as half of a whole. */
function* halved<T>(work: Generator<number, T>, from: number): Generator<number, T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    yield from + step.value / 2;
  }
}
