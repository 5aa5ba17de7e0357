// The webgpu backend in Node: Dawn, from the package webgpu. tfjs looks for navigator.gpu while it loads, so what
// imports tfjs is imported after it is there.

import '@tensorflow/tfjs-backend-cpu';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-webgpu');
const { describeBackend, describeGpuInputs } = await import('./testing.ts');

async function start(): Promise<void> {
  await tf.setBackend('webgpu');
  // Small tensors would run on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
}

describeBackend('webgpu', start, 20);

describeGpuInputs('webgpu', start);
