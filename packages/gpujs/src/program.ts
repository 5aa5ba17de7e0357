// One gpu.js kernel: compiled once, run with any number of rows up to the largest, freed once.

import { EqlError } from '@eqloss/core';
import { checkAlive, checkNotEnded } from './device.ts';
import { type GpuKernel, type GpuLike, isOnGpu, type Mode, messageOf, modeOf } from './gpu.ts';
import { restoreRectangle } from './rectangle.ts';
import { checkKept, firstOf, type GpuArray, isTexture } from './texture.ts';
import { unsupported } from './unsupported.ts';

/** What is compiled: source text, since bundlers rewrite functions, and gpu.js reads them. */
export interface ProgramSource {
  readonly text: string;
  /** Numbers of the largest run. */
  readonly size: number;
  /** Arrays that never change; uploaded once. */
  readonly constants: Readonly<Record<string, Float32Array>>;
  /**
   * Where the numbers go. `read`: to the host, a new array each run. `pass`: on to another program, before the next run, which
   * overwrites them. `keep`: to the caller, who frees them.
   */
  readonly result: 'read' | 'pass' | 'keep';
}

/** Numbers of the host: an array of the size of the largest run, of which this run uses the first. */
export interface Upload {
  readonly values: Float32Array;
  readonly used: number;
}

/** One argument of a kernel. */
export type Argument = Upload | GpuArray | number;

/** A kernel of gpu.js. */
export interface Program {
  mode(): Mode;
  /** Why it does not run in the mode that was asked for, where gpu.js says so. */
  fallbackReason(): string | undefined;
  context(): unknown;
  /** Gives `length` numbers. */
  run(args: readonly Argument[], length: number): Promise<GpuArray>;
  /** Takes back a result of `pass` when it has been used. */
  done(result: GpuArray): void;
  /** Frees the kernel. Once only. */
  destroy(): void;
}

/**
 * Makes a kernel; gpu.js compiles it at its first run.
 *
 * Single precision, since gpu.js's other one turns NaN and Infinity into 1.7e38; `tactic` keeps WebGL from computing small
 * outputs in the shader's medium precision, which is 16 bits on phones.
 *
 * @throws {EqlError} `UNSUPPORTED` when `gpu` makes no kernel of its own, as in its mode "dev". `run` rejects with `DEVICE_LOST`
 * and, for a kernel that does not compile or run, `UNSUPPORTED`; `DISPOSED` when the GPU was destroyed, or a texture freed
 */
export function createProgram(gpu: GpuLike, { text, size, constants, result }: ProgramSource): Program {
  const kernel = made(gpu, text, {
    output: [size],
    precision: 'single',
    tactic: 'precision',
    constants,
    dynamicOutput: true,
    dynamicArguments: true,
    pipeline: result !== 'read',
    // Without it a run writes over the result of the one before.
    immutable: result === 'keep',
  });
  let last = modeOf(kernel);
  // Reading without blocking the page.
  if (last === 'webgl2') kernel.setAsyncMode(true);
  // A kernel that was destroyed with its GPU no longer knows.
  const mode = (): Mode => {
    const now = modeOf(kernel);
    if (now !== 'unknown') last = now;
    return last;
  };
  let started = false;
  const check = (): void => {
    checkAlive(kernel.kernel);
    if (started && isOnGpu(mode())) checkNotEnded(kernel.kernel);
  };
  let output = size;
  const resize = (length: number): void => {
    // A module of WebAssembly is compiled for its sizes: there a small run is padded to the largest.
    if (mode() === 'webasm' || length === output) return;
    kernel.setOutput([length]);
    output = length;
  };
  return {
    mode,
    fallbackReason: () => kernel.kernel.fallbackReason,
    context: () => kernel.kernel.context,
    run: async (args, length) => {
      for (const argument of args) if (isTexture(argument)) checkKept(argument);
      try {
        resize(length);
        const whole = mode() === 'webasm';
        restoreRectangle(kernel.kernel);
        const values = await kernel(...args.map((argument) => argumentOf(argument, whole)));
        // A lost context gives zeros, and no error.
        check();
        started = true;
        return isTexture(values) ? values : firstOf(values, length);
      } catch (error) {
        check();
        if (error instanceof EqlError) throw error;
        throw unsupported(`gpu.js cannot run this kernel in mode ${mode()}: ${messageOf(error)}`);
      }
    },
    done: (values) => {
      // WebGPU counts each result as a holder of the buffer; a texture of WebGL is the kernel's own.
      if (isTexture(values) && mode() === 'webgpu') values.delete();
    },
    destroy: () => {
      const backend = kernel.kernel;
      kernel.destroy();
      forget(gpu, backend);
    },
  };
}

function made(gpu: GpuLike, text: string, settings: object): GpuKernel {
  let kernel: unknown;
  try {
    kernel = gpu.createKernel(text, settings);
  } catch (error) {
    throw unsupported(`gpu.js makes no kernel: ${messageOf(error)}`);
  }
  if (typeof kernel === 'function' && 'kernel' in kernel && 'destroy' in kernel) return kernel as unknown as GpuKernel;
  throw unsupported('gpu made no kernel of its own: the mode "dev" of gpu.js is not supported.');
}

function argumentOf(argument: Argument, whole: boolean): GpuArray | number {
  if (typeof argument === 'number' || !('used' in argument)) return argument;
  const { values, used } = argument;
  return whole || used === values.length ? values : values.subarray(0, used);
}

/** A destroyed kernel of mode cpu stays in gpu.js's list, and with it everything that it holds. */
function forget(gpu: GpuLike, backend: object): void {
  const kernels = (gpu as { readonly kernels?: unknown }).kernels;
  if (!Array.isArray(kernels)) return;
  const index = kernels.indexOf(backend);
  if (index !== -1) kernels.splice(index, 1);
}
