// WebGPU in plain Node: Dawn (npm `webgpu`), on the machine's GPU if it has one that works, else on the software GPU
// that every Chromium brings along. For the apps, which run with the workspace's own Node.

import { vulkanEnvironment } from './vulkan.mjs';

/**
 * Gives this process what WebGPU code expects of a page: `navigator.gpu` and the globals (`GPUBufferUsage`, …).
 *
 * Call it before importing an engine: tfjs and gpu.js look for `navigator.gpu` while they load. A second call does
 * nothing. Works on the main thread only: a worker's environment variables do not reach the Vulkan loader.
 *
 * @returns {Promise<string | undefined>} Why it cannot work here: `webgpu` is not installed, or neither a GPU nor the
 * software GPU can be used.
 */
export async function startDawn() {
  if (globalThis.navigator?.gpu) return undefined;
  const dawn = await loadDawn();
  if (dawn.reason !== undefined) return dawn.reason;
  const { driver, reason } = useVulkan();
  if (reason !== undefined) return reason;
  const gpu = dawn.create([]);
  if (!(await gpu.requestAdapter())) {
    return `Dawn finds no WebGPU adapter${driver ? ` with the Vulkan driver ${driver}` : ''}`;
  }
  Object.assign(globalThis, dawn.globals);
  // Node 20 has no navigator; from 21 on it has one without `gpu`.
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return undefined;
}

/**
 * Points the Vulkan loader at a driver that works: the machine's own, or Chromium's software GPU.
 *
 * The loader reads the variable when the first Vulkan instance is made: call it before that.
 *
 * @returns {{ driver?: string, reason?: string }} `driver`: the driver file that is used, undefined when the loader looks
 * for drivers by itself. `reason`: why there is none.
 */
export function useVulkan() {
  const { env, reason } = vulkanEnvironment();
  if (reason !== undefined) return { reason: `${reason}; install Chromium or set VK_ICD_FILENAMES` };
  Object.assign(process.env, env);
  return { driver: process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES || undefined };
}

async function loadDawn() {
  try {
    return await import('webgpu');
  } catch (error) {
    return { reason: `the package webgpu (Dawn) does not load: ${error.message}` };
  }
}
