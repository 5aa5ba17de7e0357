import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { describeBackend, describeGpuInputs } from './testing.ts';

for (const name of ['webgl', 'webgpu']) {
  const start = async () => {
    await tf.setBackend(name);
    // Small tensors would run on the CPU.
    tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
  };
  describeBackend(name, start, 15);
  describeGpuInputs(name, start);
}
