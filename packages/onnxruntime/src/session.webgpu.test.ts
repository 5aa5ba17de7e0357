// onnxruntime-node's own WebGPU provider. It looks for a Vulkan driver by itself and needs no `navigator.gpu`.

import { describeProvider } from './testing.ts';

describeProvider('webgpu', () => import('onnxruntime-node'), 60);
