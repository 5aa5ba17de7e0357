// The ops that backends without an engine of their own get: here the cpu backend's, under another name.

import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { engineOf } from '../engines.ts';
import { describeBackend } from '../testing.ts';
import { composedEngine } from './engine.ts';

test('a backend that nobody knows gets ops', () => {
  expect(engineOf('plain')).toBe(composedEngine);
  expect(engineOf('tensorflow')).toBe(composedEngine);
});

describeBackend(
  'plain',
  async () => {
    if (tf.findBackend('plain') === null) {
      tf.copyRegisteredKernels('cpu', 'plain');
      tf.registerBackend('plain', () => new MathBackendCPU());
    }
    await tf.setBackend('plain');
  },
  200,
);
