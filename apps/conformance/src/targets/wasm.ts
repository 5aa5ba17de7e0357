// Targets `wasm*`: @eqloss/wasm on each of its backends, and on several threads.

import { type DecodedTest, type Outcome, type Target, Unavailable } from '@eqloss/conformance/protocol';
import { createKernels, type Kernels, type KernelsOptions } from '@eqloss/wasm';
import adapter from '@eqloss/wasm/package.json' with { type: 'json' };
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

/** @param options `backend`: `fastest`, `simd`, `typescript`, or `threads` for the fastest on three threads. */
export async function createTarget({ backend }: { readonly backend: string }): Promise<Target> {
  return targetOf(createKernels, backend);
}

/** A target from any copy of the package: the mutation tests pass broken ones. */
export async function targetOf(create: typeof createKernels, backend: string): Promise<Target> {
  const options = optionsOf(backend);
  const kernels = await create(options);
  if (options.threads !== undefined && kernels.threads !== options.threads) {
    kernels.dispose();
    throw new Unavailable(kernels.reason ?? 'no threads');
  }
  return {
    protocol: 1,
    name: backend === 'fastest' ? 'wasm' : `wasm-${backend}`,
    version: adapter.version,
    environment: { engine: 'WebAssembly', backend: kernels.backend, threads: String(kernels.threads) },
    supports: { ...everything, dtypes: ['float32'], features: [...everything.features, 'release'] },
    run: (test) => outcomeOf(() => runTest(kernels, () => released(create, options), test)),
    stop: async () => kernels.dispose(),
  };
}

function optionsOf(backend: string): KernelsOptions {
  // However small the vectors are, their rows are to be shared.
  if (backend === 'threads') return { threads: 3, shareFrom: 0 };
  return backend === 'fastest' ? {} : { backend: backend as 'simd' | 'typescript' };
}

/** In arrays of the kernels' memory and in the vector's own: both must give the same bits. */
async function runTest(kernels: Kernels, release: () => Promise<Kernels>, test: DecodedTest): Promise<Outcome> {
  const inputs = inputsOf(test);
  const { data, shape } = test.inputs.logits;
  const reduction = reductionOf(test);
  const run = test.options.released ? await release() : kernels;
  // The adapter refuses other arrays itself: a test expects it.
  const batch = { ...inputs, logits: data as Float32Array, shape };
  const { loss, rowLosses, gradient } = run[test.form](batch, { reduction });
  if (run.backend !== 'typescript' && loss !== undefined) {
    const buffers = run.allocate({ rows: shape[0], classes: shape[1] });
    try {
      buffers.logits.set(data as Float32Array);
      const inPlace = run[test.form]({ ...batch, logits: buffers.logits }, { reduction, gradient: buffers.logits });
      const same = inPlace.gradient.every((value, k) => Object.is(value, gradient[k]));
      if (!same || !Object.is(inPlace.loss, loss)) throw new Error('in place, the result differs');
    } finally {
      buffers.dispose();
    }
  }
  return { outputs: { loss: reduction === 'none' ? undefined : loss, rowLosses, gradient } };
}

async function released(create: typeof createKernels, options: KernelsOptions): Promise<Kernels> {
  const kernels = await create(options);
  kernels.dispose();
  return kernels;
}
