import { EqlError } from '@eqloss/core';
import { expect, test } from 'vitest';
import { errorOf, failureOf, packed } from './messages.ts';

test('errors cross as plain data, ours with their code', () => {
  const own = errorOf(structuredClone(failureOf(new EqlError('OUT_OF_MEMORY', 'full: by 4 bytes'))));
  expect(own).toBeInstanceOf(EqlError);
  expect(own).toMatchObject({ code: 'OUT_OF_MEMORY', message: 'OUT_OF_MEMORY: full: by 4 bytes' });
  const others = errorOf(structuredClone(failureOf(new TypeError('of the runtime'))));
  expect(others).not.toBeInstanceOf(EqlError);
  expect(others.message).toBe('of the runtime');
  expect(errorOf(failureOf('words')).message).toBe('words');
});

test('what is sent shares nothing with the caller but what is shared or transferred', () => {
  const around = new Float32Array(100);
  const shared = new Float64Array(new SharedArrayBuffer(16));
  const moved = new Uint8Array(2);
  const { job, moving } = packed(
    {
      rows: 1,
      classes: 2,
      divisor: 1,
      logits: around.subarray(3, 5),
      labels: undefined,
      targets: shared,
      rowWeights: Float32Array.of(2),
      foreground: undefined,
      beta: { shape: 'drawn', beta: moved },
    },
    [moved.buffer],
  );
  expect(job.logits).toEqual(new Float32Array(2));
  expect(job.logits.buffer.byteLength).toBe(8);
  expect((job.targets as Float64Array).buffer).toBe(shared.buffer);
  expect(new Set(moving)).toEqual(new Set([moved.buffer, job.logits.buffer, job.rowWeights!.buffer]));
  expect(moving).not.toContain(around.buffer);
});
