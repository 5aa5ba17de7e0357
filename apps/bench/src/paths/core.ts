// Paths `core` and `core-single`: what core computes itself, into arrays that it makes.

import { type LossResult, type SingleLossResult, sigmoidEql, softmaxEql } from '@eqloss/core';
import type { Path, PathOptions } from '../path.ts';

/** @param options `backend`: `single` for core's fast path, else the reference in double. */
export async function createPath({ backend }: PathOptions): Promise<Path> {
  const precision = backend === 'single' ? 'single' : 'double';
  return {
    environment: { precision },
    open: (inputs) => {
      const { gate, labels, beta } = inputs;
      const batch = { gate, labels, logits: inputs.readLogits() };
      const sigmoid = inputs.of.form === 'sigmoid';
      let result: LossResult | SingleLossResult | undefined;
      return {
        run: () => {
          const options = { precision } as { readonly precision: 'double' };
          result = sigmoid ? sigmoidEql(batch, options) : softmaxEql({ ...batch, beta }, options);
        },
        outputs: () => result as LossResult | SingleLossResult,
        close: () => {},
      };
    },
  };
}
