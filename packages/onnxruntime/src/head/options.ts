// What a head trainer is made of: its options, checked once, with their defaults.

import {
  drawBeta,
  EqlError,
  type Form,
  type Gate,
  kindOf,
  prepareSigmoid,
  prepareSoftmax,
  priorBias,
} from '@eqloss/core';
import { checkOpset } from '../model.ts';
import { checkOptions, unsupported } from '../options.ts';
import type { ExecutionProvider } from '../ort.ts';
import { checkChunk } from './chunks.ts';
import { type OptimizerOptions, resolveOptimizer } from './optimizer.ts';
import { factorOf, type Schedule } from './schedule.ts';

/** β of every step: a number, one per class, or drawn anew with the number of the step. SPEC X5. */
export type HeadBeta = number | ArrayLike<number> | { readonly gamma: number; readonly seed: number };

/** Weights to start with: given, `[classes * features]` row-major, or normal numbers of a seed. */
export type InitialWeights = Float32Array | { readonly seed: number; readonly deviation: number };

/** How and where a trainer computes; no part of what it computes. */
export interface HeadEngineOptions {
  /**
   * Classes in one piece: all that is as large as `[rows, classes]` exists for so many classes at a time. `false` or
   * Infinity for all at once. Left out, it follows from the size of each batch.
   */
  readonly chunk?: number | false;
  /** Where to run, in order of preference; ONNX Runtime's own default when left out. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Further options for `InferenceSession.create`; one intra-op thread unless given here. */
  readonly sessionOptions?: Readonly<Record<string, unknown>>;
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
}

/** What `createHeadTrainer` takes. */
export interface HeadTrainerOptions extends HeadEngineOptions {
  /** D, the numbers of one row that come in. */
  readonly features: number;
  /** C. The gate says it; here it is only checked. */
  readonly classes?: number;
  /** Which of the two losses. */
  readonly form: Form;
  /** Which classes are tail, and how many there are. */
  readonly gate: Gate;
  /** How a gradient changes the weights. */
  readonly optimizer: OptimizerOptions;
  /** Default `{ name: 'constant' }`. */
  readonly schedule?: Schedule;
  /** Softmax only, where it is required. */
  readonly beta?: HeadBeta;
  /** The bias that every class starts with. Default: core's `priorBias()` for the sigmoid form (SPEC D5), else 0. */
  readonly priorBias?: number;
  /** Default: zeros. */
  readonly weights?: InitialWeights;
  /** Instead of `priorBias`: `[classes]`. */
  readonly bias?: Float32Array;
}

/** Options of {@link HeadEngineOptions}. */
export const ENGINE_OPTIONS: readonly string[] = ['chunk', 'executionProviders', 'sessionOptions', 'opset'];

const known: readonly string[] = [
  ...['features', 'classes', 'form', 'gate', 'optimizer', 'schedule', 'beta', 'priorBias', 'weights', 'bias'],
  ...ENGINE_OPTIONS,
];

/** What the trainer computes, every default filled in. */
export interface Head {
  readonly features: number;
  readonly classes: number;
  readonly form: Form;
  readonly gate: Gate;
  readonly optimizer: ReturnType<typeof resolveOptimizer>;
  readonly schedule: Schedule;
  /** Undefined for the sigmoid form. Doubles. */
  readonly beta: number | Float64Array | { readonly gamma: number; readonly seed: number } | undefined;
}

/**
 * Checks everything that needs no batch.
 *
 * @throws {EqlError} `UNSUPPORTED`, `CLASS_COUNT`, `BETA_RANGE`, `DTYPE`
 */
export function resolveHead(options: HeadTrainerOptions): Head {
  checkOptions('options', options, known);
  const { features, form, gate, beta, schedule = { name: 'constant' } } = options;
  if (!(Number.isSafeInteger(features) && features > 0)) unsupported('features', features, 'an integer > 0');
  if (form !== 'sigmoid' && form !== 'softmax') unsupported('form', form, 'sigmoid or softmax');
  checkEngine(options);
  const drawn = typeof beta === 'object' && beta !== null && 'gamma' in beta;
  // An empty batch: core checks gate and β.
  const inputs = { gate, labels: [], beta: drawn ? 0 : (beta as ArrayLike<number>) };
  if (form === 'sigmoid') prepareSigmoid([0, gate?.classes], { ...inputs, beta: beta as undefined });
  else prepareSoftmax([0, gate?.classes], inputs);
  if (drawn) drawBeta({ rows: 0, classes: 0, step: 0, gamma: beta.gamma, seed: beta.seed });
  const { classes } = gate;
  if (options.classes !== undefined && options.classes !== classes) {
    throw new EqlError('CLASS_COUNT', `classes is ${options.classes} but the gate has ${classes} classes.`);
  }
  // Of no rows, an empty list is one β per element: only per class makes sense here.
  if (typeof beta === 'object' && beta !== null && !drawn && (beta as ArrayLike<number>).length !== classes) {
    const { length } = beta as ArrayLike<number>;
    throw new EqlError('CLASS_COUNT', `beta has ${length} values; wanted a number, ${classes}, or { gamma, seed }.`);
  }
  factorOf(schedule);
  return {
    features,
    classes,
    form,
    gate,
    optimizer: resolveOptimizer(options.optimizer),
    schedule,
    beta:
      typeof beta === 'number' || beta === undefined || beta === null
        ? (beta ?? undefined)
        : drawn
          ? { gamma: beta.gamma, seed: beta.seed }
          : Float64Array.from(beta as ArrayLike<number>),
  };
}

/** @throws {EqlError} `UNSUPPORTED` */
export function checkEngine({ chunk, opset = 17 }: HeadEngineOptions): void {
  checkChunk(chunk);
  checkOpset(opset);
}

/**
 * Checks what the parameters start as.
 *
 * @returns The bias of every class, or one for each.
 * @throws {EqlError} `UNSUPPORTED`, `DTYPE`, `CLASS_COUNT`
 */
export function checkInitial({ features, classes, form }: Head, options: HeadTrainerOptions): number | Float32Array {
  const { weights, bias, priorBias: prior } = options;
  if (bias !== undefined && prior !== undefined) unsupported('priorBias', prior, 'either priorBias or bias');
  if (isSeeded(weights)) {
    checkOptions('weights', weights, ['seed', 'deviation']);
    const { seed, deviation } = weights;
    if (!(Number.isSafeInteger(seed) && seed >= 0)) unsupported('weights.seed', seed, 'an integer in [0, 2^53)');
    if (!(Number.isFinite(deviation) && deviation >= 0)) {
      unsupported('weights.deviation', deviation, 'a finite number >= 0');
    }
  } else if (weights !== undefined) checkFloats('weights', weights, classes * features);
  if (bias !== undefined) {
    checkFloats('bias', bias, classes);
    return bias;
  }
  const value = prior ?? (form === 'sigmoid' ? priorBias() : 0);
  if (!Number.isFinite(value)) unsupported('priorBias', value, 'a finite number');
  return value;
}

/** Whether weights are to be drawn. */
export function isSeeded(weights: InitialWeights | undefined): weights is Exclude<InitialWeights, Float32Array> {
  return typeof weights === 'object' && weights !== null && 'seed' in weights;
}

/** @throws {EqlError} `DTYPE`, `CLASS_COUNT` */
function checkFloats(name: string, values: Float32Array, length: number): void {
  if (kindOf(values) !== 'Float32Array') {
    throw new EqlError('DTYPE', `${name} came as ${kindOf(values)}; wanted a Float32Array.`);
  }
  if (values.length !== length) {
    throw new EqlError('CLASS_COUNT', `${name} has ${values.length} numbers; the head has ${length}.`);
  }
}
