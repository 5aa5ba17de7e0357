// Path `copy`: what any loss must do at least, read 4 bytes and write 4 bytes a logit.

import type { Path } from '../path.ts';

/** The yardstick. */
export async function createPath(): Promise<Path> {
  return {
    environment: {},
    open: (inputs) => {
      const logits = inputs.readLogits();
      const gradient = new Float32Array(logits.length);
      return {
        run: () => gradient.set(logits),
        outputs: () => ({ loss: 0, gradient }),
        close: () => {},
      };
    },
  };
}
