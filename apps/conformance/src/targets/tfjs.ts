// Targets `tfjs-*`: @eqloss/tfjs on the backends of TensorFlow.js.

import {
  type DecodedTensor,
  type DecodedTest,
  type Outcome,
  type Target,
  Unavailable,
} from '@eqloss/conformance/protocol';
import type { Reduction } from '@eqloss/core';
import { type Labels, type SoftmaxOptions, sigmoidEql, softmaxEql } from '@eqloss/tfjs';
import adapter from '@eqloss/tfjs/package.json' with { type: 'json' };
import type * as Engine from '@tensorflow/tfjs-core';
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

type Tf = typeof Engine;

/** @param options `backend`: `cpu`, `wasm`, `webgl` (in a page) or `webgpu`. */
export async function createTarget(options: { readonly backend: string }): Promise<Target> {
  const { backend } = options;
  const tf = await startBackend(backend);
  // GPU backends hand small tensors to the CPU: then the small tests would not test the GPU.
  if (backend.startsWith('webg')) tf.env().set(`${backend.toUpperCase()}_CPU_FORWARD`, false);
  return {
    protocol: 1,
    name: `tfjs-${backend}`,
    version: adapter.version,
    environment: { engine: `TensorFlow.js ${tf.version_core}`, backend: tf.getBackend(), device: await deviceOf(tf) },
    supports: { ...everything, dtypes: ['float32'] },
    run: (test) => outcomeOf(() => runTest(tf, test)),
  };
}

async function runTest(tf: Tf, test: DecodedTest): Promise<Outcome> {
  const { labels } = test.inputs;
  const [rows] = test.inputs.logits.shape;
  // The adapter takes a flat array of one value per logit for target rows; of a tensor, the rank says that these are labels.
  if (!labels || labels.length === rows || labels.length !== test.inputs.logits.data.length) return answer(tf, test);
  const flat = tf.tensor1d([...labels]);
  try {
    return await answer(tf, test, flat);
  } finally {
    flat.dispose();
  }
}

async function answer(tf: Tf, test: DecodedTest, labels?: Engine.Tensor1D): Promise<Outcome> {
  const loss = lossOf(test, labels);
  const reduction = reductionOf(test);
  const { normalizer } = test.options;
  const { data, shape } = test.inputs.logits;
  const before = tf.memory().numTensors;
  const logits = tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
  const { value, grad } = tf.valueAndGrad((z: Engine.Tensor) => loss(z, reduction, { normalizer }))(logits);
  // The normalizer belongs to the mean: the row losses are the same without it.
  const rowLosses = reduction === 'none' ? value : loss(logits, 'none');
  const outputs = {
    loss: reduction === 'none' ? undefined : (await value.data())[0],
    rowLosses: await rowLosses.data(),
    gradient: await grad.data(),
  };
  tf.dispose([logits, value, grad, rowLosses]);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors were left behind`);
  return { outputs };
}

/** The loss with everything but logits and reduction filled in. */
function lossOf(test: DecodedTest, labelTensor?: Engine.Tensor1D) {
  const { gate, labels, targets: _flat, normalizer, ...rest } = inputsOf(test);
  const rows = test.inputs.targets && rowsOf(test.inputs.targets);
  // The adapter has one argument for both kinds of label: a second can only come as an option, which it must refuse.
  const options = labels !== undefined && rows !== undefined ? { ...rest, targets: rows } : rest;
  const form = test.form === 'sigmoid' ? sigmoidEql : softmaxEql;
  return (logits: Engine.Tensor, reduction: Reduction, divisor?: { readonly normalizer?: number }) =>
    form((labelTensor ?? labels ?? rows) as Labels, logits, gate, {
      ...options,
      ...divisor,
      reduction,
    } as SoftmaxOptions);
}

/** Nested, so that the adapter sees the shape. */
function rowsOf({ data, shape }: DecodedTensor): Labels {
  if (shape.length !== 2) return data;
  return Array.from({ length: shape[0] }, (_, i) => data.subarray(i * shape[1], (i + 1) * shape[1]));
}

async function ensureWebGpu(): Promise<void> {
  if (isNode()) {
    // Not a literal: Node's modules must stay out of bundles for pages.
    const dawn = '../dawn.ts';
    await ((await import(/* @vite-ignore */ dawn)) as { startDawn(): Promise<void> }).startDawn();
  }
  if (!globalThis.navigator?.gpu) throw new Unavailable('there is no navigator.gpu here');
}

function isNode(): boolean {
  return globalThis.process?.versions?.node !== undefined;
}

/**
 * TensorFlow.js, with a backend that has started.
 *
 * @throws {Unavailable} when it does not.
 */
export async function startBackend(backend: string): Promise<Tf> {
  // tfjs looks for navigator.gpu when it loads.
  if (backend === 'webgpu') await ensureWebGpu();
  const tf = await import('@tensorflow/tfjs-core');
  const load = backends[backend];
  if (!load) throw new Unavailable(`tfjs has no backend ${backend}; known: ${Object.keys(backends).join(', ')}`);
  try {
    await load();
    if (!(await tf.setBackend(backend))) throw new Error('tf.setBackend() answers false');
  } catch (error) {
    throw new Unavailable(`the ${backend} backend of tfjs does not start here: ${(error as Error).message}`);
  }
  return tf;
}

// One literal each: bundlers follow them.
const backends: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (!isNode()) setWasmPaths((await import('../tfjs-wasm-files.ts')).wasmFiles);
  },
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

async function deviceOf(tf: Tf): Promise<string> {
  const backend = tf.getBackend();
  if (backend === 'webgpu') {
    const info = (await navigator.gpu.requestAdapter())?.info;
    return info ? [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') : '';
  }
  if (backend !== 'webgl') return 'CPU';
  const { gl } = (tf.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}
