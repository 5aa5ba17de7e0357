// Targets `ort-cpu` and `ort-webgpu` (onnxruntime-node), `ort-web-wasm` and `ort-web-webgpu` (onnxruntime-web).
//
// onnxruntime-web finds its .wasm file by `new URL('ort-wasm-….wasm', import.meta.url)` in the entry used here, which a
// bundler understands: Vite puts the file beside the bundle, and nothing need be set in `env.wasm.wasmPaths`. Vite's dev
// server must leave the package alone: `optimizeDeps.exclude: ['onnxruntime-web']`.

import type { Outcome, Target } from '@eqloss/conformance/protocol';
import { Unavailable } from '@eqloss/conformance/protocol';
import { createGate } from '@eqloss/core';
import { createLossSession, type LossBatch, type LossSession, type Ort } from '@eqloss/onnxruntime';
import adapter from '@eqloss/onnxruntime/package.json' with { type: 'json' };
import { createShelf } from '../shelf.ts';
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

/** ONNX Runtime with a provider. */
export interface Engine {
  readonly ort: Ort;
  readonly provider: 'cpu' | 'wasm' | 'webgpu';
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param options `backend`: `cpu` or `webgpu` of onnxruntime-node, `web-wasm` or `web-webgpu` of onnxruntime-web.
 * @throws {Unavailable} when the package does not load, or the execution provider cannot run a first batch.
 */
export async function createTarget(options: { readonly backend: string }): Promise<Target> {
  const { ort, provider, environment } = await loadEngine(options.backend);
  const executionProviders = [provider];
  // Held until the end: with its last session the webgpu provider drops its device and every compiled shader.
  const held = await tryFirstBatch(ort, provider);
  const sessions = createShelf<LossSession>(16, (session) => session.release());
  return {
    protocol: 1,
    name: `ort-${options.backend}`,
    version: adapter.version,
    environment: { ...environment, executionProvider: provider, ...(provider === 'webgpu' && { onCpu }) },
    supports: { ...everything, dtypes: ['float32'], features: [...everything.features, 'release'] },
    run: (test) =>
      outcomeOf(async (): Promise<Outcome> => {
        const { gate, ...inputs } = inputsOf(test);
        const reduction = reductionOf(test);
        const { form } = test;
        // Of a gate, sessions keep the tail. Tests that share one run in the same session, as the batches of a training do.
        const key = [form, reduction, gate.tail.join('')].join(' ');
        const session = await sessions.take(key, () =>
          createLossSession(ort, { form, gate, reduction, executionProviders }),
        );
        if (test.options.released) await sessions.remove(key);
        const { data, shape } = test.inputs.logits;
        // The adapter refuses other arrays itself: a test expects it.
        const { loss, rowLosses, gradient } = await session.run({ ...inputs, logits: data as Float32Array, shape });
        return { outputs: { loss: reduction === 'none' ? undefined : loss, rowLosses, gradient } };
      }),
    stop: async () => {
      await sessions.clear();
      await held.release();
    },
  };
}

/**
 * Loads ONNX Runtime for a backend of {@link createTarget}. Whether its provider works shows the first batch.
 *
 * @throws {Unavailable} when the package does not load, or there is no GPU adapter.
 */
export async function loadEngine(backend: string): Promise<Engine> {
  const load = engines[backend];
  if (load === undefined) throw new RangeError(`backend is ${backend}; wanted ${Object.keys(engines).join(', ')}.`);
  return load();
}

// The provider has no kernels for these; ONNX Runtime says so in its verbose log.
const onCpu = 'IsNaN of the input and integer arithmetic on shapes';

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  cpu: () => nodeEngine('cpu'),
  webgpu: async () => {
    // Node only, and not for the bundler's eyes. ONNX Runtime brings its own Dawn and looks for a Vulkan driver.
    const file = '../dawn.ts';
    const { useVulkan }: typeof import('../dawn.ts') = await import(/* @vite-ignore */ file);
    const driver = useVulkan();
    return nodeEngine('webgpu', driver === undefined ? {} : { vulkanDriver: driver });
  },
  'web-wasm': async () => {
    const ort = await loaded('onnxruntime-web', () => import('onnxruntime-web/wasm'));
    // One thread: sessions of tests are small.
    ort.env.wasm.numThreads = 1;
    return { ort, provider: 'wasm', environment: { engine: `onnxruntime-web ${ort.env.versions.web}` } };
  },
  'web-webgpu': async () => {
    const device = await (globalThis.navigator as Navigator | undefined)?.gpu?.requestAdapter();
    if (!device) throw new Unavailable('this page has no WebGPU adapter');
    const ort = await loaded('onnxruntime-web', () => import('onnxruntime-web/webgpu'));
    ort.env.wasm.numThreads = 1;
    const { vendor, architecture } = device.info;
    const environment = { engine: `onnxruntime-web ${ort.env.versions.web}`, device: `${vendor} ${architecture}` };
    return { ort, provider: 'webgpu', environment };
  },
};

async function nodeEngine(provider: 'cpu' | 'webgpu', environment: Record<string, string> = {}): Promise<Engine> {
  const ort = await loaded('onnxruntime-node', () => import('onnxruntime-node'));
  return { ort, provider, environment: { engine: `onnxruntime-node ${ort.env.versions.node}`, ...environment } };
}

async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new Unavailable(`${name} does not load: ${(error as Error).message}`);
  }
}

/** ONNX Runtime refuses a provider that it cannot use when it makes a session. */
async function tryFirstBatch(ort: Ort, provider: string): Promise<LossSession> {
  const gate = createGate([1], { threshold: 0 });
  const session = await createLossSession(ort, { form: 'sigmoid', gate, executionProviders: [provider] });
  const batch: LossBatch = { logits: new Float32Array(1), labels: [0] };
  try {
    await session.run(batch);
  } catch (error) {
    throw new Unavailable(`the ${provider} execution provider cannot run: ${(error as Error).message}`);
  }
  return session;
}
