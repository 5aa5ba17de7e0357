// What is compared: losses for the same head, texts and steps. Each stack has them in its own words.

import { type Form, priorBias } from '@eqloss/core';
import type { Task } from './task.ts';

/** As the command line has them. */
export type MethodName = 'ce' | 'seql' | 'weights' | 'adjusted' | 'bce' | 'eql' | 'eql-alone';

/** A line of the table. */
export interface Method {
  readonly name: MethodName;
  /** As the table has it. */
  readonly title: string;
  readonly form: Form;
  /** Whether rows of no class are learned from, too. */
  readonly background: boolean;
  /** What every class's bias starts from. SPEC D5. */
  readonly bias: number;
  /** Of Adam: of 0.01, 0.03 and 0.1 the one with the best accuracy on the validation part. */
  readonly rate: number;
}

const softmax = { form: 'softmax', background: false, bias: 0, rate: 0.03 } as const;
const sigmoid = { form: 'sigmoid', background: true, bias: priorBias(), rate: 0.03 } as const;

/** In the order of the table. */
export const methods: readonly Method[] = [
  { ...softmax, name: 'ce', title: 'softmax cross-entropy' },
  { ...softmax, name: 'seql', title: 'SEQL' },
  { ...softmax, name: 'weights', title: 'class weights' },
  { ...softmax, name: 'adjusted', title: 'logit adjustment' },
  { ...sigmoid, name: 'bce', title: 'sigmoid cross-entropy' },
  { ...sigmoid, name: 'eql', title: 'sigmoid EQL' },
  { ...sigmoid, name: 'eql-alone', title: 'sigmoid EQL, no background', background: false, rate: 0.01 },
];

/** Each class's weight in `weights`: inverse frequency, not clipped. The mean over the training rows is 1. */
export function classWeights({ classes, frequencies }: Task): Float64Array {
  return frequencies.map((f) => 1 / (classes * f));
}

/** What `adjusted` adds to each class's logits, in training only: `log f` (Menon et al., ICLR 2021, τ = 1). */
export function logPriors({ frequencies }: Task): Float64Array {
  return frequencies.map(Math.log);
}
