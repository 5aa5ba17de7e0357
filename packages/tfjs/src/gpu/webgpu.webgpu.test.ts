// The programs for webgpu in Node, on Dawn. tfjs looks for navigator.gpu while it loads, so what imports it comes after.

import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-webgpu');
const { webgpuEngine } = await import('./webgpu.ts');
const { describeEngine } = await import('./testing.ts');

async function start(): Promise<void> {
  await tf.setBackend('webgpu');
  // Small tensors would run on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
}

describeEngine('webgpu', webgpuEngine, start, 40);
