// Draws batches that are meant to hurt: tiny, at the edges of every rule, within what a target claims.
//
// Where SPEC N4 asks for what N3 excuses, nothing is drawn: a row weight of 1e6 over a small loss of which single
// precision may keep no digits. Heavy weights come with losses that keep theirs.

import { nextAbove, nextBelow } from '../floats.ts';
import type { Dtype, Form } from '../format.ts';
import { type Case, exactInputs, type Grid } from '../oracle/case.ts';
import { createRandom } from '../oracle/random.ts';
import { refusalsOf } from '../oracle/refusal.ts';
import type { Feature, Supports } from '../target.ts';
import { type Dice, diceOf } from './dice.ts';
import { drawLogits } from './draw-logits.ts';
import { spoilBatch } from './spoil.ts';

/** A batch with the form it is for. */
export interface Batch {
  readonly form: Form;
  readonly given: Case;
}

/**
 * Draws one batch. The same seed, id and claims give the same batch, on every machine.
 *
 * @param seed An integer in [0, 2^32).
 * @param supports What the target claims. A batch may still need more, rarely: see `fitTest`.
 */
export function drawBatch(seed: number, id: string, supports: Supports): Batch {
  const dice = diceOf(createRandom(seed, id));
  for (;;) {
    const form = dice.pick(supports.forms);
    const valid = drawValid(dice, form, id, supports);
    const given = exactInputs(dice.oneIn(8) ? spoilBatch(dice, form, valid, supports.features) : valid);
    const [code, other] = refusalsOf(form, given);
    // Two codes: the specification does not say which of them is told.
    if (other === undefined) return { form, given: { ...given, error: code } };
  }
}

const SHARES: readonly number[] = [0, 1e-4, 0.00102, 1.76e-3, 100 / 56_740, 0.0068, 0.1, 0.31, 1];
const COUNTS: readonly number[] = [0, 1, 9, 10, 99, 100, 101, 56_740];

function drawValid(dice: Dice, form: Form, id: string, supports: Supports): Case {
  const dtype = dice.pick(supports.dtypes);
  const has = (feature: Feature) => supports.features.includes(feature);
  const rows = dice.pick([0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6]);
  const classes = dice.pick([1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 9, 17, 40]);
  const pool = dice.pick([SHARES, COUNTS]);
  const frequencies = dice.many(classes, () => dice.pick(pool));
  const kinds = (['index-labels', 'index-labels', 'target-rows'] as const).filter(has);
  const labelled = kinds.length === 0 || dice.pick(kinds) === 'index-labels';
  const reduction = dice.pick(supports.reductions);
  const plain: Case = {
    id,
    comment: 'Drawn.',
    flags: ['drawn'],
    group: 'drawn',
    dtypes: [dtype],
    logits: { shape: [rows, classes], data: [] },
    frequencies,
    threshold: drawThreshold(dice, frequencies),
    ...(labelled
      ? { labels: drawLabels(dice, form, rows, classes, has) }
      : { targets: drawTargets(dice, rows, classes, dtype) }),
    ...(form === 'sigmoid' &&
      has('foreground') &&
      dice.oneIn(4) && { foreground: dice.many(rows, () => dice.below(2)) }),
    ...(form === 'softmax' && { beta: drawBeta(dice, rows, classes, has) }),
    reduction,
  };
  const keepsDigits = form === 'sigmoid' ? isHard(plain) : labelled && dtype === 'float64';
  const weighed: Case = {
    ...plain,
    ...(has('row-weights') && dice.oneIn(3) && { rowWeights: drawWeights(dice, rows, dtype, keepsDigits) }),
    ...(has('normalizer') &&
      reduction === 'mean' &&
      dice.oneIn(3) && { normalizer: dice.pick([1, 0.5, 1 / 3, 7.5, 512, 1e6, ...(keepsDigits ? [1e-3] : [])]) }),
  };
  const relative = keepsDigits && dice.oneIn(6);
  return {
    ...weighed,
    logits: drawLogits(dice, form, weighed, { dtype, relative }),
    ...(relative && { judge: 'relative' as const }),
  };
}

function drawThreshold(dice: Dice, frequencies: readonly number[]): number {
  const at = dice.pick(frequencies);
  const above = nextAbove(Math.max(...frequencies));
  return dice.pick([
    at,
    at,
    nextAbove(at),
    at > 0 ? nextBelow(at) : 0,
    Math.fround(at),
    0,
    above,
    Number.MAX_VALUE,
    dice.pick(SHARES),
    dice.pick(COUNTS),
  ]);
}

function drawLabels(
  dice: Dice,
  form: Form,
  rows: number,
  classes: number,
  has: (feature: Feature) => boolean,
): number[] {
  return dice.many(rows, () => {
    if (has('ignored-rows') && dice.oneIn(8)) return -1;
    if (form === 'sigmoid' && has('background') && dice.oneIn(5)) return classes;
    return dice.below(classes);
  });
}

/** One kind a row. In single precision nothing subnormal: an engine may flush it to 0. */
function drawTargets(dice: Dice, rows: number, classes: number, dtype: Dtype): Grid {
  const tiny = dtype === 'float32' ? [2 ** -100] : [2 ** -100, 1e-300, 1e-310, 5e-324];
  const near = dtype === 'float32' ? 1 - 2 ** -24 : 1 - 2 ** -53;
  const data = dice
    .many(rows, () => {
      const kind = dice.pick(['one-hot', 'multi-hot', 'soft', 'edges', 'zero', 'mixed']);
      const label = dice.below(classes);
      return dice.many(classes, (j) => {
        if (kind === 'one-hot') return Number(j === label);
        if (kind === 'multi-hot') return dice.below(2);
        if (kind === 'soft') return dice.below(9) / 8;
        if (kind === 'edges') return dice.pick([0, 0, 1, near, dice.pick(tiny)]);
        return kind === 'zero' ? 0 : dice.pick([0, 0, 1, 0.5, 0.1]);
      });
    })
    .flat();
  return { shape: [rows, classes], data };
}

/** Whether every target is 0 or 1: what a label could say of its own class. */
function isHard({ targets }: Case): boolean {
  return targets === undefined || Array.from(targets.data).every((y) => y === 0 || y === 1);
}

const BETAS: readonly number[] = [
  ...[0, 1, 1, 0.9, 0.9, 0.5, 0.1, 0.99],
  ...[1e-300, 5e-324, 2 ** -53, 1 - 2 ** -24, 1 - 2 ** -40, 1 - 2 ** -53],
];

function drawBeta(dice: Dice, rows: number, classes: number, has: (feature: Feature) => boolean): number | Grid {
  const kinds = (['beta-scalar', 'beta-class', 'beta-element'] as const).filter(has);
  const kind = kinds.length === 0 ? 'beta-scalar' : dice.pick(kinds);
  if (kind === 'beta-scalar') return dice.pick(BETAS);
  const pool = dice.pick([BETAS, [0, 1]]);
  const shape = kind === 'beta-class' ? [classes] : [rows, classes];
  return { shape, data: dice.many(kind === 'beta-class' ? classes : rows * classes, () => dice.pick(pool)) };
}

function drawWeights(dice: Dice, rows: number, dtype: Dtype, keepsDigits: boolean): number[] {
  const tiny = dtype === 'float32' ? 2 ** -100 : 1e-300;
  const pools = [[0, 1, 2.5], [1], [0], [0.25, 1, 3], [tiny], [0, tiny, 1]];
  const heavy = [
    [1e6, 2 ** 20],
    [0, 1, 1e6],
  ];
  const pool = dice.pick(keepsDigits ? [...pools, ...heavy] : pools);
  return dice.many(rows, () => dice.pick(pool));
}
