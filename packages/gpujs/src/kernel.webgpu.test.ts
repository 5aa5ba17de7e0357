// WebGPU in Node: Dawn, from the package webgpu.

import { create, globals } from 'webgpu';
import { describeMode } from './testing.ts';

describeMode(
  'webgpu',
  async () => {
    // gpu.js looks for navigator.gpu when it loads.
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
    const { GPU } = await import('gpu.js');
    return new GPU({ mode: 'webgpu' });
  },
  15,
);
