// What of a batch decides which text its programs have, and the names of their inputs.

import type { Form } from '@eqloss/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.ts';

/** The tensors of a batch by the names that the programs use. All float32 unless it says otherwise. */
export interface Inputs {
  /** Logits `[rows, classes]`. */
  readonly z: Tensor;
  /** What is known of each row `[rows, 4]`: see rows.ts. */
  readonly info: Tensor;
  /** T `[1, classes]`. Without it: `v`. */
  readonly tail?: Tensor;
  /** v = 1 - β T `[1, classes]` or `[rows, classes]`; softmax form. */
  readonly v?: Tensor;
  /** β `[1, 1]`, `[1, classes]` or `[rows, classes]`, beside `tail`: softmax form, when only the GPU has it. */
  readonly beta?: Tensor;
  /** Targets `[rows, classes]`. */
  readonly y?: Tensor;
  /** What `mean` divides by, as two digits `[2]`, when only the GPU knows: `count[0] 1024 + count[1]`. */
  readonly count?: Tensor;
  /** Softmax form: reference, s, and the weighted loss of each row `[rows, 4]`: see rows.ts. */
  readonly stats?: Tensor;
}

export type InputName = keyof Inputs;

/** What decides the text of a program beside the shapes of its inputs. */
export interface Variant {
  readonly form: Form;
  /** Target rows, not index labels. */
  readonly soft: boolean;
  /** Whose weights: the host's `v`, or made from `beta` and `tail`. */
  readonly weights: 'none' | 'v' | 'beta';
  /** What `v` or `beta` has one value for. */
  readonly weightsPer: 'batch' | 'class' | 'element';
  /** Whether textures hold half floats: then labels come as two digits. */
  readonly half: boolean;
}

/** The names of a batch's inputs, in the order in which they are saved for the gradient. */
export function namesOf({ form, checked, device, divisor }: Batch): InputName[] {
  const names: InputName[] = ['z', 'info'];
  if (form === 'softmax') names.push(...(device.beta === undefined ? (['v'] as const) : (['tail', 'beta'] as const)));
  else names.push('tail');
  if (device.targets !== undefined || (device.labels === undefined && checked.targets !== undefined)) names.push('y');
  if (divisor === undefined) names.push('count');
  if (form === 'softmax') names.push('stats');
  return names;
}

export function variantOf(form: Form, inputs: Inputs, half: boolean): Variant {
  const weights = form === 'sigmoid' ? 'none' : inputs.beta === undefined ? 'v' : 'beta';
  const shape = (inputs.beta ?? inputs.v)?.shape ?? [1, 1];
  // With one row or one class it is all the same.
  const weightsPer = shape[0] > 1 ? 'element' : shape[1] > 1 ? 'class' : 'batch';
  return { form, soft: inputs.y !== undefined, weights, weightsPer, half };
}

/** Some of the inputs, in order; those that a batch does not have are left out. */
export function pick(inputs: Inputs, names: readonly InputName[]): Record<string, Tensor> {
  const picked: Record<string, Tensor> = {};
  for (const name of names) {
    const tensor = inputs[name];
    if (tensor !== undefined) picked[name] = tensor;
  }
  return picked;
}

/** What every program that walks over entries reads. */
export const ENTRY_INPUTS: readonly InputName[] = ['z', 'info', 'tail', 'v', 'beta', 'y'];
