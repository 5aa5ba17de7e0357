// The presets against the fixtures of the conformance package.

import { expect, test } from 'vitest';
import lvis from '../../../../packages/conformance/oracle/fixtures/lvis-v1-image-counts.json' with { type: 'json' };
import glosses from '../../../../packages/conformance/oracle/fixtures/wordnet-glosses.json' with { type: 'json' };
import { problemOfTotal } from './counts.ts';
import { isPreset, presets } from './presets.ts';

test('WordNet has the counts, source and licence of the fixture', () => {
  const { classes, source, licence } = presets.wordnet;
  expect([...classes.counts]).toEqual(glosses.counts);
  expect([source, licence]).toEqual([glosses.source, glosses.licence]);
  expect(new Set(classes.names).size).toBe(45);
});

test('LVIS has them, too', () => {
  const { classes, total, source, licence } = presets.lvis;
  expect([...classes.counts]).toEqual(lvis.counts);
  expect([total, source, licence]).toEqual([lvis.images, lvis.source, lvis.licence]);
});

test('the synthetic tail falls from 4000 to 16, and is said to', () => {
  const { counts } = presets.zipf.classes;
  expect([counts[0], counts[1], counts[39], counts.length]).toEqual([4000, 1414, 16, 40]);
});

test('every preset is one that a visitor could have brought', () => {
  for (const { classes, total } of Object.values(presets)) expect(problemOfTotal(total, classes)).toBeUndefined();
  expect(['lvis', 'own', 'toString'].map(isPreset)).toEqual([true, false, false]);
});
