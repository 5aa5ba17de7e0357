// The part of gpu.js that is used, structurally: any copy of the library will do.

import type { OnGpu } from './device.ts';
import type { Drawn } from './rectangle.ts';
import { unsupported } from './unsupported.ts';

/** An instance of gpu.js's `GPU`. */
export interface GpuLike {
  /** As gpu.js's own, with a kernel's source as text. */
  createKernel(source: string, settings: object): unknown;
}

/** What `gpu.createKernel` returns. */
export interface GpuKernel {
  (...args: readonly unknown[]): unknown;
  /** The backend's own object; gpu.js puts another in its place when it falls back. */
  readonly kernel: GpuBackend;
  setOutput(output: readonly number[]): unknown;
  setAsyncMode(flag: boolean): unknown;
  destroy(): void;
}

/** The object behind a kernel. */
interface GpuBackend extends OnGpu, Drawn {
  /** Why gpu.js took another mode than it was asked for. */
  readonly fallbackReason?: string;
  /** False before the first run and once destroyed. */
  readonly built?: boolean;
}

/** The modes of gpu.js that compute. */
export type Mode = 'cpu' | 'webasm' | 'webgl' | 'webgl2' | 'headlessgl' | 'webgpu' | 'unknown';

/**
 * Refuses what is no gpu.js of the peer range, and its modes that cannot run a kernel.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkGpu(gpu: GpuLike): void {
  if (typeof gpu?.createKernel !== 'function') {
    throw unsupported('gpu has no createKernel; wanted new GPU() of gpu.js: npm install gpu.js.');
  }
  const { mode, constructor: GPU = {} } = gpu as { readonly mode?: unknown; readonly constructor?: object };
  // What has neither is a wrapper: its kernels will say.
  if ('isKernelMapSupported' in GPU && !('isWebAssemblySupported' in GPU)) {
    throw unsupported('gpu comes from a gpu.js older than 2.24; install gpu.js 2.24 or later.');
  }
  if (mode === 'async') {
    throw unsupported(
      'gpu has the mode "async" of gpu.js, which chooses a mode after the first run; ask GPU.isWebGPUAvailable() and choose "webgpu" or another.',
    );
  }
}

/** What went wrong, in gpu.js's words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The mode that runs a kernel of gpu.js, the caller's own ones too: gpu.js may take another than it was asked for, in silence, and
 * once more at a kernel's first run.
 *
 * @param kernel What `gpu.createKernel` returned.
 * @returns Where it runs now.
 */
export function modeOf({ kernel }: { readonly kernel: unknown }): Mode {
  return modeOfBackend(kernel as GpuBackend);
}

/** gpu.js calls everything on OpenGL `gpu`; the context tells the rest. */
function modeOfBackend(backend: GpuBackend): Mode {
  const { mode = 'unknown' } = backend.constructor as { readonly mode?: string };
  if (mode !== 'gpu') return mode as Mode;
  if (!backend.context) return 'unknown';
  if (isInstance(backend.context, 'WebGL2RenderingContext')) return 'webgl2';
  return isInstance(backend.context, 'WebGLRenderingContext') ? 'webgl' : 'headlessgl';
}

/** Whether the mode computes on a GPU, where results may stay. */
export function isOnGpu(mode: Mode): boolean {
  return /gl|gpu/.test(mode); // webgl, webgl2, headlessgl, webgpu
}

function isInstance(context: unknown, name: string): boolean {
  const Context: unknown = (globalThis as Record<string, unknown>)[name];
  return typeof Context === 'function' && context instanceof Context;
}
