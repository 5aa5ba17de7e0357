// The data as it is, and how it is split.

import { beforeAll, describe, expect, test } from 'vitest';
import { drawBackground } from '../src/background.ts';
import { CLASSES, countLabels, type Gloss, readGlosses } from '../src/glosses.ts';
import { type Split, splitGlosses } from '../src/split.ts';
import { createTask } from '../src/task.ts';

let glosses: readonly Gloss[];
let split: Split;

beforeAll(async () => {
  glosses = await readGlosses();
  split = splitGlosses(glosses);
});

test('WordNet has 117,791 glosses in 45 classes, 344 to 1', () => {
  const counts = countLabels(glosses);
  expect(glosses).toHaveLength(117_791);
  expect(counts).toHaveLength(CLASSES);
  expect([Math.max(...counts), Math.min(...counts)]).toEqual([14_460, 42]);
});

describe('the split', () => {
  test('has every gloss in one part', () => {
    const parts = [split.train, split.validation, split.test];
    expect(new Set(parts.flat())).toEqual(new Set(glosses));
    expect(parts.flat()).toHaveLength(glosses.length);
  });

  test('has 70, 10 and 20 per cent of each class', () => {
    const all = countLabels(glosses);
    for (const [part, share] of [
      [split.train, 0.7],
      [split.validation, 0.1],
      [split.test, 0.2],
    ] as const) {
      countLabels(part).forEach((count, j) => {
        expect(Math.abs(count - share * all[j])).toBeLessThanOrEqual(1);
      });
    }
  });

  test('does not depend on the order of the glosses', () => {
    const texts = ({ test }: Split) => test.map(({ label, words }) => `${label} ${words.join(' ')}`).sort();
    expect(texts(splitGlosses([...glosses].reverse()))).toEqual(texts(split));
  });
});

test('12 classes with 3 % of the glosses are tail, 10 are head, also when two of three glosses are left out', () => {
  for (const every of [1, 3]) {
    const { frequencies, gate, groups } = createTask(glosses, { buckets: 16, every });
    expect(frequencies.reduce((sum, f) => sum + f, 0)).toBeCloseTo(1, 12);
    expect(groups.map((group) => Number(group === 'tail'))).toEqual(Array.from(gate.tail));
    const of = (name: string) => groups.filter((group) => group === name).length;
    expect([of('tail'), of('mid'), of('head')]).toEqual([12, 23, 10]);
    const mass = frequencies.reduce((sum, f, j) => sum + f * gate.tail[j], 0);
    expect(mass).toBeCloseTo(0.03, 2);
  }
});

test('background texts are as long as glosses, of their words, and drawn by seed and step', () => {
  const some = glosses.slice(0, 1000);
  const drawn = drawBackground(some, 500, 1, 0);
  const words = new Set(some.flatMap((gloss) => gloss.words));
  expect(drawn.flat().every((word) => words.has(word))).toBe(true);
  const length = (texts: readonly (readonly string[])[]) => texts.flat().length / texts.length;
  expect(length(drawn) / length(some.map((gloss) => gloss.words))).toBeCloseTo(1, 0.9);
  expect(drawBackground(some, 500, 1, 0)).toEqual(drawn);
  expect(drawBackground(some, 500, 1, 1)).not.toEqual(drawn);
  expect(drawBackground(some, 500, 2, 0)).not.toEqual(drawn);
});
