// The public ways to a trainer: from nothing, or from a checkpoint.

import { EqlError, type Gate } from '@eqloss/core';
import { checkOptions, unsupported } from '../options.ts';
import type { Ort } from '../ort.ts';
import { checkRuntime } from '../runtime.ts';
import { decodeCheckpoint, type TrainerState } from './checkpoint.ts';
import { createOptimizer, type OptimizerOptions, resolveOptimizer, stateCount } from './optimizer.ts';
import {
  checkEngine,
  checkInitial,
  ENGINE_OPTIONS,
  type Head,
  type HeadEngineOptions,
  type HeadTrainerOptions,
  isSeeded,
  resolveHead,
} from './options.ts';
import { fillNormal } from './random.ts';
import { factorOf, type Schedule } from './schedule.ts';
import { createTrainer, type HeadTrainer, type Start } from './trainer.ts';

/** What {@link restoreHeadTrainer} takes. What is given of the head must be what the checkpoint holds. */
export interface RestoreOptions
  extends HeadEngineOptions,
    Partial<Pick<HeadTrainerOptions, 'features' | 'classes' | 'form' | 'gate'>> {
  /** Other numbers for the optimizer; those of the checkpoint when left out. Its kind stays. */
  readonly optimizer?: OptimizerOptions;
  /** Another schedule. Required when it was a function, which no checkpoint can hold. */
  readonly schedule?: Schedule;
}

/**
 * Creates a trainer of a linear head on frozen features: the loss, `dW = Gᵀ X` and `db = Σ_i G_i` in an ONNX graph, the
 * optimizer here, over one array. The runtime's sessions are made when first needed.
 *
 * @param ort The namespace of onnxruntime-node or onnxruntime-web.
 * @throws {EqlError} (rejects) `UNSUPPORTED`, `CLASS_COUNT`, `BETA_RANGE`, `DTYPE`; `OUT_OF_MEMORY`
 */
export async function createHeadTrainer(ort: Ort, options: HeadTrainerOptions): Promise<HeadTrainer> {
  const head = resolveHead(options);
  const bias = checkInitial(head, options);
  checkRuntime(ort, false);
  const start = inMemory(head);
  const weights = start.parameters.subarray(0, head.classes * head.features);
  if (typeof bias === 'number') start.parameters.fill(bias, weights.length);
  else start.parameters.set(bias, weights.length);
  if (isSeeded(options.weights)) fillNormal(weights, options.weights.seed, options.weights.deviation);
  else if (options.weights !== undefined) weights.set(options.weights);
  return createTrainer(ort, start, options);
}

/**
 * Creates a trainer from a checkpoint: with the same data it goes on bit for bit as the one that wrote it would have, on
 * the same runtime and with the same `chunk`.
 *
 * @param bytes From `checkpoint()`.
 * @throws {EqlError} (rejects) `MODEL` for bytes that are no whole checkpoint; `UNSUPPORTED` and `CLASS_COUNT` for options
 * that contradict it; `OUT_OF_MEMORY`. Nothing has been made then.
 */
export async function restoreHeadTrainer(
  ort: Ort,
  bytes: Uint8Array,
  options: RestoreOptions = {},
): Promise<HeadTrainer> {
  const held = decodeCheckpoint(bytes);
  const known = ['features', 'classes', 'form', 'gate', 'optimizer', 'schedule', ...ENGINE_OPTIONS];
  checkOptions('options', options, known);
  checkEngine(options);
  const head = reconcile(held, options);
  checkRuntime(ort, false);
  const start = inMemory(head);
  start.parameters.set(held.parameters);
  start.optimizer.state.forEach((array, k) => {
    array.set(held.optimizerState[k]);
  });
  return createTrainer(ort, { ...start, step: held.step, position: held.position }, options);
}

/** The head of a checkpoint with what the options replace; refuses what contradicts. */
function reconcile({ head }: TrainerState, options: RestoreOptions): Head {
  const { gate, optimizer, schedule = head.schedule } = options;
  for (const name of ['features', 'classes', 'form'] as const) {
    const given = options[name];
    if (given !== undefined && given !== head[name]) {
      unsupported(name, given, `${head[name]}, as the checkpoint has it`);
    }
  }
  if (gate !== undefined && !isSameGate(gate, head.gate)) {
    throw new EqlError('CLASS_COUNT', 'the gate has other classes or another tail than that of the checkpoint.');
  }
  if (schedule === undefined) unsupported('schedule', undefined, 'the function that the checkpoint was made with');
  factorOf(schedule);
  const resolved = optimizer === undefined ? head.optimizer : resolveOptimizer(optimizer);
  if (resolved.name !== head.optimizer.name || stateCount(resolved) !== stateCount(head.optimizer)) {
    unsupported(
      'optimizer',
      JSON.stringify(optimizer),
      `one like that of the checkpoint: ${JSON.stringify(head.optimizer)}`,
    );
  }
  return { ...head, schedule, optimizer: resolved };
}

/** The threshold has no say: it may have been given in another unit. */
function isSameGate(given: Gate, { classes, tail }: Gate): boolean {
  return given?.classes === classes && given.tail?.length === classes && tail.every((t, j) => t === given.tail[j]);
}

/** @throws {EqlError} `OUT_OF_MEMORY` */
function inMemory(head: Head): Start {
  const size = head.classes * head.features + head.classes;
  try {
    const parameters = new Float32Array(size);
    return { head, parameters, optimizer: createOptimizer(head.optimizer, size), step: 0, position: undefined };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new EqlError('OUT_OF_MEMORY', `${size} parameters and the optimizer's state do not fit in memory.`);
  }
}
