// What all runs of a session have in common: its options, checked, with their defaults. A plan can be sent to a worker.

import { checkSigmoid, checkSoftmax, EqlError, type Form, type Gate, type Reduction } from '@eqloss/core';
import { buildLossModel } from '../model.ts';
import { type Arithmetic, checkOptions, type Output, unsupported } from '../options.ts';
import { type ExecutionProvider, isNodeRuntime, type Ort } from '../ort.ts';
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

/** @throws {EqlError} `UNSUPPORTED` for what is no runtime, or none that has worker threads. */
export function checkRuntime(ort: Ort, worker: boolean): void {
  if (typeof ort?.InferenceSession?.create !== 'function' || typeof ort.Tensor !== 'function') {
    throw new EqlError(
      'UNSUPPORTED',
      'ort has no InferenceSession or no Tensor; wanted the namespace of onnxruntime-node or onnxruntime-web.',
    );
  }
  if (worker && !isNodeRuntime(ort)) {
    throw new EqlError(
      'UNSUPPORTED',
      'worker: true came with a runtime other than onnxruntime-node; on onnxruntime-web ort.env.wasm.proxy = true does it.',
    );
  }
}

/** Only what is known to be a CPU is trusted like one. Without a list, both packages run on theirs. */
export function arithmeticOf(executionProviders: unknown): Arithmetic {
  const providers = (executionProviders ?? []) as readonly ExecutionProvider[];
  const names = providers.map((provider) => (typeof provider === 'string' ? provider : provider?.name));
  return names.every((name) => name === 'cpu' || name === 'wasm') ? 'cpu' : 'gpu';
}

/** ONNX Runtime throws on an option that is there but undefined. */
export function sessionOptionsOf({
  executionProviders,
  sessionOptions,
}: Pick<LossSessionOptions, 'executionProviders' | 'sessionOptions'>): Record<string, unknown> {
  // One thread: more are the caller's choice. Errors only: the webgpu provider would warn of the few ops that it leaves
  // to the CPU, each time.
  const all: Record<string, unknown> = {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    executionProviders,
    ...sessionOptions,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const { intraOpNumThreads, extra = {} } = given;
  return intraOpNumThreads === 1 ? given : { ...given, extra: withoutSpinning(extra as object) };
}

/** Threads that spin while they wait are twice as slow on a busy machine. ONNX Runtime joins the keys of objects by dots. */
function withoutSpinning(extra: object): object {
  const key = 'session.intra_op.allow_spinning';
  return keysOf(extra).includes(key) ? extra : { ...extra, [key]: '0' };
}

function keysOf(entries: object): string[] {
  return Object.entries(entries).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? keysOf(value).map((rest) => `${key}.${rest}`) : [key],
  );
}
