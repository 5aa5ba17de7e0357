import { createContext, runInContext } from 'node:vm';
import { codeOf } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { refuseUnknown } from './options-object.ts';

const refuse = (given: unknown) => () => refuseUnknown('fit', given, ['rows', 'classes']);

test('plain objects with known names pass, also of another realm or without a prototype', () => {
  const foreign: unknown = runInContext('({ rows: 1 })', createContext());
  for (const given of [{}, { rows: 1, classes: undefined }, Object.assign(Object.create(null), { rows: 1 }), foreign]) {
    expect(refuse(given)).not.toThrow();
  }
});

test('an unknown name is refused by name', () => {
  expect(refuse({ rows: 1, colums: 2 })).toThrow(/^UNSUPPORTED: fit: colums is unknown; there are rows, classes\.$/);
});

test('what is no plain object is refused by what it is', () => {
  const others: [unknown, string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'a number'],
    ['rows', 'a string'],
    [[], 'an array'],
    [new Map([['rows', 1]]), 'an instance of Map'],
    [tf.scalar(1), 'a tensor'],
    [Object.create({ rows: 1 }), 'an instance of Object'],
  ];
  for (const [given, name] of others) {
    expect(codeOf(refuse(given))).toBe('UNSUPPORTED');
    expect(refuse(given)).toThrow(`fit: ${name} came; wanted { rows, classes }.`);
  }
});
