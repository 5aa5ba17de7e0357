// WebGPU in plain Node: Dawn (npm `webgpu`), on the machine's GPU if it has one that works, else on the software GPU
// that every Chromium brings along. For targets that run in Node only: this file uses Node's own modules.

import { Unavailable } from '@eqloss/conformance/protocol';
import { vulkanEnvironment } from '../../../scripts/vulkan.mjs';

/**
 * Gives this process what WebGPU code expects of a page: `navigator.gpu` and the globals (`GPUBufferUsage`, …).
 *
 * Call it before importing an engine: tfjs and gpu.js look for `navigator.gpu` while they load. A second call does
 * nothing. Works on the main thread only: a worker's environment variables do not reach the Vulkan loader.
 *
 * @throws {Unavailable} when `webgpu` is not installed, or neither a GPU nor the software GPU can be used.
 */
export async function startDawn(): Promise<void> {
  if ((globalThis.navigator as Navigator | undefined)?.gpu) return;
  const { create, globals } = await loadDawn();
  const driver = useVulkan();
  const gpu = create([]);
  if (!(await gpu.requestAdapter())) {
    throw new Unavailable(`Dawn finds no WebGPU adapter${driver ? ` with the Vulkan driver ${driver}` : ''}`);
  }
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; from 21 on it has one without `gpu`.
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

/**
 * Points the Vulkan loader at a driver that works: the machine's own, or Chromium's software GPU.
 *
 * The loader reads the variable when the first Vulkan instance is made: call it before that.
 *
 * @returns The driver file that is used, or undefined when the loader looks for drivers by itself.
 * @throws {Unavailable} when there is neither.
 */
export function useVulkan(): string | undefined {
  const { env, reason } = vulkanEnvironment();
  if (reason !== undefined) throw new Unavailable(`${reason}; install Chromium or set VK_ICD_FILENAMES`);
  Object.assign(process.env, env);
  return process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES || undefined;
}

async function loadDawn() {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new Unavailable(`the package webgpu (Dawn) does not load: ${(error as Error).message}`);
  }
}
