// The code to copy, run as it stands.

import { createGate, drawBeta, frequenciesFromCounts, type Gate, sigmoidEql, softmaxEql } from '@eqloss/core';
import { expect, test } from 'vitest';
import type { BetaChoice } from './batch.ts';
import { codeOf } from './code.ts';
import { changeThreshold, choose, createState, type State } from './state.ts';

const core = { createGate, drawBeta, frequenciesFromCounts, sigmoidEql, softmaxEql };

/** Runs the code with the names that it imports, over two rows of zeros. */
function run(state: State): { readonly gate: Gate; readonly loss: number } {
  const code = codeOf(state);
  const [, names] = /^import \{ (.*) \} from '@eqloss\/core';$/m.exec(code) ?? [];
  const { counts } = state.ranked.value;
  const scope = {
    ...Object.fromEntries(names.split(', ').map((name) => [name, core[name as keyof typeof core]])),
    counts,
    logits: new Float64Array(2 * counts.length),
    labels: [0, 1],
    step: 0,
  };
  const body = `'use strict'; ${code.replace(/^import .*$/m, '')}\nreturn { gate, loss };`;
  return new Function(...Object.keys(scope), body)(...Object.values(scope));
}

test.each([
  ['sigmoid', 'fixed'],
  ['softmax', 'fixed'],
  ['softmax', 'drawn'],
] as const)('%s with %s β makes the gate that is shown, to the last digit of λ', (form, kind) => {
  const state = createState();
  choose(state, 'wordnet');
  changeThreshold(state, 344 / 117_791); // equal to a frequency: one digit less, and the class changes sides
  state.form.value = form;
  state.beta.value = { kind, value: 0.9 } satisfies BetaChoice;
  const { gate, loss } = run(state);
  expect(gate).toEqual(state.cut.value.gate);
  expect(loss).toBeGreaterThan(0);
});
