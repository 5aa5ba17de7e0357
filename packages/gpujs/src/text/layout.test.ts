import fc from 'fast-check';
import { GPU } from 'gpu.js';
import { afterAll, expect, test } from 'vitest';
import { placeOf, sumByFours } from './layout.ts';

const gpu = new GPU({ mode: 'webasm' });
afterAll(() => gpu.destroy());

// Single precision; the most entries, or the most rows, that the kernels take.
test.each([1, 2, 3, 7, 10, 45, 49, 1203, 1230, 99_999, 100_000, 1_000_003, 2 ** 23])(
  'every index finds its row and column of %d numbers',
  (width) => {
    const size = Math.min(2 ** 23, width * 2 ** 21);
    const source = `function (field) {
      const index = this.thread.x;${placeOf('index', width)}
      return field < 0.5 ? row : column;
    }`;
    const kernel = gpu.createKernel(source, { output: [size], precision: 'single' });
    const rows = kernel(0) as Float32Array;
    const columns = kernel(1) as Float32Array;
    kernel.destroy();
    let wrong = 0;
    for (let k = 0; k < size; k++) if (rows[k] !== Math.floor(k / width) || columns[k] !== k % width) wrong++;
    expect(wrong).toBe(0);
  },
);

test('a sum takes every place once, whatever the count and the size of its leaves', () => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20_000 }));
  fc.assert(
    fc.property(counts, fc.constantFrom(1, 4), (count, leafSize) => {
      const visited = new Uint8Array(count + leafSize);
      const leaf = (first: string): string => `visit(${first});`;
      const visit = (first: number): void => {
        for (let k = first; k < Math.min(first + leafSize, count); k++) visited[k]++;
      };
      new Function('visit', sumByFours('sum', count, leafSize, leaf))(visit);
      expect(visited.subarray(0, count).every((times) => times === 1)).toBe(true);
    }),
  );
});

test('a million equal numbers add up to within 27 roundings', () => {
  for (const value of [0.1, 1 / 3]) {
    const single = Math.fround(value);
    const kernel = gpu.createKernel(
      `function (value) { ${sumByFours('sum', 1_000_000, 1, (_, total) => `${total} = ${total} + value;`)}\nreturn sum; }`,
      { output: [1], precision: 'single' },
    );
    const [sum] = kernel(single) as Float32Array;
    kernel.destroy();
    expect(Math.abs(sum / (single * 1e6) - 1)).toBeLessThan(30 * 2 ** -24);
  }
});
