// Paths of @eqloss/tfjs: logits go up as a tensor, loss and gradient come back as arrays.

import { sigmoidEql, softmaxEql } from '@eqloss/tfjs';
import type * as Engine from '@tensorflow/tfjs-core';
import type { Path, PathOptions } from '../../../../bench/src/path.ts';
import { startBackend } from '../../../src/targets/tfjs.ts';

/** @throws {Unavailable} when the backend does not start. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  const tf = await startBackend(backend);
  return {
    environment: { engine: `TensorFlow.js ${tf.version_core}`, backend: tf.getBackend() },
    open: (inputs) => {
      const { of, gate, labels, beta = 0 } = inputs;
      const data = inputs.readLogits();
      const step = tf.valueAndGrad((z: Engine.Tensor) =>
        of.form === 'sigmoid' ? sigmoidEql(labels, z, gate) : softmaxEql(labels, z, gate, { beta }),
      );
      let loss = Number.NaN;
      let gradient = new Float32Array(0);
      return {
        run: async () => {
          const logits = tf.tensor2d(data, [of.rows, of.classes]);
          const { value, grad } = step(logits);
          // The gradient first: a GPU works in order, and the loss is there by then.
          gradient = (await grad.data()) as Float32Array<ArrayBuffer>;
          [loss] = await value.data();
          tf.dispose([logits, value, grad]);
        },
        outputs: () => ({ loss, gradient }),
        close: () => {},
      };
    },
  };
}
