// A gradient that is made with its loss, from then until it is asked for.
//
// tfjs's own way, `save`, clones: the wasm backend copies then, and so there would be two gradients beside the logits.

import * as tf from '@tensorflow/tfjs-core';

interface Held {
  /** tfjs's record of what was computed: an array that is made anew for each outermost gradient. */
  readonly tape: unknown;
  readonly gradient: tf.Tensor;
  /** Where the gradient lies. */
  readonly backend: unknown;
  readonly backendName: string;
}

// A tape that leads past a loss never asks for its gradient, and does not tell when it ends: what it left behind is disposed
// of by the next loss. So what is held must be known to all losses.
const all = new Set<Held>();

/**
 * Keeps a gradient until it is asked for, or its tape is over.
 *
 * @returns Gives the gradient, as a tensor of the current scope: a copy as long as tfjs may ask once more, else the held one,
 * which the receiver may change.
 */
export function hold(gradient: tf.Tensor): () => tf.Tensor {
  const tape = tf.engine().state.activeTape;
  for (const old of all) if (old.tape !== tape) drop(old);
  const held: Held = { tape, gradient: tf.keep(gradient), backend: tf.backend(), backendName: tf.getBackend() };
  all.add(held);
  return () => {
    // Within another gradient the tape goes on, and may come by again.
    if (tf.engine().state.gradientDepth > 0) return tf.tensor(gradient.dataSync().slice(), gradient.shape);
    // The same data, without a copy on any backend.
    const given = tf.reshape(gradient, gradient.shape);
    drop(held);
    return given;
  };
}

function drop(held: Held): void {
  all.delete(held);
  // A backend that was removed has taken its tensors with it, and must not be asked.
  if (tf.findBackend(held.backendName) === held.backend) held.gradient.dispose();
}
