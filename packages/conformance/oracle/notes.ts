// What a test with a flag catches, and the clauses of SPEC.md behind it.

import type { Note } from '../src/format.ts';

const PAPER = 'https://arxiv.org/abs/2003.05176';

/** Notes by flag; a file carries those that its tests use. */
export const NOTES: Readonly<Record<string, Note>> = {
  'gate-strict': {
    catches: '`<=` for `<`, or another order of the comparison of frequency and threshold.',
    clauses: ['G1', 'G3'],
    links: [PAPER],
  },
  'gate-double': {
    catches: 'Frequencies or threshold in single precision, or compared anywhere but on the host.',
    clauses: ['G1', 'G2'],
  },
  'gate-unit': { catches: 'Frequencies rescaled, normalized or taken for shares.', clauses: ['G3'] },
  'all-tail': { catches: 'Batches without head classes: empty sums, positives withheld.', clauses: ['S4', 'X2', 'N1'] },
  'no-tail': { catches: 'A gate that acts where no class is tail.', clauses: ['S4', 'X7', 'G1'] },
  'gated-negatives': {
    catches: 'Tail negatives of foreground rows that still cost, or head negatives that no longer do.',
    clauses: ['S1', 'S2', 'S3', 'G6'],
  },
  'positive-kept': { catches: 'A positive that the gate or β weakens.', clauses: ['S1', 'S4', 'X1', 'X3'] },
  background: {
    catches: 'Background taken for a class, gated, or left out: E forgotten, label C as class 0 or C - 1.',
    clauses: ['G4', 'G5', 'S4', 'R1'],
  },
  'no-foreground': { catches: 'Gating in rows that are not foreground.', clauses: ['G4', 'S4'] },
  'foreground-explicit': { catches: 'An explicit foreground mask that is ignored or merged.', clauses: ['G4'] },
  'foreground-from-targets': {
    catches: 'Foreground decided by a large target, the largest one or the sum instead of any positive one.',
    clauses: ['G4'],
  },
  ignored: {
    catches: 'Label -1 taken for class 0, the last class or background; ignored rows counted by the mean.',
    clauses: ['G5', 'R1', 'R4'],
  },
  'target-rows': { catches: 'Target rows read differently from index labels.', clauses: ['G7', 'G4'] },
  'soft-targets': {
    catches: 'Soft targets taken for hard ones, or 1 - (1 - y) instead of y.',
    clauses: ['S1', 'S2', 'S3', 'X1', 'X3'],
  },
  'multi-hot': { catches: 'A single positive taken for granted.', clauses: ['G7', 'S2', 'X3'] },
  'zero-targets': { catches: 'Rows without a positive: gated, or pushed to uniform.', clauses: ['G4', 'X3', 'X4'] },
  'row-mass': { catches: 'The factor Σ y forgotten in the gradient.', clauses: ['X4'] },
  'tail-weight': { catches: 'Wrong weights of tail entries in the normalizer.', clauses: ['X1', 'X2', 'X4', 'G6'] },
  'head-untouched': {
    catches: 'β that acts on head classes; a background column with a role of its own.',
    clauses: ['X1', 'X6'],
  },
  'beta-number': { catches: 'β of 0, tiny, near 1 and 1.', clauses: ['X1', 'X5', 'X7'] },
  'beta-double': { catches: '1 - β formed in single precision, or 1 - β (1 - y) by cancellation.', clauses: ['X1'] },
  'beta-class': { catches: 'β per class applied to rows, to the label or to head classes.', clauses: ['X5', 'X1'] },
  'beta-element': { catches: 'β per element transposed or reduced to one per class.', clauses: ['X5', 'X1'] },
  'beta-drawn': {
    catches: 'Draws with another generator, counter or key than the one of the specification.',
    clauses: ['X5'],
    links: ['https://doi.org/10.1145/2063384.2063405'],
  },
  reduction: {
    catches: 'A mean over classes, weights, non-zero weights or foreground rows; a gradient without its divisor.',
    clauses: ['R1', 'R5'],
  },
  normalizer: { catches: 'A normalizer that is ignored, or applied besides the count.', clauses: ['R2', 'R5'] },
  'row-weights': {
    catches: 'Row weights left out of loss or gradient, or brought into the divisor.',
    clauses: ['R3', 'R5'],
  },
  'row-weight-zero': {
    catches: 'Rows of weight 0 left out of the count, or multiplied instead of taken out.',
    clauses: ['R3'],
  },
  empty: { catches: '0 / 0 in a batch without rows or with every row ignored.', clauses: ['R4'] },
  'excluded-maximum': {
    catches: 'A maximum over all entries, which underflows the sum; clamped exponentials.',
    clauses: ['N1', 'X2', 'S1'],
  },
  'excluded-special': {
    catches: '0 * NaN and 0 * Infinity from entries and rows that take no part.',
    clauses: ['N1', 'R3', 'G5'],
  },
  'included-special': { catches: 'NaN or Infinity lost, spread too far, or of the wrong kind.', clauses: ['N2'] },
  'largest-logits': {
    catches: 'The largest finite logits taken for infinities, or one of them for "no maximum yet".',
    clauses: ['N1', 'N2', 'X2'],
  },
  'large-logits': { catches: 'Overflow and underflow of exponentials.', clauses: ['N2', 'N3'] },
  'logit-differences': { catches: 'Digits lost in large sums before the difference is taken.', clauses: ['N3', 'N4'] },
  'no-epsilon': {
    catches: 'An epsilon in the logarithm, a clamped probability, a clamped exponential.',
    clauses: ['N2', 'N4'],
  },
  subnormal: { catches: 'Subnormal numbers and the sign of zero.', clauses: ['N2', 'N4'] },
  'double-precision': { catches: 'Single precision somewhere on the way of a double.', clauses: ['N4'] },
  'small-losses': { catches: 'Relative accuracy lost in 1 + e^-x or in 1 - p.', clauses: ['N3'] },
  shapes: { catches: 'One row, one class, squares, long rows and columns.', clauses: ['R1', 'S2', 'X2'] },
  'many-classes': { catches: 'Loops with a bound, and sums that lose accuracy over a long row.', clauses: ['N4'] },
  'row-shards': { catches: 'Shards of rows that do not add up to the whole.', clauses: ['P1', 'R2', 'X5'] },
  'class-shards': { catches: 'Shards of classes that do not add up to the whole.', clauses: ['P2', 'G4'] },
  'real-counts': { catches: 'Whatever shows only with class counts of a real data set.', clauses: ['G1', 'G3', 'N4'] },
  'real-logits': { catches: 'Whatever shows only with logits of a trained classifier.', clauses: ['N4', 'R1'] },
  'error-rank': { catches: 'Logits that are no matrix, accepted.', clauses: ['RANK'] },
  'error-row-count': {
    catches: 'Labels, targets, weights or masks of another length, broadcast or cut.',
    clauses: ['ROW_COUNT', 'G7'],
  },
  'error-class-count': { catches: 'Columns that do not fit the gate; a background column.', clauses: ['CLASS_COUNT'] },
  'error-label-range': {
    catches: 'A label clamped, wrapped, truncated or ignored.',
    clauses: ['LABEL_RANGE', 'G5', 'X6'],
  },
  'error-target-range': { catches: 'A target outside [0, 1], clamped or used.', clauses: ['TARGET_RANGE', 'G7'] },
  'error-frequency-range': {
    catches: 'An impossible frequency, compared all the same.',
    clauses: ['FREQUENCY_RANGE', 'G3'],
  },
  'error-threshold-range': { catches: 'A default λ, or an impossible one.', clauses: ['THRESHOLD_RANGE', 'G3'] },
  'error-beta-range': { catches: 'A default β, or an impossible one.', clauses: ['BETA_RANGE', 'X5'] },
  'error-foreground-range': { catches: 'A foreground entry taken for true.', clauses: ['FOREGROUND_RANGE', 'G4'] },
  'error-row-weight-range': { catches: 'A negative or infinite row weight.', clauses: ['ROW_WEIGHT_RANGE', 'R3'] },
  'error-reduction': { catches: 'An unknown reduction taken for the default.', clauses: ['REDUCTION', 'R1'] },
  'error-normalizer-range': {
    catches: 'A normalizer that divides by 0, or has no effect.',
    clauses: ['NORMALIZER_RANGE', 'R2'],
  },
  'error-dtype': { catches: 'Integer logits, converted silently.', clauses: ['DTYPE'] },
  'error-unsupported': {
    catches: 'Inputs that contradict the form or each other, silently preferred.',
    clauses: ['UNSUPPORTED', 'G7', 'S5', 'X6'],
  },
  'error-disposed': { catches: 'Work after release.', clauses: ['DISPOSED'] },
};
