import { describeProvider } from './testing.ts';

describeProvider(
  'wasm',
  async () => {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.numThreads = 1;
    return ort;
  },
  60,
);
describeProvider('webgpu', () => import('onnxruntime-web/webgpu'), 30);
