// WebGPU in plain Node, as targets want it: what is missing is thrown. For targets that run in Node only: this file uses
// Node's own modules.

import { Unavailable } from '@eqloss/conformance/protocol';
import * as dawn from '../../../scripts/dawn.mjs';

/**
 * Gives this process `navigator.gpu`; see scripts/dawn.mjs. Call it before importing an engine.
 *
 * @throws {Unavailable} when `webgpu` is not installed, or neither a GPU nor the software GPU can be used.
 */
export async function startDawn(): Promise<void> {
  const reason = await dawn.startDawn();
  if (reason !== undefined) throw new Unavailable(reason);
}

/**
 * Points the Vulkan loader at a driver that works; see scripts/dawn.mjs.
 *
 * @returns The driver file that is used, or undefined when the loader looks for drivers by itself.
 * @throws {Unavailable} when there is neither a GPU nor the software GPU.
 */
export function useVulkan(): string | undefined {
  const { driver, reason } = dawn.useVulkan();
  if (reason !== undefined) throw new Unavailable(reason);
  return driver;
}
