// Our own fast implementations against the oracle, on batches that no vector has.

import { countStatuses, fuzzTarget } from '@eqloss/conformance';
import { expect, test } from 'vitest';
import { loadTarget } from '../src/load-target.ts';

// A failure here is a finding: the message has the smallest batch and, with the words of the README, its vector.
test.each([
  ['core', 400],
  ['core-single', 400],
  ['wasm', 400],
  ['wasm-simd', 150],
  ['wasm-threads', 150],
  ['wasm-typescript', 150],
])('%s answers %i drawn batches like the oracle', async (name, count) => {
  const { results, findings } = await fuzzTarget(name, () => loadTarget(name), { count, seed: 20_260_730 });
  expect(findings.map(({ sentence }) => sentence)).toEqual([]);
  expect(countStatuses(results)).toEqual({ pass: count });
});
