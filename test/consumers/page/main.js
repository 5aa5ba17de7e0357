// A user's page: one batch through each package, as its README shows it. What comes of it is judged elsewhere.

import { createGate, sigmoidEql, softmaxEql } from '@eqloss/core';
import { GPU } from 'gpu.js';

/** By package and backend: a batch to its loss and gradient. */
const engines = {
  core: ({ form, logits, ...rest }) => {
    const batch = { ...rest, logits: Float64Array.from(logits) };
    return form === 'sigmoid' ? sigmoidEql(batch) : softmaxEql(batch);
  },

  wasm: (batch) => withKernels({}, batch),

  'wasm-threads': (batch) => withKernels({ threads: 2, shareFrom: 0 }, batch),

  'tfjs-cpu': async (batch) => {
    await import('@tensorflow/tfjs-backend-cpu');
    return withTensors('cpu', batch);
  },

  'tfjs-webgl': async (batch) => {
    await import('@tensorflow/tfjs-backend-webgl');
    return withTensors('webgl', batch);
  },

  onnxruntime: async ({ form, gate, logits, ...batch }) => {
    const [{ createLossSession }, ort] = await Promise.all([
      import('@eqloss/onnxruntime'),
      import('onnxruntime-web/wasm'),
    ]);
    ort.env.wasm.numThreads = 1;
    const session = await createLossSession(ort, { form, gate });
    const result = await session.run({ ...batch, logits: Float32Array.from(logits) });
    await session.release();
    return result;
  },

  'gpujs-cpu': (batch) => withGpu('cpu', batch),

  'gpujs-webgl2': (batch) => withGpu('webgl2', batch),

  'gpujs-imported': async () => (await import('./imported-gpu.js')).create(),

  worker: (batch) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => {
        worker.terminate();
        if (data.error) reject(new Error(data.error));
        else resolve(data);
      };
      worker.onerror = (event) => reject(new Error(event.message || 'the worker did not load'));
      worker.postMessage(batch);
    }),
};

async function withKernels(options, { form, logits, ...batch }) {
  const { createKernels } = await import('@eqloss/wasm');
  const kernels = await createKernels(options);
  const { backend, reason = '' } = kernels;
  const { loss, gradient } = kernels[form]({ ...batch, logits: Float32Array.from(logits) });
  kernels.dispose();
  return { loss, gradient, engine: reason || backend };
}

async function withTensors(backend, { form, labels, logits, shape, gate, beta }) {
  const [adapter, tf] = await Promise.all([import('@eqloss/tfjs'), import('@tensorflow/tfjs-core')]);
  await tf.setBackend(backend);
  const loss = (z) =>
    form === 'sigmoid' ? adapter.sigmoidEql(labels, z, gate) : adapter.softmaxEql(labels, z, gate, { beta });
  const { value, grad } = tf.valueAndGrad(loss)(tf.tensor(logits, shape));
  return { loss: (await value.data())[0], gradient: await grad.data(), engine: tf.getBackend() };
}

async function withGpu(mode, { form, gate, logits, ...batch }) {
  const { createSigmoidEql, createSoftmaxEql } = await import('@eqloss/gpujs');
  const create = form === 'sigmoid' ? createSigmoidEql : createSoftmaxEql;
  const kernel = await create(new GPU({ mode }), { rows: batch.shape[0], gate });
  const { loss, gradient } = await kernel.run({ ...batch, logits: Float32Array.from(logits) });
  const engine = kernel.mode;
  await kernel.destroy();
  return { loss, gradient, engine };
}

globalThis.answer = async ({ engine, frequencies, threshold, ...batch }) => {
  try {
    const gate = createGate(frequencies, { threshold });
    const result = await engines[engine]({ ...batch, gate });
    return { loss: result.loss, gradient: Array.from(result.gradient), engine: result.engine ?? engine };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
};
