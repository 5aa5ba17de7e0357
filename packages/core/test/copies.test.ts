// Two copies of this package in one program, as npm installs them when two packages ask for versions that do not meet.

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import * as core from '../src/index.ts';
import { batches, codeOf, forms } from '../src/testing.ts';

vi.resetModules();
const other: typeof core = await import('../src/index.ts');
const gate = core.createGate([0.9, 0.1], { threshold: 0.5 });
const batch = { gate, logits: Float64Array.of(1, -1), labels: [0] };

test('these are two copies', () => {
  expect(other.EqlError).not.toBe(core.EqlError);
  expect(other.sigmoidEql).not.toBe(core.sigmoidEql);
});

describe.each(forms)('%s', (form) => {
  const [loss, otherLoss] = [core, other].map((copy) => ({ sigmoid: copy.sigmoidEql, softmax: copy.softmaxEql })[form]);

  test('a gate of one copy gives the same bits in the other', () => {
    fc.assert(
      fc.property(batches(form), (mine) => {
        const theirs = { ...mine, gate: other.createGate(frequenciesOf(mine.gate), { threshold: 0.5 }) };
        expect(theirs.gate.tail).toEqual(mine.gate.tail);
        expect(loss(theirs)).toEqual(loss(mine));
        expect(otherLoss(mine)).toEqual(loss(mine));
      }),
    );
  });

  test('an error of one copy is an EqlError to the other, with the same code and words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<object>({ labels: [7] }, { gate: undefined }, { shape: [1] }, { rowWeights: [-1] }, { odd: 1 }),
        (change) => {
          const errors = [loss, otherLoss].map((each) => thrownBy(() => each({ ...batch, beta: 0.5, ...change })));
          for (const error of errors) {
            expect(error).toBeInstanceOf(core.EqlError);
            expect(error).toBeInstanceOf(other.EqlError);
          }
          expect(errors[1]).toMatchObject({
            code: (errors[0] as core.EqlError).code,
            message: String((errors[0] as Error).message),
          });
        },
      ),
    );
  });
});

test('what only looks like an EqlError is none', () => {
  const named = Object.assign(new Error('text'), { name: 'EqlError' });
  const plain = { name: 'EqlError', code: 'RANK', message: 'RANK: text' };
  const coded = Object.assign(new Error('text'), { code: 'RANK' });
  for (const each of [named, plain, coded, new Error('text'), undefined, null, 'EqlError']) {
    expect(each instanceof core.EqlError).toBe(false);
  }
});

test('a class that extends EqlError has instances of its own', () => {
  class Mine extends core.EqlError {}
  expect(new Mine('RANK', 'text')).toBeInstanceOf(core.EqlError);
  expect(new Mine('RANK', 'text')).toBeInstanceOf(Mine);
  expect(new core.EqlError('RANK', 'text')).not.toBeInstanceOf(Mine);
});

test('a gate of a later version is refused by all that take one, and the words say where to look', () => {
  const later = { ...gate, version: 2 } as core.Gate;
  const takers = [
    () => core.sigmoidEql({ ...batch, gate: later }),
    () => core.softmaxEql({ ...batch, gate: later, beta: 0.5 }),
    () => core.sliceGate(later, 0, 1),
    () => core.checkSigmoid([1, 2], { labels: [0], gate: later }, 'mean'),
    () => core.checkSoftmax([1, 2], { labels: [0], gate: later, beta: 0.5 }, 'mean'),
  ];
  for (const take of takers) expect(codeOf(take)).toBe('UNSUPPORTED');
  expect(() => takers[0]()).toThrow(
    'UNSUPPORTED: the gate is of version 2, made by a later @eqloss/core; bring the @eqloss packages to one version.',
  );
});

/** Frequencies that make the same gate again at λ = 0.5. */
function frequenciesOf({ tail }: core.Gate): number[] {
  return Array.from(tail, (isTail) => (isTail ? 0.1 : 0.9));
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
