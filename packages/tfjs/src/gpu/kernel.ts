// Runs one program as a kernel of tfjs, so that tf.profile and tf.time see it by name and tfjs owns its memory.

import * as tf from '@tensorflow/tfjs-core';

/** How a backend computes one output from some inputs. */
export type Run = (backend: unknown, inputs: readonly tf.TensorInfo[]) => tf.TensorInfo;

/**
 * Runs a program on the current backend.
 *
 * The kernel itself is the same whoever registered it first, another copy of this package included: what to run comes with the
 * call.
 *
 * @param name As tf.profile shows it.
 * @param inputs By the names that the program's text has for them, in order.
 */
export function runKernel(name: string, inputs: Readonly<Record<string, tf.Tensor>>, run: Run): tf.Tensor {
  const kernelName = `Eqloss${name}`;
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName) === undefined) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (call) => {
        const { backend, attrs } = call as unknown as Call;
        return attrs.run(backend, Object.values(call.inputs) as tf.TensorInfo[]);
      },
    });
  }
  const attrs = { run } as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(kernelName, inputs as tf.NamedTensorMap, attrs);
}

interface Call {
  readonly backend: unknown;
  readonly attrs: { readonly run: Run };
}
