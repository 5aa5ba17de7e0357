// What a gradient does to the parameters: SGD with momentum, and AdamW.

import { checkOptions, unsupported } from '../options.ts';

/** Stochastic gradient descent: `v = momentum v + g + weightDecay p`, `p -= rate v`. */
export interface SgdOptions {
  readonly name: 'sgd';
  /** Learning rate, finite, > 0. */
  readonly rate: number;
  /** In [0, 1). Default 0: no velocity is kept. */
  readonly momentum?: number;
  /** Finite, >= 0. Default 0. For weights, not for biases. */
  readonly weightDecay?: number;
}

/**
 * Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019: `p -= rate weightDecay p`, then
 * `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g²`, and with t the step, the first being 1,
 * `p -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 */
export interface AdamWOptions {
  readonly name: 'adamw';
  /** Learning rate, finite, > 0. */
  readonly rate: number;
  /** In [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** In [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Finite, > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Finite, >= 0. Default 0.01. For weights, not for biases. */
  readonly weightDecay?: number;
}

/** An optimizer and its numbers. */
export type OptimizerOptions = SgdOptions | AdamWOptions;

/** Some of the parameters, and the gradient of exactly these. */
interface Part {
  /** Where the part starts among the parameters. */
  readonly at: number;
  /** Of the loss with respect to `parameters[at + k]`. */
  readonly gradient: Float32Array;
  /** Whether weight decay applies. */
  readonly decays: boolean;
}

/** An optimizer over one array of parameters. */
export interface Optimizer {
  /** What it remembers: arrays as long as the parameters. They may be written to, to restore it. */
  readonly state: readonly Float32Array[];
  /**
   * Moves a part of the parameters. The parts of a step may come in any order: no element depends on another.
   *
   * @param rate Learning rate of this step.
   * @param step Steps done before this one.
   */
  update(parameters: Float32Array, part: Part, rate: number, step: number): void;
}

/**
 * Checks the options of an optimizer and fills in the defaults.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function resolveOptimizer(options: OptimizerOptions): Required<SgdOptions> | Required<AdamWOptions> {
  const { rate } = options ?? {};
  if (options?.name === 'sgd') {
    checkOptions('optimizer', options, ['name', 'rate', 'momentum', 'weightDecay']);
    const { momentum = 0, weightDecay = 0 } = options;
    atLeast('rate', rate, 0, true);
    share('momentum', momentum);
    atLeast('weightDecay', weightDecay, 0);
    return { name: 'sgd', rate, momentum, weightDecay };
  }
  if (options?.name === 'adamw') {
    checkOptions('optimizer', options, ['name', 'rate', 'beta1', 'beta2', 'epsilon', 'weightDecay']);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
    atLeast('rate', rate, 0, true);
    share('beta1', beta1);
    share('beta2', beta2);
    atLeast('epsilon', epsilon, 0, true);
    atLeast('weightDecay', weightDecay, 0);
    return { name: 'adamw', rate, beta1, beta2, epsilon, weightDecay };
  }
  return unsupported('optimizer', JSON.stringify(options), "{ name: 'sgd', rate } or { name: 'adamw', rate }");
}

/**
 * Creates an optimizer. Its arithmetic is in double; what it keeps is in single.
 *
 * @param size How many parameters there are.
 * @throws {EqlError} `UNSUPPORTED`
 */
export function createOptimizer(options: OptimizerOptions, size: number): Optimizer {
  const resolved = resolveOptimizer(options);
  if (resolved.name === 'adamw') {
    const [mean, square] = [new Float32Array(size), new Float32Array(size)];
    return {
      state: [mean, square],
      update: (parameters, part, rate, step) => adamw(parameters, mean, square, part, resolved, rate, step),
    };
  }
  if (resolved.momentum === 0) {
    return { state: [], update: (parameters, part, rate) => descend(parameters, part, resolved.weightDecay, rate) };
  }
  const velocity = new Float32Array(size);
  return {
    state: [velocity],
    update: (parameters, part, rate) => descendWithMomentum(parameters, velocity, part, resolved, rate),
  };
}

/** How many arrays as long as the parameters an optimizer keeps. */
export function stateCount(options: OptimizerOptions): number {
  return options.name === 'adamw' ? 2 : (options.momentum ?? 0) === 0 ? 0 : 1;
}

// The loops are functions of their own, each over arrays of one kind: the compiler sees nothing else.

function descend(parameters: Float32Array, { at, gradient, decays }: Part, weightDecay: number, rate: number): void {
  const kept = decays ? 1 - rate * weightDecay : 1;
  for (let k = 0; k < gradient.length; k++) parameters[at + k] = kept * parameters[at + k] - rate * gradient[k];
}

function descendWithMomentum(
  parameters: Float32Array,
  velocity: Float32Array,
  { at, gradient, decays }: Part,
  { momentum, weightDecay }: Required<SgdOptions>,
  rate: number,
): void {
  const decay = decays ? weightDecay : 0;
  for (let k = 0; k < gradient.length; k++) {
    const p = parameters[at + k];
    const v = momentum * velocity[at + k] + gradient[k] + decay * p;
    velocity[at + k] = v;
    parameters[at + k] = p - rate * v;
  }
}

function adamw(
  parameters: Float32Array,
  mean: Float32Array,
  square: Float32Array,
  { at, gradient, decays }: Part,
  { beta1, beta2, epsilon, weightDecay }: Required<AdamWOptions>,
  rate: number,
  step: number,
): void {
  const kept = decays ? 1 - rate * weightDecay : 1;
  const size = rate / (1 - beta1 ** (step + 1));
  const scale = 1 / (1 - beta2 ** (step + 1));
  for (let k = 0; k < gradient.length; k++) {
    const g = gradient[k];
    const m = beta1 * mean[at + k] + (1 - beta1) * g;
    const v = beta2 * square[at + k] + (1 - beta2) * g * g;
    mean[at + k] = m;
    square[at + k] = v;
    parameters[at + k] = kept * parameters[at + k] - (size * m) / (Math.sqrt(v * scale) + epsilon);
  }
}

function share(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) unsupported(`optimizer.${name}`, value, 'a number in [0, 1)');
}

function atLeast(name: string, value: number, least: number, more = false): void {
  if (!(Number.isFinite(value) && (more ? value > least : value >= least))) {
    unsupported(`optimizer.${name}`, value, `a finite number ${more ? '>' : '>='} ${least}`);
  }
}
