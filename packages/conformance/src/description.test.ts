import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fakeTarget, supports } from '../test/fakes.ts';
import { checkDescription } from './description.ts';

test.each([
  ['features', 'index-label', 'beta-element'],
  ['dtypes', 'f64', 'float64, float32'],
  ['forms', 'softMax', 'sigmoid, softmax'],
  ['outputs', 'grad', 'loss, rowLosses, gradient'],
  ['reductions', 'avg', 'none, sum, mean'],
])('supports.%s refuses "%s" and names the known words', (key, word, known) => {
  const target = fakeTarget(undefined, { supports: { ...supports, [key]: [word] } });
  expect(() => checkDescription(target)).toThrow(`supports.${key} has "${word}"; known are `);
  expect(() => checkDescription(target)).toThrow(known);
});

test('a protocol of the wrong type is seen to be one', () => {
  expect(() => checkDescription({ ...fakeTarget(), protocol: '1' as unknown as 1 })).toThrow(
    'it speaks protocol "1"; this is protocol 1, a number',
  );
});

test('an environment holds texts only, as reports do', () => {
  const odd = { ...fakeTarget(), environment: { engine: 'none', threads: 4 as unknown as string } };
  expect(() => checkDescription(odd)).toThrow('environment.threads is 4, which is no text');
});

test.each(['name', 'version'])('a %s that would fill the reports is refused', (key) => {
  expect(() => checkDescription({ ...fakeTarget(), [key]: 'x'.repeat(200) })).not.toThrow();
  expect(() => checkDescription({ ...fakeTarget(), [key]: 'x'.repeat(201) })).toThrow('at most 200 characters');
});

test('the README has every word', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = readme.slice(readme.indexOf('## What a target claims'), readme.indexOf('## The command'));
  for (const [key, words] of Object.entries({
    forms: ['sigmoid', 'softmax'],
    dtypes: ['float64', 'float32'],
    outputs: ['loss', 'rowLosses', 'gradient'],
    reductions: ['none', 'sum', 'mean'],
    features: [
      ...['index-labels', 'target-rows', 'background', 'ignored-rows', 'foreground', 'row-weights'],
      ...['normalizer', 'beta-scalar', 'beta-class', 'beta-element', 'release'],
    ],
  })) {
    for (const word of words) {
      expect(table).toContain(`| \`${word}\``);
      expect(() => checkDescription(fakeTarget(undefined, { supports: { ...supports, [key]: [word] } }))).not.toThrow();
    }
  }
});
