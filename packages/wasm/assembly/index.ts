// The exports of the module. Memory is imported, and all of it belongs to the host: it says where everything lies.

import { exponential, logOf, logOnePlus, multiplyAdd } from './arithmetic';
import { C2, C3, C4, C5, constant, LOG2E, LOWEST, MAGIC, MINUS_LN2, MINUS_LN2_REST, ONE } from './constants';

export { placeConstants } from './constants';
export { draw } from './draws';
export { sigmoid } from './sigmoid';
export { softmax } from './softmax';
export { logOf, logOnePlus };

/** Whether `multiplyAdd` rounds once: of a, b = 1 + 2^-12 and c = -1 only the fused one keeps 2^-24. */
export function isFused(a: f32, c: f32): bool {
  const sum = multiplyAdd(f32x4.splat(a), f32x4.splat(a), f32x4.splat(c));
  return f32x4.extract_lane(sum, 0) == <f32>(2.0 ** -11 + 2.0 ** -24);
}

/** e^x in place, for `bytes` (a multiple of 16) from `at` on: what the error bound is tested with. */
export function exponentials(at: usize, bytes: usize): void {
  for (const end = at + bytes; at < end; at += 16) {
    const e = exponential(
      v128.load(at),
      constant(LOWEST),
      constant(LOG2E),
      constant(MAGIC),
      constant(MINUS_LN2),
      constant(MINUS_LN2_REST),
      constant(ONE),
      constant(C2),
      constant(C3),
      constant(C4),
      constant(C5),
    );
    v128.store(at, e);
  }
}
