// The losses as settings of a head trainer.

import { createGate, type Gate } from '@eqloss/core';
import type { HeadBeta } from '@eqloss/onnxruntime';
import { classWeights, logPriors, type Method, type MethodName } from '../methods.ts';
import { GAMMA, type Task } from '../task.ts';

/** How a trainer is told of a method. */
export interface Settings {
  readonly gate: Gate;
  readonly beta: HeadBeta | undefined;
  /** Of a row with this label. */
  readonly rowWeight: ((label: number) => number) | undefined;
  /** What the bias has in training only. `[classes]`. */
  readonly addedBias: Float64Array;
}

/** The settings of a method, for one task and one seed of draws. */
export function settingsOf(task: Task, { name, form }: Method, seed: number): Settings {
  return {
    gate: task.gate,
    beta: form === 'softmax' ? 0 : undefined,
    rowWeight: undefined,
    addedBias: new Float64Array(task.classes),
    ...special[name](task, seed),
  };
}

const special: Readonly<Record<MethodName, (task: Task, seed: number) => Partial<Settings>>> = {
  ce: withoutTail,
  seql: (_, seed) => ({ beta: { gamma: GAMMA, seed } }),
  weights: (task) => {
    const weights = classWeights(task);
    return { ...withoutTail(task), rowWeight: (label) => weights[label] };
  },
  // What is added to the logits of every row is a part of the bias. Adam moves a parameter alike wherever it starts, so
  // that the bias without it is what would have been trained beside it.
  adjusted: (task) => ({ ...withoutTail(task), addedBias: logPriors(task) }),
  bce: withoutTail,
  eql: () => ({}),
  'eql-alone': () => ({}),
};

/** Plain cross-entropy. SPEC S4, X7. */
function withoutTail({ frequencies }: Task): Partial<Settings> {
  return { gate: createGate(frequencies, { threshold: 0 }) };
}
