// What follows from a choice, and what an address can and cannot do.

import { expect, test } from 'vitest';
import { applyHash, hashOf } from './address.ts';
import { changeThreshold, changeTotal, choose, createState, readText } from './state.ts';

test('it begins with LVIS v1 at the λ of the authors: 815 of 1203 classes are tail (SPEC, Facts)', () => {
  const { cut, ranked, advice } = createState();
  expect(ranked.value.counts).toHaveLength(1203);
  expect(cut.value.tailClasses).toBe(815);
  expect(advice.value).toEqual([]);
});

test('WordNet has 117,791 glosses, and 12 of its 45 files are tail at 0.005', () => {
  const state = createState();
  choose(state, 'wordnet');
  expect(state.ranked.value.total).toBe(117_791);
  expect(state.ranked.value.names).toHaveLength(45);
  expect(state.cut.value.tailClasses).toBe(12);
  const rarest = state.ranked.value.order[44];
  expect([state.ranked.value.names[rarest], state.ranked.value.counts[rarest]]).toEqual(['noun.motive', 42]);
});

test('own counts start with their sum as total, and a tail of at most 5 %', () => {
  const state = createState();
  choose(state, 'own');
  expect(state.shown.value).toBe('lvis');
  readText(state, 'a,90\nb,6\nc,4');
  expect(state.shown.value).toBe('own');
  expect(state.ranked.value.total).toBe(100);
  expect(state.threshold.value).toBe(0.06);
  expect(state.cut.value).toMatchObject({ tailClasses: 1, tailRatio: 0.04 });
});

test('a text that cannot be read leaves the plots as they were', () => {
  const state = createState();
  readText(state, 'a,1\nb,2');
  readText(state, 'a,1\nb,-2');
  expect(state.parsed.value?.problems).toHaveLength(1);
  expect([...state.ranked.value.counts]).toEqual([1, 2]);
  choose(state, 'lvis');
  choose(state, 'own');
  expect(state.shown.value).toBe('lvis');
});

test('an edited text keeps a chosen total and λ, and another one does not', () => {
  const state = createState();
  readText(state, 'a,90\nb,6\nc,4');
  readText(state, 'a,90\nb,6\nc,4\nd,100');
  expect(state.ranked.value.total).toBe(200); // neither was chosen: both follow
  expect(state.threshold.value).toBe(90 / 200);
  changeTotal(state, 1000);
  changeThreshold(state, 0.005);
  readText(state, 'a,90\nb,6\nc,4\nd,101');
  expect([state.ranked.value.total, state.threshold.value]).toEqual([1000, 0.005]);
  readText(state, 'a,90\nb,6\nc,4\nd,1001');
  expect(state.ranked.value.total).toBe(1101); // 1000 is too few for d
  changeTotal(state, 5000);
  readText(state, 'a,90\nb,10', { fresh: true });
  expect([state.ranked.value.total, state.threshold.value]).toEqual([100, 0.1]);
});

test('another total keeps the same classes tail', () => {
  const state = createState();
  expect(changeTotal(state, 200_000)).toBeUndefined();
  expect(state.cut.value.tailClasses).toBe(815);
  expect(changeTotal(state, 10)).toMatch(/smaller than the largest count/);
  expect(state.ranked.value.total).toBe(200_000);
});

test('λ that core refuses is refused in its words', () => {
  const state = createState();
  for (const wrong of [-1, Number.NaN, Infinity]) expect(changeThreshold(state, wrong)).toMatch(/^THRESHOLD_RANGE/);
  expect(state.threshold.value).toBe(1.1e-3);
  expect(changeThreshold(state, 0)).toBeUndefined();
  expect(state.cut.value.tailClasses).toBe(0);
  expect(state.advice.value.map(({ code }) => code)).toEqual(['D3']);
});

test('an address brings back what it was made of', () => {
  const state = createState();
  choose(state, 'wordnet');
  state.form.value = 'softmax';
  state.beta.value = { kind: 'fixed', value: 0.95 };
  state.model.value = 'rest';
  state.seed.value = 7;
  changeThreshold(state, 0.01);
  const other = createState();
  applyHash(other, hashOf(state));
  expect(hashOf(other)).toBe(hashOf(state));
  expect(other.cut.value.tailClasses).toBe(state.cut.value.tailClasses);
});

test("nobody's own counts stand in an address", () => {
  const state = createState();
  choose(state, 'own');
  readText(state, 'secret,12\nother,1');
  expect(hashOf(state)).not.toMatch(/secret|12|lambda|total/);
});

test('an address with nonsense changes nothing', () => {
  const state = createState();
  const before = hashOf(state);
  for (const hash of [
    '#understand?counts=__proto__&lambda=1',
    '#understand?counts=lvis&lambda=-1&total=x',
    '#understand?form=<img>&background=-1&gamma=2&beta=NaN&model=9&seed=1.5',
    '#device?counts=zipf',
  ]) {
    applyHash(state, hash);
    expect(hashOf(state)).toBe(before);
  }
  // γ and β stand in the address of the softmax form alone.
  state.form.value = 'softmax';
  const softmax = hashOf(state);
  for (const hash of ['#understand?gamma=2', '#understand?beta=1.5', '#understand?gamma=-1', '#understand?beta=x']) {
    applyHash(state, hash);
    expect(hashOf(state)).toBe(softmax);
  }
});
