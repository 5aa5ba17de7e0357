// The loss by the kernels of @eqloss/wasm, on the backends whose tensors are in reach of the host: cpu and wasm.

import { reduce } from '@eqloss/core';
import { createKernelsSync, type Kernels } from '@eqloss/wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Engine } from '../engine.ts';
import { type HostMemory, memoryOf } from './memory.ts';

/**
 * Loss and gradient in one pass, where a gradient may be asked for; what follows the loss multiplies it where it lies.
 */
export const kernelsEngine: Engine = {
  keepsGpu: false,
  draws: true,
  forward(logits, batch, wantsGradient) {
    const [loss, gradient] = run(logits, batch, wantsGradient);
    return { loss, gradient };
  },
  backward(dy, [gradient], { classes }) {
    const factors = dy.dataSync();
    if (factors.some((factor) => factor !== 1)) scaleRows(memoryOf(tf.backend()).view(gradient), factors, classes);
    return gradient;
  },
};

/** Attributes of a tfjs kernel are typed as plain values; nothing looks at them but the kernel. */
interface Attributes {
  readonly batch: Batch;
  readonly wantsGradient: boolean;
}

// The number is that of what Attributes hold: two versions of this package may share one tfjs.
const kernelName = 'EqlossKernels1';

/** Through tfjs's own registry, so that profiles name it, memory is accounted for, and the backend ends it. */
function run(logits: tf.Tensor2D, batch: Batch, wantsGradient: boolean): tf.Tensor[] {
  const backend = tf.getBackend();
  if (tf.getKernel(kernelName, backend) === undefined) register(backend);
  const attributes = { batch, wantsGradient } satisfies Attributes as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(kernelName, { logits }, attributes) as unknown as tf.Tensor[];
}

function register(backendName: string): void {
  let made: { readonly memory: HostMemory; readonly kernels: Kernels } | undefined;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (made === undefined) {
        const memory = memoryOf(backend);
        made = { memory, kernels: startKernels(memory) };
      }
      return compute(made.kernels, made.memory, inputs.logits as tf.TensorInfo, attrs as unknown as Attributes);
    },
    disposeFunc: () => {
      made?.kernels.dispose();
      made = undefined;
    },
  });
}

/** In the backend's own heap, so that its tensors need not be copied; beside it where that cannot be. */
function startKernels({ heap }: HostMemory): Kernels {
  if (heap !== undefined) {
    try {
      return createKernelsSync({ heap });
    } catch {
      // Another build of the backend than is known: arrays are copied then.
    }
  }
  return createKernelsSync();
}

function compute(
  kernels: Kernels,
  memory: HostMemory,
  logits: tf.TensorInfo,
  { batch, wantsGradient }: Attributes,
): tf.TensorInfo[] {
  const { checked, rows, reduction, draws } = batch;
  // All room first: where it is taken, views of the heap may come loose. Logits of another backend take some, too.
  memory.view(logits);
  const outputs = [memory.make(reduction === 'none' ? [rows] : [])];
  try {
    if (wantsGradient) outputs.push(memory.make(logits.shape));
    const gradient = wantsGradient ? memory.view(outputs[1]) : undefined;
    const rowLosses = new Float64Array(rows);
    kernels.run(checked, memory.view(logits), { rowLosses, gradient }, draws);
    memory.view(outputs[0]).set(reduction === 'none' ? rowLosses : [reduce(checked, rowLosses)]);
    return outputs;
  } catch (error) {
    for (const each of outputs) memory.free(each);
    throw error;
  }
}

function scaleRows(gradient: Float32Array, factors: ArrayLike<number>, classes: number): void {
  const each = factors.length > 1;
  for (let start = 0, i = 0; start < gradient.length; start += classes, i++) {
    const factor = factors[each ? i : 0];
    const end = start + classes;
    if (Number.isFinite(factor)) {
      for (let k = start; k < end; k++) gradient[k] *= factor;
    } else {
      // 0 · ∞ is NaN, and an excluded entry's gradient is 0: SPEC N1.
      for (let k = start; k < end; k++) if (gradient[k] !== 0) gradient[k] *= factor;
    }
  }
}
