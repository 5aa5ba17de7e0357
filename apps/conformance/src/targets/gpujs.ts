// Targets `gpujs-*`: @eqloss/gpujs on the modes of gpu.js.

import { type DecodedTest, type Outcome, type Target, Unavailable } from '@eqloss/conformance/protocol';
import { createSigmoidEql, createSoftmaxEql, type GpuLike, type LossKernel, modeOf } from '@eqloss/gpujs';
import adapter from '@eqloss/gpujs/package.json' with { type: 'json' };
import engine from 'gpu.js/package.json' with { type: 'json' };
import { createShelf, type Shelf } from '../shelf.ts';
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

/** @param options `backend`: a mode of gpu.js, which must really run: a fallback to another one is unavailable. */
export async function createTarget(options: { readonly backend: string }): Promise<Target> {
  const { backend } = options;
  const gpu = await createGpu(backend);
  const kernels = createShelf<LossKernel>(16, (kernel) => kernel.destroy());
  return {
    protocol: 1,
    name: `gpujs-${backend}`,
    version: adapter.version,
    environment: { engine: `gpu.js ${engine.version}`, backend, device: await deviceOf(backend, gpu) },
    supports: { ...everything, dtypes: ['float32'], features: [...everything.features, 'release'] },
    run: (test) => outcomeOf(() => runTest(gpu, kernels, backend, test)),
    stop: async () => {
      await kernels.clear();
      await gpu.destroy();
    },
  };
}

async function runTest(gpu: GpuLike, kernels: Shelf<LossKernel>, mode: string, test: DecodedTest): Promise<Outcome> {
  const { gate, ...inputs } = inputsOf(test);
  const { data, shape } = test.inputs.logits;
  const reduction = reductionOf(test);
  // Rounded up, so that tests share a kernel, and its padding is tested too.
  const rows = 2 ** Math.ceil(Math.log2(Math.max(shape[0] ?? 0, 1)));
  const labels = inputs.targets === undefined ? 'index' : 'rows';
  const key = [test.form, labels, reduction, rows, gate.tail.join('')].join(' ');
  const create = test.form === 'sigmoid' ? createSigmoidEql : createSoftmaxEql;
  const kernel = await kernels.take(key, () => create(gpu, { rows, gate, reduction, labels }));
  if (test.options.released) await kernels.remove(key);
  // The adapter refuses other arrays itself: a test expects it.
  const { loss, rowLosses, gradient } = await kernel.run({ ...inputs, logits: data as Float32Array, shape });
  if (kernel.mode !== mode) throw new Error(`gpu.js left ${mode} for ${kernel.mode}`);
  return { outputs: { loss: reduction === 'none' ? undefined : loss, rowLosses, gradient } };
}

interface Gpu extends GpuLike {
  readonly context: unknown;
  destroy(): Promise<void>;
}

/**
 * A gpu in a mode that really runs a kernel here: gpu.js falls back in silence.
 *
 * A kernel of gpu.js alone: what the adapter finds wrong is no reason not to judge it.
 */
async function createGpu(backend: string): Promise<Gpu> {
  if (backend === 'webgpu' && globalThis.process?.versions?.node !== undefined) {
    // gpu.js looks for navigator.gpu when it loads. Not a literal: Node's modules must stay out of bundles for pages.
    const dawn = '../dawn.ts';
    await ((await import(/* @vite-ignore */ dawn)) as { startDawn(): Promise<void> }).startDawn();
  }
  // CommonJS: bundlers and Node differ in where they put the exports.
  const module = await import('gpu.js');
  const { GPU } = 'GPU' in module ? module : (module as { default: typeof import('gpu.js') }).default;
  try {
    const gpu = new GPU({ mode: backend as 'cpu' });
    const kernel = gpu.createKernel('function () { return 1; }', { output: [1], precision: 'single' });
    await kernel();
    const mode = modeOf(kernel);
    if (mode !== backend) throw new Error(`it takes mode ${mode}`);
    kernel.destroy();
    return gpu;
  } catch (error) {
    throw new Unavailable(`gpu.js does not run in mode ${backend} here: ${(error as Error).message}`);
  }
}

async function deviceOf(mode: string, gpu: Gpu): Promise<string> {
  if (mode === 'webgpu') {
    const adapter = await navigator.gpu.requestAdapter();
    return adapter
      ? [adapter.info.vendor, adapter.info.architecture, adapter.info.device].filter(Boolean).join(' ')
      : '';
  }
  if (!mode.startsWith('webgl')) return 'CPU';
  const context = gpu.context as WebGLRenderingContext;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  return String(context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER));
}
