import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interleave } from './order.ts';

const turnsOfPaths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });

describe('interleaved rounds', () => {
  test('give each path as many turns as it has', () => {
    fc.assert(
      fc.property(turnsOfPaths, (turns) => {
        const order = interleave(turns);
        expect(turns.map((_, path) => order.filter((index) => index === path).length)).toEqual(turns);
      }),
    );
  });

  test('give one turn of 49 too, where a share in floating point falls short of 1', () => {
    expect(49 * (1 / 49)).toBeLessThan(1);
    expect(interleave([49, 1]).filter((index) => index === 1)).toHaveLength(1);
  });

  test('spread the turns of a path evenly over all rounds', () => {
    fc.assert(
      fc.property(turnsOfPaths, (turns) => {
        const order = interleave(turns);
        const rounds = Math.max(...turns);
        // It has a turn in each round, so that its turns count the rounds; the rotation moves a place by one at most.
        const clock = turns.indexOf(rounds);
        for (const [path, count] of turns.entries()) {
          let waited = 0;
          for (const index of order) {
            if (index === path) waited = 0;
            else if (index === clock) waited++;
            expect(waited).toBeLessThanOrEqual(Math.ceil(rounds / count) + 1);
          }
        }
      }),
    );
  });

  test('let everybody work once a round, and the next path start the next one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 30 }), (paths, rounds) => {
        const order = interleave(new Array<number>(paths).fill(rounds));
        const everybody = Array.from({ length: paths }, (_, path) => path);
        for (let round = 0; round < rounds; round++) {
          const turns = order.slice(round * paths, (round + 1) * paths);
          expect(turns[0]).toBe(round % paths);
          expect([...turns].sort((a, b) => a - b)).toEqual(everybody);
        }
      }),
    );
  });

  test('of nobody are none', () => {
    expect(interleave([])).toEqual([]);
  });
});
