// SPEC S1 to S4, G4 and G5: which entries of a row count in the sigmoid form.

import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, targetBase, vary, withEntries } from '../base.ts';

/** Foreground, background, ignored rows, and every kind of target. */
export function sigmoidCases(): Case[] {
  return [...labelCases(), ...foregroundCases(), ...targetCases()];
}

function labelCases(): Case[] {
  return vary('labels', base('sigmoid'), [
    {
      id: 'labels-head-and-tail',
      comment: 'Head and tail labels: a tail label keeps its own gradient, other tail classes are spared.',
      flags: ['gated-negatives', 'positive-kept'],
    },
    {
      id: 'labels-all-tail-classes',
      comment: 'Every row has a tail label.',
      flags: ['positive-kept', 'gated-negatives'],
      labels: [1, 3, 3, 1],
    },
    {
      id: 'labels-last-class',
      comment: 'Label C - 1 is a class, not background.',
      flags: ['background'],
      labels: [4, 4, 0, 4],
    },
    {
      id: 'labels-background',
      comment: 'A background row (label C) gates nothing and has no positive.',
      flags: ['background', 'gated-negatives'],
      labels: [0, 5, 3, 5],
    },
    {
      id: 'labels-all-background',
      comment: 'Only background rows: plain sigmoid cross-entropy of negatives.',
      flags: ['background', 'no-foreground'],
      labels: [5, 5, 5, 5],
    },
    {
      id: 'labels-all-tail-leaves-the-positive',
      comment: 'With every class tail, a foreground row keeps its positive only and a background row everything.',
      flags: ['positive-kept', 'all-tail', 'background'],
      labels: [0, 5, 2, 4],
      threshold: 2,
    },
  ]);
}

function foregroundCases(): Case[] {
  return [
    ...vary('foreground', base('sigmoid'), [
      {
        id: 'foreground-off',
        comment: 'Explicit foreground 0 on labelled rows: nothing is gated.',
        flags: ['foreground-explicit', 'no-foreground'],
        foreground: [0, 0, 0, 0],
      },
      {
        id: 'foreground-on-for-background',
        comment: 'Explicit foreground 1 on background rows: their tail negatives are withheld.',
        flags: ['foreground-explicit', 'background'],
        labels: [5, 5, 5, 5],
        foreground: [1, 1, 1, 1],
      },
      {
        id: 'foreground-mixed',
        comment: 'Explicit foreground against the labels in both directions.',
        flags: ['foreground-explicit', 'background'],
        labels: [0, 5, 3, 5],
        foreground: [0, 1, 1, 0],
      },
      {
        id: 'foreground-agrees',
        comment: 'Explicit foreground that says what the labels say changes nothing.',
        flags: ['foreground-explicit'],
        labels: [0, 5, 3, 5],
        foreground: [1, 0, 1, 0],
      },
      {
        id: 'foreground-on-ignored',
        comment: 'An ignored row stays ignored whatever foreground says.',
        flags: ['foreground-explicit', 'ignored'],
        labels: [-1, 2, -1, 5],
        foreground: [1, 1, 0, 1],
        reduction: 'mean',
      },
    ]),
    ...vary('foreground, target rows', targetBase('sigmoid'), [
      {
        id: 'foreground-targets-off',
        comment: 'Explicit foreground 0 over positive target rows.',
        flags: ['foreground-explicit', 'target-rows'],
        foreground: [0, 0, 0, 0],
      },
      {
        id: 'foreground-targets-on-for-zero-row',
        comment: 'Explicit foreground 1 on a row whose targets are all zero.',
        flags: ['foreground-explicit', 'target-rows'],
        foreground: [0, 1, 0, 1],
      },
    ]),
  ];
}

function targetCases(): Case[] {
  const tiny = 2 ** -30;
  return vary('target rows', targetBase('sigmoid'), [
    {
      id: 'targets-every-kind',
      comment: 'Soft, one-hot, multi-hot and all-zero target rows.',
      flags: ['target-rows', 'soft-targets', 'multi-hot', 'zero-targets'],
    },
    {
      id: 'targets-one-hot',
      comment: 'One-hot rows: what index labels give.',
      flags: ['target-rows', 'positive-kept'],
      targets: grid([
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0],
      ]),
    },
    {
      id: 'targets-all-zero',
      comment: 'All rows zero: background, nothing is gated.',
      flags: ['target-rows', 'zero-targets', 'no-foreground'],
      targets: grid([
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ]),
    },
    {
      id: 'targets-all-one',
      comment: 'Every class is positive in every row: the gate has nothing to withhold.',
      flags: ['target-rows', 'multi-hot', 'positive-kept'],
      targets: { shape: [4, 5], data: Array.from({ length: 20 }, () => 1) },
    },
    {
      id: 'targets-soft-on-tail',
      comment: 'Soft targets on tail classes: their weight is the target itself.',
      flags: ['soft-targets', 'target-rows'],
      targets: grid([
        [0, 0.75, 0, 0.125, 0],
        [0.1, 0.2, 0.3, 0.4, 0.5],
        [0, 0, 0, 0.99, 0],
        [0.9, 0.01, 0, 0.01, 0.08],
      ]),
    },
    {
      id: 'targets-tiny-positive-is-foreground',
      comment: 'A target of 2^-30 on a head class makes the row foreground.',
      flags: ['foreground-from-targets', 'target-rows', 'soft-targets'],
      targets: grid([
        [tiny, 0, 0, 0, 0],
        [0, 0, 0, 0, 1e-30],
        [0, 0, 0, 0, 0],
        [0, 0, 0.25, 0, 0],
      ]),
    },
    {
      id: 'targets-tiny-on-tail',
      comment: 'A target of 2^-26 on a tail class with a large logit: the weight is 2^-26, not 0 and not 1.',
      flags: ['soft-targets', 'target-rows'],
      logits: withEntries(logits('targets-tiny', 4, 5), [
        [0, 1, 9e3],
        [1, 3, -9e3],
      ]),
      targets: grid([
        [1, 2 ** -26, 0, 0, 0],
        [0, 0, 1, 2 ** -26, 0],
        [0, 2 ** -26, 0, 0, 0],
        [0, 0, 0, 1 - 2 ** -20, 0],
      ]),
    },
    {
      id: 'targets-rows-sum-above-one',
      comment: 'Targets need not sum to 1.',
      flags: ['multi-hot', 'target-rows', 'soft-targets'],
      targets: grid([
        [1, 1, 1, 1, 0.5],
        [0.7, 0.7, 0.7, 0.7, 0.7],
        [0, 1, 0, 1, 0],
        [1, 0, 0, 0, 1],
      ]),
    },
  ]);
}
