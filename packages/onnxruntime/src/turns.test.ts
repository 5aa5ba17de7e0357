import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Ort } from './ort.ts';
import { inTurn } from './turns.ts';

const runtime = () => ({ InferenceSession: {} }) as unknown as Ort;

test('work of one runtime is done in order, whatever becomes of that before it', async () => {
  const ort = runtime();
  const order: string[] = [];
  const work = (name: string, ticks: number) => async () => {
    order.push(`${name} begins`);
    for (let k = 0; k < ticks; k++) await undefined;
    order.push(`${name} ends`);
    if (name === 'a') throw new Error('a failed');
    return name;
  };
  const [a, b] = [inTurn(ort, work('a', 9)), inTurn(ort, work('b', 0))];
  await expect(a).rejects.toThrow('a failed');
  expect(await b).toBe('b');
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('the last result does not stay in memory', async () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const ort = runtime();
  const held = await (async () => new WeakRef(await inTurn(ort, async () => new Float32Array(1000))))();
  await new Promise((resolve) => setTimeout(resolve)); // a WeakRef holds on until the end of its task
  collect();
  expect(held.deref()).toBeUndefined();
});
