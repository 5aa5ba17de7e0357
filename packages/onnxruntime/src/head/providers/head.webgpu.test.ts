import { describeHead } from './testing.ts';

describeHead('webgpu', () => import('onnxruntime-node'));
