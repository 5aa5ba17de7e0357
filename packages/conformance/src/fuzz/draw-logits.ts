// Logits of a drawn batch: one style a batch, then what excluded entries may hold, and what included ones may not hide.

import type { Dtype, Form } from '../format.ts';
import type { Case, Grid } from '../oracle/case.ts';
import type { Dice } from './dice.ts';
import { isExcluded } from './roles.ts';

const SIZES: readonly number[] = [0, -0, 0.5, 1, 20, 37, 88.8, 104, 750, 1e4];
const EXCLUDED: readonly number[] = [1e4, 3e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const SPECIAL: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/**
 * Draws the logits of a batch that is whole but for them.
 *
 * @param options `relative`: the losses are judged by their digits, so they stay where digits are kept (SPEC N3).
 */
export function drawLogits(
  dice: Dice,
  form: Form,
  given: Case,
  options: { readonly dtype: Dtype; readonly relative: boolean },
): Grid {
  const { shape } = given.logits;
  const [rows, classes] = shape;
  const style = dice.pick(options.relative ? RELATIVE : STYLES)(dice, options.dtype);
  const data = dice.many(rows * classes, style);
  if (options.relative) return { shape, data };
  const shouts = dice.oneIn(3);
  const breaks = dice.oneIn(7);
  for (let at = 0; at < data.length; at++) {
    const excluded = isExcluded(form, given, Math.floor(at / classes), at % classes);
    if (excluded && shouts && dice.oneIn(2)) data[at] = dice.pick(EXCLUDED);
    if (!excluded && breaks && dice.oneIn(4)) data[at] = dice.pick(SPECIAL);
  }
  return { shape, data };
}

/** Makes the generator of a batch's logits. */
type Style = (dice: Dice, dtype: Dtype) => () => number;

/** An even number in ±spread, with as many digits as the precision holds. */
const within =
  (spread: number): Style =>
  (dice, dtype) =>
  () => {
    const value = ((dice.below(2 ** 20) - 2 ** 19) / 2 ** 19) * spread;
    return dtype === 'float32' ? Math.fround(value) : value;
  };

/** Near a large logit, where differences are small. */
const offset: Style = (dice, dtype) => {
  const centre = dice.pick([-1, 1]) * dice.pick([100, 1000, 9000]);
  const noise = within(4)(dice, dtype);
  return () => (dtype === 'float32' ? Math.fround(centre + noise()) : centre + noise());
};

const ties: Style = (dice) => {
  const values = dice.many(2, () => dice.pick([-1, 1]) * dice.pick(SIZES));
  return () => dice.pick(values);
};

const extremes: Style = (dice) => () => dice.pick([-1, 1]) * dice.pick(SIZES);

const subnormal: Style = (dice, dtype) => () =>
  dice.pick([-1, 1]) * dice.pick(dtype === 'float32' ? [1e-45, 1e-40, 0, 1] : [5e-324, 1e-310, 1e-45, 0, 1]);

const STYLES: readonly Style[] = [within(4), within(4), within(40), within(1e4), offset, ties, extremes, subnormal];
const RELATIVE: readonly Style[] = [within(4), within(30), within(60)];
