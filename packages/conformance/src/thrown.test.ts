import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { UsageError } from './commands/usage.ts';
import { thrownWords } from './thrown.ts';

/** What the code throws, as if it stood in this file. */
function thrownBy(code: string, filename: string): unknown {
  return runInContext(`try { ${code} } catch (error) { outside(error) }`, createContext({ outside }), { filename });
}

/** An error of this realm with the stack of the other, as a module that is imported has it. */
function outside({ message, stack }: Error): Error {
  return Object.assign(new Error(message), { stack });
}

test.each(['/home/a person/my target.mjs', 'file:///srv/my target.mjs?t=5', 'C:\\work\\my target.mjs'])(
  'an error thrown in %s is told with file, line and column, without folders',
  (path) => {
    expect(thrownWords(thrownBy('\nundefined[0]', path))).toMatch(
      /^Cannot read properties of undefined \(reading '0'\) \(at my target\.mjs:2:\d+\)$/,
    );
  },
);

test('the engine itself is no place', () => {
  const words = thrownWords(thrownBy('\n\nJSON.parse("{")', '/srv/target.mjs'));
  expect(words).toMatch(/ \(at target\.mjs:3:\d+\)$/);
});

test('an error of this package has no place, and neither has one without a stack', () => {
  expect(thrownWords(new UsageError('no answer within 4 s'))).toBe('no answer within 4 s');
  expect(thrownWords(Object.assign(new Error('lost'), { stack: undefined }))).toBe('lost');
});

test('what is no error is told as it is', () => {
  expect(thrownWords('boom')).toBe('threw boom');
  expect(thrownWords(Object.assign(new RangeError(), { stack: '' }))).toBe('RangeError');
});
