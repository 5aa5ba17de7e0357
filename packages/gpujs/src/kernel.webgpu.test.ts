// WebGPU in Node: Dawn, from the package webgpu.

import { create, globals } from 'webgpu';
import { describeMode, type TestGpu } from '../test/mode.ts';

// gpu.js looks for navigator.gpu when it loads. Once only: Dawn crashes when an instance is collected before its devices.
Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });

describeMode(
  'webgpu',
  async () => {
    const { GPU } = await import('gpu.js');
    return new GPU({ mode: 'webgpu' }) as unknown as TestGpu;
  },
  15,
);
