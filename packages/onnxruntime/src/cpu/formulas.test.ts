import { describe, expect, test } from 'vitest';
import { apply } from '../../test/apply.ts';
import type { Graph, Value } from '../graph.ts';
import { logOfRow } from '../per-row.ts';
import { everyRow, log1pOfRow, sumOfLog1p, sumOverClasses } from './formulas.ts';

const sum = (graph: Graph, x: Value): Value => sumOverClasses(graph, x, x);
/** Σ log1p over a row but for its first value, and that of the first value. */
const logs = (graph: Graph, x: Value): Value => {
  const none = graph.op('Mul', [graph.op('ReduceMax', [x], { axes: [1], keepdims: 1 }), graph.constant('float', 0)]);
  return sumOfLog1p(graph, x, none, x);
};

/** The largest relative error, in roundings of single precision. */
function roundings(actual: Float32Array, exact: readonly number[]): number {
  expect(actual.length).toBe(exact.length);
  return actual.reduce((most, y, k) => Math.max(most, exact[k] === y ? 0 : Math.abs(y / exact[k] - 1)), 0) * 2 ** 24;
}

/** Sums in double. */
function sums(values: Float32Array, rows: number, of: (x: number) => number): number[] {
  const classes = values.length / rows;
  return Array.from({ length: rows }, (_, i) =>
    values.subarray(i * classes, (i + 1) * classes).reduce((total, value) => total + of(value), 0),
  );
}

test('log(x) and log(1 + u) of one value a row are within 4 roundings, tiny and huge ones included', async () => {
  const u = Float32Array.from({ length: 20_000 }, (_, k) => Math.exp(k / 115 - 87));
  expect(roundings(await apply(log1pOfRow, u, u.length), Array.from(u, Math.log1p))).toBeLessThan(4);
  // Near 1, where the logarithm is near 0, it has no more digits than x.
  const x = u.filter((value) => Math.abs(value - 1) > 0.01);
  expect(roundings(await apply(logOfRow, x, x.length), Array.from(x, Math.log))).toBeLessThan(4);
  expect([...(await apply(log1pOfRow, Float32Array.of(0, NaN, 2 ** -149), 3))]).toEqual([0, NaN, 2 ** -149]);
});

const sizes = [1, 2, 7, 8, 9, 31, 32, 33, 255, 256, 257, 513, 1203, 20_011];

describe.each([...sizes, 100_000, 1_000_000])('%i classes', (classes) => {
  // Equal terms drift most: each addition rounds the same way.
  const equal = Float32Array.from({ length: 3 * classes }, () => 0.1);
  const mixed = Float32Array.from({ length: 3 * classes }, (_, k) => 1 / (1 + (k % 97)));
  const spread = Float32Array.from({ length: 3 * classes }, (_, k) => Math.exp(-((k * 7919) % 80)));
  // Of SPEC N4's 2e-6, which are 33 roundings, a sum of 100,000 leaves the rest of the arithmetic a half.
  const bound = classes > 100_000 ? 220 : 20;

  test.each([equal, mixed, spread])('a sum does not drift', async (values) => {
    expect(
      roundings(
        await apply(sum, values, 3),
        sums(values, 3, (x) => x),
      ),
    ).toBeLessThan(bound);
  });

  test.each([equal, mixed, spread, spread.map((x) => x * 1e-15)])('nor does a sum of log1p', async (values) => {
    expect(roundings(await apply(logs, values, 3), sums(values, 3, Math.log1p))).toBeLessThan(bound);
  });
});

test('a sum of log1p takes factors whose product of eight is just finite, and one more column', async () => {
  const values = new Float32Array(64).fill(65_000);
  const formula = (graph: Graph, x: Value): Value => {
    const first = graph.op('Slice', [x, ...[0, 1, 1].map((k) => graph.constant('int64', [k]))]);
    return sumOfLog1p(graph, x, first, x);
  };
  expect(roundings(await apply(formula, values), [65 * Math.log1p(65_000)])).toBeLessThan(4);
  expect(
    (
      await apply(
        formula,
        values.map(() => 66_000),
      )
    )[0],
  ).toSatisfy((value: number) => !(value < Infinity));
});

test.each([
  ['Infinity', Infinity],
  ['NaN', NaN],
])('%s anywhere in a row shows in its sum of log1p, and in no other', async (_, value) => {
  for (const place of [0, 5, 8, 40, 63, 64, 66]) {
    const values = new Float32Array(3 * 67).fill(0.5);
    values[67 + place] = value;
    const [first, second, third] = await apply(logs, values, 3);
    expect(second < Infinity).toBe(false);
    expect([first, third]).toEqual([expect.closeTo(67 * Math.log(1.5), 4), first]);
  }
});

describe.each([
  ['sum', sum],
  ['sum of log1p', logs],
] as const)('%s', (_, formula) => {
  test.each(sizes)('of %i classes: a row has the same bits wherever it lies (P1)', async (classes) => {
    const values = Float32Array.from({ length: 7 * classes }, (_, k) => Math.exp(3 * Math.sin(k * 12.9898)));
    const whole = await apply(formula, values, 7);
    for (const [from, to] of [
      [0, 1],
      [1, 7],
      [2, 5],
      [6, 7],
    ]) {
      const part = await apply(formula, values.slice(from * classes, to * classes), to - from);
      expect([...part]).toEqual([...whole.subarray(from, to)]);
    }
  });
});

test.each([
  ['log', logOfRow],
  ['log1p', log1pOfRow],
] as const)('%s of one value a row has the same bits wherever it lies (P1)', async (_, formula) => {
  const values = Float32Array.from({ length: 41 }, (_, k) => Math.exp(5 * Math.sin(k * 12.9898)));
  const whole = await apply(formula, values, 41);
  for (let from = 0; from < 41; from += 3) {
    expect([...(await apply(formula, values.slice(from), 41 - from))]).toEqual([...whole.subarray(from)]);
  }
});

test('every row: all, all but one, none, no rows', async () => {
  const formula = (graph: Graph, x: Value): Value => {
    const every = everyRow(graph, graph.op('Greater', [x, graph.constant('float', 0)]));
    return graph.op('Reshape', [graph.op('Cast', [every], { to: 1 }), graph.constant('int64', [1, 1])]);
  };
  const answer = async (...values: number[]): Promise<number> => {
    return (await apply(formula, Float32Array.from(values), values.length))[0];
  };
  expect(await answer(1, 2, 3)).toBe(1);
  expect(await answer(1, 0, 3)).toBe(0);
  expect(await answer(1, 2, NaN)).toBe(0);
  expect(await answer(0)).toBe(0);
  expect(await answer()).toBe(1);
});
