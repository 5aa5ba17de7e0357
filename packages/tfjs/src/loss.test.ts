import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { describeBackend } from './testing.ts';

for (const name of ['cpu', 'wasm']) {
  describeBackend(name, async () => void (await tf.setBackend(name)), 200);
}
