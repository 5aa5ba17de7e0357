// Path `typescript-naive`: what one writes first. A loop with exp and log1p per element, stable but nothing more.

import type { Inputs } from '../inputs.ts';
import type { Path } from '../path.ts';

/** The loss without a package. */
export async function createPath(): Promise<Path> {
  return {
    environment: {},
    open: (inputs) => {
      const logits = inputs.readLogits();
      const gradient = new Float32Array(logits.length);
      const work = inputs.of.form === 'sigmoid' ? sigmoid : softmax;
      let loss = Number.NaN;
      return {
        run: () => {
          loss = work(inputs, logits, gradient);
        },
        outputs: () => ({ loss, gradient }),
        close: () => {},
      };
    },
  };
}

function sigmoid({ of: { rows, classes }, gate, labels }: Inputs, logits: Float32Array, gradient: Float32Array) {
  const { tail } = gate;
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const label = labels[i];
    const foreground = label < classes;
    for (let j = 0; j < classes; j++) {
      const at = i * classes + j;
      if (foreground && tail[j] === 1 && j !== label) {
        gradient[at] = 0;
        continue;
      }
      const z = logits[at];
      const y = j === label ? 1 : 0;
      const e = Math.exp(-Math.abs(z));
      loss += Math.max(z, 0) - y * z + Math.log1p(e);
      gradient[at] = ((z >= 0 ? 1 : e) / (1 + e) - y) / rows;
    }
  }
  return loss / rows;
}

function softmax({ of: { rows, classes }, gate, labels, beta }: Inputs, logits: Float32Array, gradient: Float32Array) {
  const { tail } = gate;
  const drawn = typeof beta === 'object' ? beta : undefined;
  const fixed = typeof beta === 'number' ? beta : 0;
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const label = labels[i];
    const start = i * classes;
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, logits[start + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const w = k === label ? 1 : 1 - (drawn ? drawn[start + k] : fixed) * tail[k];
      const e = w * Math.exp(logits[start + k] - max);
      gradient[start + k] = e;
      sum += e;
    }
    loss += Math.log(sum) + max - logits[start + label];
    for (let k = 0; k < classes; k++) {
      gradient[start + k] = (gradient[start + k] / sum - (k === label ? 1 : 0)) / rows;
    }
  }
  return loss / rows;
}
