// What of a batch decides which text its programs have, and the names of their inputs.

import { type Form, kindOf } from '@eqloss/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.ts';
import { SMALL_WEIGHT } from './formulas.ts';

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
  /** 1 - v, each 0 or 1, as digits of numbers `[rows, ceil(classes / digits)]`: drawn β. */
  readonly bits?: Tensor;
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
  readonly weights: 'none' | 'v' | 'bits' | 'beta';
  /** What `v` or `beta` has one value for. */
  readonly weightsPer: 'batch' | 'class' | 'element';
  /** Whether a weight of the softmax form may be above 0 but small: see SMALL_WEIGHT. */
  readonly tiny: boolean;
  /** Whether textures hold half floats: then labels come as two digits. */
  readonly half: boolean;
}

/** The names of a batch's inputs, in the order in which they are saved for the gradient. */
export function namesOf(batch: Batch): InputName[] {
  const { form, checked, device, divisor } = batch;
  const names: InputName[] = ['z', 'info'];
  if (form === 'sigmoid') names.push('tail');
  else if (device.beta !== undefined) names.push('tail', 'beta');
  else names.push(hasBits(batch) ? 'bits' : 'v');
  if (device.targets !== undefined || (device.labels === undefined && checked.targets !== undefined)) names.push('y');
  if (divisor === undefined) names.push('count');
  if (form === 'softmax') names.push('stats');
  return names;
}

export function variantOf(batch: Batch, inputs: Inputs, half: boolean): Variant {
  const { form } = batch;
  const weights = form === 'sigmoid' ? 'none' : inputs.beta ? 'beta' : inputs.bits ? 'bits' : 'v';
  const shape = (inputs.beta ?? inputs.v)?.shape ?? [1, 1];
  // With one row, one value an element is one a class. The host has v for every class.
  const weightsPer = shape[0] > 1 ? 'element' : weights === 'v' || shape[1] > 1 ? 'class' : 'batch';
  const soft = inputs.y !== undefined;
  return { form, soft, weights, weightsPer, half, tiny: hasTiny(batch, soft) };
}

/** Whether β is one 0 or 1 for each element, and known by the array's type to be: core has checked its range. */
function hasBits({ checked }: Batch): boolean {
  return checked.form === 'softmax' && checked.perElement && kindOf(checked.beta) === 'Uint8Array';
}

/** How many digits of `bits` a number has. Half floats hold 11. */
export function digitsOf(half: boolean): number {
  return half ? 8 : 16;
}

// w >= v, and w = v or 1 with index labels.
function hasTiny(batch: Batch, soft: boolean): boolean {
  const { checked, device } = batch;
  if (checked.form === 'sigmoid') return false;
  if (device.beta !== undefined) return true;
  if (hasBits(batch)) return soft;
  if (checked.perElement) return true;
  const { beta, tail } = checked;
  const isTiny = (b: number) => 1 - b < SMALL_WEIGHT && (soft || b < 1);
  return typeof beta === 'number' ? isTiny(beta) : tail.some((t, j) => t === 1 && isTiny(beta[j]));
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
export const ENTRY_INPUTS: readonly InputName[] = ['z', 'info', 'tail', 'v', 'bits', 'beta', 'y'];
