import { describeHead } from './testing.ts';

describeHead('wasm', async () => {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  return ort;
});
describeHead('webgpu', () => import('onnxruntime-web/webgpu'));
