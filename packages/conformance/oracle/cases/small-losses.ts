// SPEC N3: small losses and their gradients, which keep their digits.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, FREQUENCIES, vary } from '../base.ts';

/** Judged by digits alone: an implementation that forms 1 + e^-x, or p - 1, in its own precision loses them. */
export function smallLossCases(form: Form): Case[] {
  const flags = ['small-losses'];
  const judge = 'relative';
  if (form === 'sigmoid') {
    const sizes = [10, 15.25, 20, 30.5, 45, 60];
    const row = (size: number, label: number): number[] => [0, 1, 2].map((j) => (j === label ? size : -size - j));
    const shared = { judge, frequencies: FREQUENCIES.slice(0, 3) } as const;
    return vary('small losses', base('sigmoid'), [
      ...(['none', 'sum', 'mean'] as const).map((reduction) => ({
        ...shared,
        id: `small-losses-${reduction}`,
        comment: 'Every entry agrees with its label by 10 to 60: losses from 1e-4 down to 1e-26.',
        flags,
        logits: grid(sizes.map((size, i) => row(size, i % 3))),
        labels: sizes.map((_, i) => i % 3),
        reduction,
      })),
      ...sizes.map((size) => ({
        ...shared,
        id: `small-losses-background-${String(size).replace('.', '-')}`,
        comment: `A background row of -${size}: softplus(-${size}) is not 0.`,
        flags: [...flags, 'background'],
        logits: grid([[-size, -size - 1, -size - 0.5]]),
        labels: [3],
      })),
      {
        ...shared,
        id: 'small-losses-targets',
        comment: 'Target rows that agree with the logits by 20 and 40; the last ones are no labels in another form.',
        flags: [...flags, 'target-rows', 'multi-hot'],
        logits: grid([
          [20, -20, -21],
          [-40, 40, -41],
          [20, 20.5, -21],
          [-40, 40, 41],
        ]),
        labels: undefined,
        targets: grid([
          [1, 0, 0],
          [0, 1, 0],
          [1, 1, 0],
          [0, 1, 1],
        ]),
      },
      {
        ...shared,
        id: 'small-losses-nearly-hard',
        comment: 'Soft targets 1e-12 short of 1 and above 0, at ±27: neither 1 - y nor σ - y may lose digits.',
        flags: [...flags, 'soft-targets'],
        dtypes: ['float64'],
        frequencies: FREQUENCIES.slice(0, 1),
        logits: grid([[27], [-27]]),
        labels: undefined,
        targets: grid([[1 - 1e-12], [1e-12]]),
      },
    ]);
  }
  const gaps = [5, 12, 20, 30, 36, 45, 60];
  return vary('small losses', { ...base('softmax'), dtypes: ['float64'] }, [
    ...(['none', 'sum', 'mean'] as const).map((reduction) => ({
      judge: 'relative' as const,
      id: `small-losses-${reduction}`,
      comment: 'The label lies 5 to 60 above the rest: losses from 1e-2 down to 1e-26.',
      flags,
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? gap : -j / 4)))),
      labels: gaps.map((_, i) => i % 5),
      reduction,
    })),
    {
      judge: 'relative' as const,
      id: 'small-losses-beta-1',
      comment: 'β = 1: only the head classes make the small loss.',
      flags,
      beta: 1,
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? gap : j / 4)))),
      labels: gaps.map((_, i) => i % 5),
    },
    {
      judge: 'relative' as const,
      id: 'small-losses-beta-near-1',
      comment: 'β = 1 - 2^-40 beside a tail logit 3 above the label: log1p(2^-40 e^3), not 3 + log(e^-3 + 2^-40).',
      flags: [...flags, 'beta-number'],
      beta: 1 - 2 ** -40,
      frequencies: FREQUENCIES.slice(0, 2),
      logits: grid([[0, 3]]),
      labels: [0],
    },
    {
      judge: 'relative' as const,
      id: 'small-losses-offset',
      comment: 'The same gaps around a logit of 512.',
      flags: [...flags, 'logit-differences'],
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? 512 + gap : 512 - j / 4)))),
      labels: gaps.map((_, i) => i % 5),
    },
  ]);
}
