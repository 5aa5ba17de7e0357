// What a training needs of a machine-learning stack, and which stacks there are.

import type { Method } from './methods.ts';
import type { Task } from './task.ts';

/** Texts as the learner sees them. */
export interface Batch {
  /** Buckets of each row. */
  readonly buckets: readonly Int32Array[];
  /** A class of each row; the number of classes for background. */
  readonly labels: Int32Array;
}

/** What is set for one training, beside the method. */
export interface LearnerOptions {
  /** Of the draws of β. */
  readonly seed: number;
  /** Learning rate of Adam. */
  readonly rate: number;
}

/** A linear head in training: `x weights + bias`. */
export interface Learner<H extends Head = Head> {
  /** One step of Adam. @returns The loss of the batch, before the step. */
  step(batch: Batch): Promise<number>;
  /** Ends training. What the loss alone needed is taken away; the learner is the head's from then on. */
  finish(): H;
  /** Frees what the stack holds. */
  release(): Promise<void>;
}

/** A head that is trained. */
export interface Head {
  /** In the stack's own order, a copy. */
  readonly weights: Float32Array;
  /** The class of each row's largest logit: no gate, no draws. SPEC D5. */
  predict(buckets: readonly Int32Array[]): Promise<Int32Array>;
  /** Frees what the stack holds. */
  release(): Promise<void>;
}

/** Makes learners. */
export interface Stack<H extends Head = Head> {
  createLearner(task: Task, method: Method, options: LearnerOptions): Promise<Learner<H>>;
}

/** Where each stack computes in Node without a GPU; the first is the default. */
export const backends = {
  tfjs: ['wasm', 'cpu'],
  onnxruntime: ['cpu'],
} as const;

/** A stack, as the command line has it. */
export type StackName = keyof typeof backends;
/** Where it computes. */
export type Backend = (typeof backends)[StackName][number];

/** Every stack, the default first. */
export const stackNames = Object.keys(backends) as readonly StackName[];

/**
 * Loads a stack; the others stay unloaded.
 *
 * @throws {Error} when the backend does not start.
 */
export async function startStack(name: StackName, backend: Backend = backends[name][0]): Promise<Stack> {
  // tfjs's backends are one for the whole process; ONNX Runtime's belong to each learner.
  if (name === 'tfjs') return (await import('./tfjs/stack.ts')).startTfjs(backend);
  return (await import('./onnxruntime/stack.ts')).onnxruntime;
}
