// The runtime that the caller passes, and how its sessions are made.

import { EqlError } from '@eqloss/core';
import { type Arithmetic, unsupported } from './options.ts';
import { type ExecutionProvider, isNodeRuntime, type Ort } from './ort.ts';

/** What callers say about the runtime's sessions. */
export interface SessionOptions {
  readonly executionProviders?: readonly ExecutionProvider[];
  readonly sessionOptions?: Readonly<Record<string, unknown>>;
}

/** @throws {EqlError} `UNSUPPORTED` for what is no runtime, none that has worker threads, or one that takes inputs away. */
export function checkRuntime(ort: Ort, worker: boolean): void {
  if (typeof ort?.InferenceSession?.create !== 'function' || typeof ort.Tensor !== 'function') {
    throw new EqlError(
      'UNSUPPORTED',
      "ort has no InferenceSession or no Tensor; wanted a runtime: npm install onnxruntime-node (for pages, onnxruntime-web), and pass what import * as ort from 'onnxruntime-node' gives.",
    );
  }
  // The first version whose tensors have it is the first that passes the vectors.
  if (!('getData' in (ort.Tensor.prototype ?? {}))) {
    throw new EqlError('UNSUPPORTED', 'ort is an ONNX Runtime older than 1.17; install 1.17 or later.');
  }
  if (isNodeRuntime(ort)) return;
  if (worker) {
    throw new EqlError(
      'UNSUPPORTED',
      'worker: true came with a runtime other than onnxruntime-node; in a browser create the session in a Web Worker.',
    );
  }
  // It transfers the memory of every input: of the caller's batch, of the mask that all runs share, of trained weights.
  const { env } = ort as { readonly env?: { readonly wasm?: { readonly proxy?: unknown } } };
  if (env?.wasm?.proxy === true) {
    throw new EqlError(
      'UNSUPPORTED',
      'ort.env.wasm.proxy is true: it would take the memory of every input away; create the session in a Web Worker.',
    );
  }
}

/** Only what is known to be a CPU is trusted like one. Without a list, both packages run on theirs. */
export function arithmeticOf(executionProviders: unknown): Arithmetic {
  const providers = (executionProviders ?? []) as readonly ExecutionProvider[];
  const names = providers.map((provider) => (typeof provider === 'string' ? provider : provider?.name));
  return names.every((name) => name === 'cpu' || name === 'wasm') ? 'cpu' : 'gpu';
}

/**
 * What `InferenceSession.create` is given: the caller's options over ours. It throws on an option that is there but
 * undefined.
 *
 * @throws {EqlError} `UNSUPPORTED` for options that are no object, execution providers that are no list.
 */
export function sessionOptionsOf({ executionProviders, sessionOptions }: SessionOptions): Record<string, unknown> {
  if (typeof (sessionOptions ?? {}) !== 'object') unsupported('sessionOptions', sessionOptions, 'an object');
  // One thread: more are the caller's choice. Errors only: the webgpu provider would warn of the few ops that it leaves
  // to the CPU, each time.
  const all: Record<string, unknown> = {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    executionProviders,
    ...sessionOptions,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
  const { intraOpNumThreads, executionProviders: providers = [], extra = {} } = given;
  if (!Array.isArray(providers)) unsupported('executionProviders', providers, "a list, like ['cpu']");
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
