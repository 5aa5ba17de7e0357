// What is measured: shapes, forms, and how the rows and classes of a batch lie.

import type { Form } from '@eqloss/core';

/** One batch to measure. */
export interface Case {
  readonly form: Form;
  readonly rows: number;
  readonly classes: number;
  /** Share of foreground rows; the others are background: label C of the sigmoid form, a head class of the softmax form. */
  readonly foreground: number;
  /** Where the tail classes lie: anywhere, as in data sets with alphabetical ids, or side by side. */
  readonly tail: 'scattered' | 'contiguous';
  /** Softmax only: 0.9 for every tail class, or drawn with γ = 0.9 per element. SPEC X5. */
  readonly beta?: 'fixed' | 'drawn';
}

/** Cases of one form and shape: measured by the same processes, one after the other. The first is measured by all paths. */
export type Group = readonly Case[];

/** Rows and classes. */
export interface Shape {
  readonly rows: number;
  readonly classes: number;
}

/** LVIS with the rows of one image and of eight; a head of 100,000 classes. */
export const standardShapes: readonly Shape[] = [
  { rows: 512, classes: 1203 },
  { rows: 4096, classes: 1203 },
  { rows: 64, classes: 100_000 },
];

/** Four million logits each, within one percent: rows 64 to 16,384, classes 100 to 1,000,000. */
export const growthShapes: readonly Shape[] = [
  { rows: 40_000, classes: 100 },
  { rows: 16_384, classes: 244 },
  { rows: 4096, classes: 977 },
  { rows: 1024, classes: 3906 },
  { rows: 256, classes: 15_625 },
  { rows: 64, classes: 62_500 },
  { rows: 16, classes: 250_000 },
  { rows: 4, classes: 1_000_000 },
];

/**
 * All cases of some shapes and forms.
 *
 * @param layouts `all`: a quarter and all rows foreground, with scattered and contiguous tail classes, and for the softmax
 * form also a drawn β; `first`: a quarter, scattered, fixed.
 */
export function groupsOf(
  shapes: readonly Shape[],
  forms: readonly Form[],
  layouts: 'all' | 'first' = 'all',
): readonly Group[] {
  return shapes.flatMap((shape) =>
    forms.map((form) => {
      const beta = form === 'softmax' ? ('fixed' as const) : undefined;
      const first: Case = { form, ...shape, foreground: 0.25, tail: 'scattered', beta };
      if (layouts === 'first') return [first];
      const drawn: Group = form === 'softmax' ? [{ ...first, beta: 'drawn' }] : [];
      const together: Case = { ...first, tail: 'contiguous' };
      return [first, { ...first, foreground: 1 }, together, { ...together, foreground: 1 }, ...drawn];
    }),
  );
}

/** `512x1203`. */
export function shapeWords({ rows, classes }: Shape): string {
  return `${rows}x${classes}`;
}

/** How a case differs from the others of its group, in a few characters. */
export function layoutWords({ foreground, tail, beta }: Omit<Case, 'form' | 'rows' | 'classes'>): string {
  const parts = [foreground === 1 ? 'all' : foreground === 0.25 ? '1/4' : String(foreground)];
  if (tail === 'contiguous') parts.push('side');
  if (beta === 'drawn') parts.push('drawn');
  return parts.join(' ');
}
