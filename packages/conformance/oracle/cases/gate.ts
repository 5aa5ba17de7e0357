// SPEC G1 to G3: which classes are tail.

import { nextAbove, nextBelow } from '../../src/floats.ts';
import type { Form } from '../../src/format.ts';
import type { Case } from '../../src/oracle/case.ts';
import { base, targetBase, vary } from '../base.ts';

const LVIS_IMAGES = 56_740;

/** Boundary thresholds, units, and the trap of single precision. */
export function gateCases(form: Form): Case[] {
  const share = (...counts: readonly number[]): number[] => counts.map((count) => count / LVIS_IMAGES);
  const boundary = share(99, 100, 101, 5000, 20_000);
  const lambda = 1.77e-3;
  const others = [0.2, 0.3, 0.4, 0.5];
  return [
    ...vary('gate', base(form), [
      {
        id: 'gate-lvis-lambda-of-the-paper',
        comment: 'Classes of 99, 100 and 101 of 56,740 images at 1.76e-3: only 99 is tail.',
        flags: ['gate-strict'],
        frequencies: boundary,
        threshold: 1.76e-3,
      },
      {
        id: 'gate-lvis-lambda-of-the-code',
        comment: 'Classes of 99, 100 and 101 of 56,740 images at 1.77e-3: 99 and 100 are tail.',
        flags: ['gate-strict'],
        frequencies: boundary,
        threshold: 1.77e-3,
      },
      {
        id: 'gate-threshold-equals-frequency',
        comment: 'A class of exactly 100 / 56,740 at λ = 100 / 56,740 is head.',
        flags: ['gate-strict'],
        frequencies: boundary,
        threshold: 100 / LVIS_IMAGES,
      },
      {
        id: 'gate-threshold-one-double-above',
        comment: 'λ one double above the frequency of class 1 makes it tail.',
        flags: ['gate-strict', 'gate-double'],
        frequencies: boundary,
        threshold: nextAbove(100 / LVIS_IMAGES),
      },
      {
        id: 'gate-threshold-one-double-below',
        comment: 'λ one double below the frequency of class 1 leaves it head.',
        flags: ['gate-strict', 'gate-double'],
        frequencies: boundary,
        threshold: nextBelow(100 / LVIS_IMAGES),
      },
      {
        id: 'gate-single-precision-would-cross',
        comment: 'f = λ = 0.00177: head, but f rounded to single precision lies below λ.',
        flags: ['gate-double'],
        frequencies: [lambda, ...others],
        threshold: lambda,
      },
      {
        id: 'gate-single-precision-would-rise',
        comment: 'f just below λ = 0.1: tail, but f rounded to single precision lies above λ.',
        flags: ['gate-double'],
        frequencies: [nextBelow(0.1), ...others],
        threshold: 0.1,
      },
      {
        id: 'gate-single-precision-would-merge',
        comment: 'f and λ differ by 1e-12 and are one number in single precision.',
        flags: ['gate-double'],
        frequencies: [lambda - 1e-12, lambda + 1e-12, ...others.slice(1)],
        threshold: lambda,
      },
      {
        id: 'gate-raw-counts',
        comment: 'Counts against the integer λ 1652: 1651 is tail, 1652 and 1653 are head.',
        flags: ['gate-unit', 'gate-strict'],
        frequencies: [1651, 1652, 1653, 900_000, 3],
        threshold: 1652,
      },
      {
        id: 'gate-raw-counts-beyond-single-precision',
        comment: 'Counts 2^53 - 1 and 2^53 against λ = 2^53.',
        flags: ['gate-unit', 'gate-double'],
        frequencies: [2 ** 53 - 1, 2 ** 53, 2 ** 53 - 2, 4, 2 ** 60],
        threshold: 2 ** 53,
      },
      {
        id: 'gate-frequencies-sum-above-one',
        comment: 'Shares of images that sum to 3.6 are taken as they are.',
        flags: ['gate-unit'],
        frequencies: [0.95, 0.9, 0.25, 0.8, 0.7],
        threshold: 0.26,
      },
      {
        id: 'gate-threshold-zero',
        comment: 'λ = 0 makes no class tail, not even one that never occurs.',
        flags: ['gate-strict', 'no-tail'],
        frequencies: [0, 0.5, 0, 1e-300, 0.2],
        threshold: 0,
      },
      {
        id: 'gate-threshold-smallest-double',
        comment: 'λ = 2^-1074 makes tail only what never occurs.',
        flags: ['gate-double'],
        frequencies: [0, 0.5, 5e-324, 1e-300, 0.2],
        threshold: 5e-324,
      },
      {
        id: 'gate-threshold-largest-double',
        comment: 'λ = 1.8e308 makes every class tail.',
        flags: ['all-tail'],
        threshold: Number.MAX_VALUE,
      },
      {
        id: 'gate-threshold-one',
        comment: 'λ = 1: all classes are tail but the one that is in every image.',
        flags: ['gate-strict', 'all-tail'],
        frequencies: [0.9, 1, 0.3, nextBelow(1), 0],
        threshold: 1,
      },
      {
        id: 'gate-all-tail',
        comment: 'Every class is tail.',
        flags: ['all-tail'],
        frequencies: [0.0001, 0.0002, 0.0003, 0.0004, 0.0005],
      },
      {
        id: 'gate-no-tail',
        comment: 'No class is tail: plain cross-entropy.',
        flags: ['no-tail'],
        frequencies: [0.1, 0.2, 0.3, 0.4, 0.5],
      },
      {
        id: 'gate-first-and-last',
        comment: 'The first and the last class are tail.',
        flags: ['gate-strict'],
        frequencies: [0.001, 0.2, 0.3, 0.4, 0.001],
      },
    ]),
    ...vary('gate, target rows', targetBase(form), [
      {
        id: 'gate-targets-all-tail',
        comment: 'Every class is tail; target rows.',
        flags: ['all-tail', 'target-rows'],
        frequencies: [0, 0, 0, 0, 0],
      },
      {
        id: 'gate-targets-no-tail',
        comment: 'No class is tail; target rows.',
        flags: ['no-tail', 'target-rows'],
        threshold: 0,
      },
      {
        id: 'gate-targets-boundary',
        comment: 'Classes of 99, 100 and 101 of 56,740 images at 1.77e-3; target rows.',
        flags: ['gate-strict', 'target-rows'],
        frequencies: boundary,
        threshold: lambda,
      },
    ]),
  ];
}
