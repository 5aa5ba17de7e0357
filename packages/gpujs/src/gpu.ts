// The part of gpu.js that is used, structurally: any copy of the library will do.

import { EqlError, kindOf } from '@eqloss/core';
import type { KernelOutput, Texture } from 'gpu.js';

/** An instance of gpu.js's `GPU`. */
export interface GpuLike {
  createKernel(source: string, settings: object): unknown;
}

/**
 * What a kernel with `pipeline: true` returns on a GPU: a texture of WebGL, or a buffer of WebGPU. gpu.js's own type, so that it
 * can be handed to any kernel.
 */
export type GpuTexture = Texture;

/** What its type leaves out. */
export interface TextureFields extends OnGpu {
  /** Its size, x first. */
  readonly output: ArrayLike<number>;
  /** gpu.js's name of what it holds. */
  readonly type?: string;
}

/** Numbers that stay where the mode computes: a texture on a GPU; modes cpu and webasm compute on typed arrays. */
export type GpuArray = Float32Array | GpuTexture;

/** What `gpu.createKernel` returns. */
export interface GpuKernel {
  (...args: readonly unknown[]): unknown;
  /** The backend's own object; gpu.js puts another in its place when it falls back. */
  readonly kernel: GpuBackend;
  setOutput(output: readonly number[]): unknown;
  setAsyncMode(flag: boolean): unknown;
  destroy(): void;
}

/** What has a context of OpenGL, or gpu.js's record of a device of WebGPU: kernels and textures. */
export interface OnGpu {
  readonly context?: unknown;
}

/** The object behind a kernel. */
export interface GpuBackend extends OnGpu {
  /** Why gpu.js took another mode than it was asked for. */
  readonly fallbackReason?: string;
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
    throw new EqlError('UNSUPPORTED', 'gpu has no createKernel; wanted an instance of GPU from gpu.js.');
  }
  const { mode, constructor: GPU } = gpu as { readonly mode?: unknown; readonly constructor: object };
  // What has neither is a wrapper: its kernels will say.
  if ('isKernelMapSupported' in GPU && !('isWebAssemblySupported' in GPU)) {
    throw new EqlError('UNSUPPORTED', 'gpu comes from a gpu.js older than 2.24; install gpu.js 2.24.1 or later.');
  }
  if (mode === 'async') {
    throw new EqlError(
      'UNSUPPORTED',
      'gpu has the mode "async" of gpu.js, which chooses a mode after the first run; ask GPU.isWebGPUAvailable() and choose "webgpu" or another.',
    );
  }
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
  if (isInstance(backend.context, 'WebGL2RenderingContext')) return 'webgl2';
  return isInstance(backend.context, 'WebGLRenderingContext') ? 'webgl' : 'headlessgl';
}

/** Whether the mode computes on a GPU, where results may stay. */
export function isOnGpu(mode: Mode): boolean {
  return mode !== 'cpu' && mode !== 'webasm';
}

/**
 * Looks whether the context or device of a kernel or texture is still there: gpu.js itself returns zeros from a lost context.
 *
 * @throws {EqlError} `DEVICE_LOST`
 */
export function checkAlive({ context }: OnGpu): void {
  if (typeof context !== 'object' || context === null) return;
  const { isContextLost, isLost } = context as { isContextLost?: () => boolean; isLost?: boolean };
  if (isContextLost?.call(context) !== true && isLost !== true) return;
  throw new EqlError(
    'DEVICE_LOST',
    'the context or device of this GPU is gone; destroy the kernel and create one with a new GPU.',
  );
}

/**
 * Looks whether a device holds an array: gpu.js would say so at the first batch that is too large.
 *
 * @param length Numbers of the largest array.
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkCapacity({ context }: OnGpu, length: number): void {
  const { device, MAX_TEXTURE_SIZE } = (context ?? {}) as { device?: GPUDevice } & Partial<WebGLRenderingContext>;
  if (device !== undefined) {
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    const most = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4);
    if (length > most) throw tooLarge(length, `buffer (maxStorageBufferBindingSize) holds ${most}`);
  } else if (MAX_TEXTURE_SIZE !== undefined) {
    const side = Number((context as WebGLRenderingContext).getParameter(MAX_TEXTURE_SIZE));
    // gpu.js folds an array to a square.
    if (length > side * side) throw tooLarge(length, `texture (MAX_TEXTURE_SIZE ${side}) holds ${side * side}`);
  }
}

function tooLarge(length: number, limit: string): EqlError {
  return new EqlError(
    'UNSUPPORTED',
    `a batch of ${length} entries is too large for this device, whose largest ${limit}; take fewer rows.`,
  );
}

/** Also when gpu.js was loaded in another realm. */
export function isSingle(values: unknown): values is Float32Array {
  return kindOf(values) === 'Float32Array';
}

/** Whether a value has a texture's methods. */
export function isTexture(value: unknown): value is GpuTexture & TextureFields {
  const texture = value as Partial<GpuTexture> | null | undefined;
  return typeof texture?.toArray === 'function' && typeof texture.delete === 'function';
}

/**
 * Frees results of kernels with `pipeline: true`, the caller's own ones too. Typed arrays are left to the garbage collector.
 *
 * @param results Textures, or what modes cpu and webasm have for them.
 */
export function free(...results: readonly (GpuArray | KernelOutput)[]): void {
  for (const values of results) if (isTexture(values)) values.delete();
}

/**
 * Reads a result of a kernel with `pipeline: true` back, of the caller's own ones too.
 *
 * @param values A texture of one dimension, or what modes cpu and webasm have for it.
 * @returns Its numbers.
 * @throws {EqlError} (rejects) `DEVICE_LOST`; `UNSUPPORTED` for what is no such result
 */
export async function readBack(values: GpuArray | KernelOutput): Promise<Float32Array> {
  const array = isTexture(values) ? await readTexture(values) : values;
  if (!isSingle(array)) throw new EqlError('UNSUPPORTED', `${kindOf(array)} came; wanted a flat result of a kernel.`);
  return array;
}

/**
 * Reads a result back, and sees that it has as many numbers as it must; what is more than that is left out.
 *
 * @throws {EqlError} `DEVICE_LOST`, `UNSUPPORTED`
 */
export async function read(values: GpuArray, length: number): Promise<Float32Array> {
  return firstOf(await readBack(values), length);
}

/** @throws {EqlError} `UNSUPPORTED` for fewer numbers, or none. */
export function firstOf(values: unknown, length: number): Float32Array {
  if (!isSingle(values) || values.length < length) {
    throw new EqlError('UNSUPPORTED', `gpu.js returned no Float32Array of ${length} numbers.`);
  }
  return values.length === length ? values : values.slice(0, length);
}

async function readTexture(texture: GpuTexture & TextureFields): Promise<unknown> {
  checkAlive(texture);
  try {
    return await texture.toArray();
  } finally {
    checkAlive(texture);
  }
}

function isInstance(context: unknown, name: string): boolean {
  const Context: unknown = (globalThis as Record<string, unknown>)[name];
  return typeof Context === 'function' && context instanceof Context;
}
