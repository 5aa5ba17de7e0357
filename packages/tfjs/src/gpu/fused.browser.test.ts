import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { describeEngine } from './testing.ts';
import { webglEngine } from './webgl.ts';
import { webgpuEngine } from './webgpu.ts';

for (const [name, engine] of [
  ['webgl', webglEngine],
  ['webgpu', webgpuEngine],
] as const) {
  const start = async () => {
    await tf.setBackend(name);
    // Small tensors would run on the CPU.
    tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
  };
  describeEngine(name, engine, start, 20);
}
