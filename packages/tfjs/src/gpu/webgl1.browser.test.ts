import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { describeEngine } from './testing.ts';
import { webglEngine } from './webgl.ts';

// GLSL ES 1.00: bounds of loops are constants, and there are no bits to look at.
describeEngine(
  'webgl',
  webglEngine,
  async () => {
    tf.env().set('WEBGL_VERSION', 1);
    await tf.setBackend('webgl');
    tf.env().set('WEBGL_CPU_FORWARD', false);
    expect(tf.env().getNumber('WEBGL_VERSION')).toBe(1);
  },
  5,
);
