// Results that stay where they were computed: textures on a GPU, typed arrays in modes cpu and webasm.

import { EqlError, kindOf } from '@eqloss/core';
import type { KernelOutput, Texture } from 'gpu.js';
import { checkAlive, isEnded, type OnGpu } from './device.ts';
import { messageOf } from './gpu.ts';
import { unsupported } from './unsupported.ts';

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
 * @throws {EqlError} (rejects) `DISPOSED` for a texture that was freed, or whose kernel was destroyed; `DEVICE_LOST`;
 * `UNSUPPORTED` for what is no such result
 */
export async function readBack(values: GpuArray | KernelOutput): Promise<Float32Array> {
  const array = isTexture(values) ? await readTexture(values) : values;
  if (!isSingle(array)) throw unsupported(`${kindOf(array)} came; wanted a flat result of a kernel.`);
  return array;
}

/**
 * Reads a result back, and sees that it has as many numbers as it must; what is more than that is left out.
 *
 * @throws {EqlError} (rejects) `DISPOSED`, `DEVICE_LOST`, `UNSUPPORTED`
 */
export async function read(values: GpuArray, length: number): Promise<Float32Array> {
  return firstOf(await readBack(values), length);
}

/** @throws {EqlError} `UNSUPPORTED` for fewer numbers, or none. */
export function firstOf(values: unknown, length: number): Float32Array {
  if (!isSingle(values) || values.length < length) {
    throw unsupported(`gpu.js returned no Float32Array of ${length} numbers.`);
  }
  return values.length === length ? values : values.slice(0, length);
}

async function readTexture(texture: GpuTexture & TextureFields): Promise<unknown> {
  checkKept(texture);
  checkAlive(texture);
  try {
    const values: unknown = await texture.toArray();
    checkAlive(texture);
    return values;
  } catch (error) {
    checkAlive(texture);
    checkKept(texture);
    if (isEnded(texture.kernel)) throw new EqlError('DISPOSED', 'a texture was read after its kernel was destroyed.');
    throw unsupported(`gpu.js cannot read a result back: ${messageOf(error)}`);
  }
}

/** Whether a texture was freed. Typed arrays never are. */
export function isFreed(values: GpuArray): boolean {
  return (values as { readonly _deleted?: boolean })._deleted === true;
}

/** @throws {EqlError} `DISPOSED` for a texture that was freed. */
export function checkKept(texture: GpuTexture): void {
  if (isFreed(texture)) throw new EqlError('DISPOSED', 'a texture came that was deleted before it was read.');
}
