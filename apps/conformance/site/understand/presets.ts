// Counts to begin with, and where they come from.

import { thresholdForTailRatio } from '@eqloss/core';
import lvis from '../../../../packages/conformance/oracle/fixtures/lvis-v1-image-counts.json' with { type: 'json' };
import type { ClassCounts } from './counts.ts';
import * as wordnet from './wordnet-counts.ts';

/** A data set that the page brings along. */
export interface Preset {
  readonly title: string;
  /** One sentence: what is counted. */
  readonly about: string;
  /** What is counted: one, and many. */
  readonly unit: Unit;
  readonly classes: ClassCounts;
  readonly total: number;
  /** λ, and who says so. */
  readonly threshold: number;
  readonly thresholdFrom: string;
  readonly source: string;
  readonly licence?: string;
}

/** A word for what is counted: "image", "images". */
export type Unit = readonly [string, string];

/** Its names, in the order in which they are shown. */
export type PresetName = 'lvis' | 'wordnet' | 'zipf';

/** Every preset. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  lvis: {
    title: 'LVIS v1',
    about: 'Images that hold each of 1,203 categories, of 99,388 images. Several categories occur in one image.',
    unit: ['image', 'images'],
    classes: { names: lvis.counts.map((_, j) => `category ${j + 1}`), counts: Float64Array.from(lvis.counts) },
    total: lvis.images,
    threshold: 1.1e-3,
    thresholdFrom: "of the authors' code",
    source: lvis.source,
    licence: lvis.licence,
  },
  wordnet: {
    title: 'WordNet glosses',
    about: 'Definitions in each of the 45 lexicographer files of WordNet. Each is in one file.',
    unit: ['gloss', 'glosses'],
    classes: {
      names: wordnet.files.map(([name]) => name),
      counts: Float64Array.from(wordnet.files, ([, count]) => count),
    },
    total: wordnet.files.reduce((sum, [, count]) => sum + count, 0),
    threshold: 0.005,
    thresholdFrom: "of this project's training on WordNet",
    source: wordnet.source,
    licence: wordnet.licence,
  },
  zipf: zipf(),
};

/** Whether a text names a preset. */
export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}

/** 40 classes whose count falls with the power 1.5 of their rank. */
function zipf(): Preset {
  const counts = Float64Array.from({ length: 40 }, (_, r) => Math.round(4000 / (r + 1) ** 1.5));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    title: 'Small synthetic tail',
    about: 'Class r of 40 has 4000 / r^1.5 samples, rounded.',
    unit: ['sample', 'samples'],
    classes: { names: [...counts].map((_, r) => `class ${r + 1}`), counts },
    total,
    threshold: thresholdForTailRatio(counts, total, 0.05).threshold,
    thresholdFrom: 'for a tail ratio of at most 5 %',
    source: 'Calculated here.',
  };
}
