// Where trainings run: in this process, or in a page of Chromium.

import type { Method } from './methods.ts';
import type { Training, TrainOptions } from './train.ts';

/** Where each mode of gpu.js runs; the first is the default there. */
export const modes = {
  node: ['webasm', 'cpu', 'webgpu'],
  chromium: ['webgl2', 'webgpu', 'webasm', 'cpu'],
} as const;

/** As the command line has it. */
export type PlaceName = keyof typeof modes;

/** Runs one training after the other. */
export interface Place {
  /** What runs them, with its version. */
  readonly runtime: string;
  start(method: Method, options: TrainOptions): Promise<Training>;
  close(): Promise<void>;
}

/**
 * Opens a place. Node's is left unloaded where it is not wanted, and so is the browser.
 *
 * @throws {Error} when there is no Chromium, or no WebGPU where that is the mode.
 */
export async function openPlace(name: PlaceName, mode: TrainOptions['mode']): Promise<Place> {
  return name === 'node' ? (await import('./node.ts')).openNode(mode) : (await import('./chromium.ts')).openChromium();
}
