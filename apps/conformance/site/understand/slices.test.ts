import { expect, test } from 'vitest';
import { runInSlices } from './slices.ts';

function* busy(steps: number): Generator<number, string> {
  for (let k = 1; k <= steps; k++) {
    const end = performance.now() + 3;
    while (performance.now() < end);
    yield k / steps;
  }
  return 'all';
}

test('work ends with its result, and others run in between', async () => {
  const shares: number[] = [];
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const result = await new Promise((resolve) => runInSlices(busy(20), resolve, (share) => shares.push(share)));
  clearInterval(ticking);
  expect(result).toBe('all');
  expect(shares.length).toBeGreaterThan(3);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(turns).toBeGreaterThan(2);
});

test('stopped work says nothing more', async () => {
  let ended = false;
  const stop = runInSlices(busy(10), () => {
    ended = true;
  });
  setTimeout(stop, 5);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(ended).toBe(false);
});
