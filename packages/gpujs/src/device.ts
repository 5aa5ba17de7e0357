// What computes behind a kernel, and may go away: a context of OpenGL, or a device of WebGPU.

import { EqlError } from '@eqloss/core';
import { unsupported } from './unsupported.ts';

/** What has a context of OpenGL, or gpu.js's record of a device of WebGPU: kernels and textures. */
export interface OnGpu {
  readonly context?: unknown;
}

/** Whether a kernel that has run is destroyed, as the end of its GPU destroys it. */
export function isEnded({ context, built }: OnGpu & { readonly built?: boolean }): boolean {
  return context === undefined || context === null || built === false;
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
 * Looks whether a kernel's GPU is still there, of a kernel that has run on one.
 *
 * @throws {EqlError} `DISPOSED`
 */
export function checkNotEnded(kernel: OnGpu & { readonly built?: boolean }): void {
  if (isEnded(kernel)) throw new EqlError('DISPOSED', 'the GPU was destroyed before this kernel; create both anew.');
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
  return unsupported(
    `a batch of ${length} entries is too large for this device, whose largest ${limit}; take fewer rows.`,
  );
}
