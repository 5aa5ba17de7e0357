// The part of gpu.js that is used, structurally: any copy of the library will do.

import { EqlError, kindOf } from '@eqloss/core';

/** What `gpu.createKernel` returns. */
export interface GpuKernel {
  (...args: Float32Array[]): unknown;
  /** The backend's own object; gpu.js replaces it when it falls back to another backend. */
  readonly kernel: { readonly context?: unknown };
  destroy(): void;
}

/** An instance of gpu.js's `GPU`. */
export interface GpuLike {
  createKernel(source: string, settings: object): unknown;
}

/** What is compiled: source text, since bundlers rewrite functions, and gpu.js reads them. */
export interface ProgramSource {
  readonly main: string;
  readonly functions: readonly string[];
  /** Numbers returned. */
  readonly output: number;
}

/** One compiled kernel of fixed sizes. */
export interface Program {
  /** The gpu.js mode that really runs it (`webgl2`, …); gpu.js decides when it compiles, at the first run. */
  mode(): string;
  run(args: readonly Float32Array[]): Promise<Float32Array>;
  /** Frees the kernel. Once only. */
  destroy(): void;
}

/**
 * Compiles a kernel, in single precision: gpu.js's other precision turns NaN and Infinity into 1.7e38.
 *
 * @throws {EqlError} `UNSUPPORTED` when `gpu` is no gpu.js instance with kernels of its own
 */
export function createProgram(gpu: GpuLike, source: ProgramSource): Program {
  const kernel = gpu.createKernel(source.main, {
    output: [source.output],
    precision: 'single',
    functions: source.functions.map((text) => ({ source: text, settings: {} })),
  });
  if (!isKernel(kernel)) {
    throw new EqlError('UNSUPPORTED', 'gpu made no kernel of its own: the mode "dev" of gpu.js is not supported.');
  }
  return {
    mode: () => modeOf(kernel.kernel),
    run: async (args) => {
      const result = await kernel(...args);
      if (!isSingle(result) || result.length !== source.output) {
        throw new Error(`gpu.js returned no Float32Array of ${source.output} numbers.`);
      }
      return result;
    },
    destroy: () => {
      const instance = kernel.kernel;
      kernel.destroy();
      forget(gpu, instance);
    },
  };
}

/**
 * Refuses what is no gpu.js instance.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkGpu(gpu: GpuLike): void {
  if (typeof gpu?.createKernel === 'function') return;
  throw new EqlError('UNSUPPORTED', 'gpu has no createKernel; wanted an instance of GPU from gpu.js.');
}

/** gpu.js calls everything on OpenGL `gpu`; the context tells the rest. */
function modeOf(instance: { readonly context?: unknown }): string {
  const { mode } = instance.constructor as { mode?: string };
  if (mode !== 'gpu') return mode ?? 'unknown';
  if (typeof WebGL2RenderingContext !== 'undefined' && instance.context instanceof WebGL2RenderingContext)
    return 'webgl2';
  if (typeof WebGLRenderingContext !== 'undefined' && instance.context instanceof WebGLRenderingContext) return 'webgl';
  return 'headlessgl';
}

/** Also when gpu.js was loaded in another realm. */
function isSingle(values: unknown): values is Float32Array {
  return kindOf(values) === 'Float32Array';
}

function isKernel(kernel: unknown): kernel is GpuKernel {
  return typeof kernel === 'function' && 'kernel' in kernel && 'destroy' in kernel;
}

/** A destroyed kernel of mode cpu stays in gpu.js's list, and with it everything that it holds. */
function forget(gpu: GpuLike, instance: object): void {
  const kernels = (gpu as { kernels?: unknown }).kernels;
  if (!Array.isArray(kernels)) return;
  const index = kernels.indexOf(instance);
  if (index !== -1) kernels.splice(index, 1);
}
