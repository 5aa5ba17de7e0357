import { expect, test } from 'vitest';
import { integerOf, listOf, named, oneOf } from './words.ts';

test('lists are parted at commas', () => {
  expect(listOf('a, b,c')).toEqual(['a', 'b', 'c']);
  expect(listOf(undefined)).toBeUndefined();
});

test('known words are taken, others refused with what is known', () => {
  expect(oneOf('colour', undefined, ['red', 'blue'])).toBe('red');
  expect(oneOf('colour', 'blue', ['red', 'blue'])).toBe('blue');
  expect(() => oneOf('colour', 'green', ['red', 'blue'])).toThrow('unknown colour "green"; known: red, blue');
  const things = [{ name: 'one' }, { name: 'two' }];
  expect(named('thing', 'two', things)).toBe(things[1]);
  expect(() => named('thing', '', things)).toThrow('unknown thing ""; known: one, two');
});

test.each(['', '-1', '1.5', '1e3', '0', '99999999999999999999'])('%j is no integer >= 1', (text) => {
  expect(() => integerOf('--n', text, 1)).toThrow(`--n is "${text}"; wanted an integer >= 1`);
  expect(integerOf('--n', '12', 1)).toBe(12);
});
