// gpu.js in one of its modes, for every path and task that uses it. In Node and in a page.

import { Unavailable } from '@eqloss/conformance/protocol';
import { modeOf } from '@eqloss/gpujs';
import type { GPU, IKernelRunShortcut, Input } from 'gpu.js';
import engine from 'gpu.js/package.json' with { type: 'json' };
import { describeDevice } from './paths/device.ts';

/** gpu.js, and a mode that really runs here. */
export interface Engine {
  /** What the report says about it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Another GPU in this mode: whoever asks for it destroys it. */
  createGpu(): GPU;
  /** Flat numbers with a size, x first. */
  readonly input: (values: Float32Array, size: number[]) => Input;
}

/**
 * Loads gpu.js. WebGPU must be there before: gpu.js looks for it while it loads.
 *
 * @param mode A mode of gpu.js.
 * @throws {Unavailable} when gpu.js does not run it here, or takes another one instead.
 */
export async function startEngine(mode: string): Promise<Engine> {
  const { GPU, input } = await load();
  const createGpu = (): GPU => new GPU({ mode: mode as 'cpu' });
  let gpu: GPU | undefined;
  try {
    gpu = createGpu();
    const kernel = gpu.createKernel('function () { return 1; }', { output: [1], precision: 'single' });
    await kernel();
    checkMode(gpu, kernel);
    const device = await describeDevice(mode, () => gpu!.context as WebGLRenderingContext);
    return {
      environment: { engine: `gpu.js ${engine.version}`, backend: mode, ...device },
      createGpu,
      input,
    };
  } catch (error) {
    throw new Unavailable(`gpu.js does not run in mode ${mode} here: ${(error as Error).message}`);
  } finally {
    await gpu?.destroy();
  }
}

/**
 * Looks at what a kernel that has run was run by: gpu.js falls back in silence.
 *
 * @throws {Error} when that is not what its GPU was made for.
 */
export function checkMode(gpu: GPU, kernel: IKernelRunShortcut): void {
  const mode = modeOf(kernel);
  if (mode !== gpu.mode) throw new Error(`gpu.js ran mode ${mode}, not ${gpu.mode}`);
}

interface Library {
  readonly GPU: typeof GPU;
  readonly input: Engine['input'];
}

/** CommonJS: bundlers and Node differ in where they put the exports. The types of gpu.js have no function `input`. */
async function load(): Promise<Library> {
  const module: unknown = await import('gpu.js');
  const { default: inner, ...outer } = module as { readonly default?: Library } & Library;
  return 'GPU' in outer ? outer : inner!;
}
