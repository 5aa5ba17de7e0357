// How a flat index finds its row, and in which order a row is summed.

import { literal } from './arithmetic.ts';

/**
 * Declares `row` and `column` of `index` in rows of `width` numbers. Exact for index < 2^23 and row < 2^21.
 *
 * A GPU divides to a few units in the last place, and its quotient may fall on the wrong side of a whole number; it multiplies
 * to half a unit. The factor is 2^-22 too small, which outweighs the roundings, so that the guess is right or one too small.
 */
export function placeOf(index: string, width: number, row = 'row', column = 'column'): string {
  const factor = Math.fround(1 / (width * (1 + 2 ** -22)));
  return `
  const ${row}Guess = Math.floor((${index} + 0.5) * ${literal(factor)});
  const ${row}Rest = ${index} - ${row}Guess * ${literal(width)};
  const ${row}More = ${row}Rest >= ${literal(width)} ? 1.0 : 0.0;
  const ${row} = ${row}Guess + ${row}More;
  const ${column} = ${row}Rest - ${row}More * ${literal(width)};`;
}

/**
 * Declares `name` = the sum of `count` numbers, added up by fours: 4 make one, 4 of these make one, and so on.
 *
 * A rounding error of n numbers added one after the other is up to n - 1 units of 2^-24 of their sum, of 100,000 that is 6e-3;
 * by fours it is 3 for each of the ceil(log4 n) levels: 27 units, 1.6e-6. Compensated sums would do with fewer, but a compiler
 * of shaders may take (a + b) - a for b. Loops are bounded by literals: gpu.js stops others at 1000 turns.
 *
 * @param count How many numbers: known when the kernel is made.
 * @param leaf The statements that add to `total` the numbers from the place `first` on, `leafSize` of them at most.
 */
export function sumByFours(
  name: string,
  count: number,
  leafSize: number,
  leaf: (first: string, total: string) => string,
): string {
  let levels = 1;
  while (leafSize * 4 ** levels < count) levels++;
  const totals = Array.from({ length: levels }, (_, depth) => (depth === 0 ? name : `${name}${depth}`));
  const loop = (depth: number, start: string): string => {
    const size = leafSize * 4 ** (levels - depth - 1);
    const turns = depth === 0 ? Math.ceil(count / size) : 4;
    const [i, place] = [`${name}I${depth}`, `${name}P${depth}`];
    const [total, inner] = [totals[depth], totals[depth + 1]];
    const body =
      inner === undefined
        ? leaf(place, total)
        : `let ${inner} = 0.0;\n${loop(depth + 1, `${place} + `)}\n${total} = ${total} + ${inner};`;
    // What lies wholly beyond the end is left out; the leaf sees to what lies partly beyond it.
    const guarded = depth > 0 && count % (size * 4) !== 0 ? `if (${place} < ${count}) {\n${body}\n}` : body;
    return `for (let ${i} = 0; ${i} < ${turns}; ${i}++) {
const ${place} = ${start}${i} * ${size};
${guarded}
}`;
  };
  return `let ${name} = 0.0;\n${loop(0, '')}`;
}
