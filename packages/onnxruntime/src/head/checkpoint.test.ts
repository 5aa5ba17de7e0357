import { createGate, EqlError } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { Ort } from '../ort.ts';
import { decodeCheckpoint } from './checkpoint.ts';
import { createHeadTrainer, type RestoreOptions, restoreHeadTrainer } from './create.ts';
import type { FitOptions } from './fit.ts';
import { hashOf } from './hash.ts';
import type { HeadTrainerOptions } from './options.ts';
import { waves } from './testing.ts';

const gate = createGate([5, 1, 5, 1, 7, 1, 1], { threshold: 2 });
const base = { features: 3, gate, weights: { seed: 9, deviation: 0.1 } } as const;
const cosine = { name: 'cosine', steps: 30, warmup: 4 } as const;
const trainers: readonly HeadTrainerOptions[] = [
  { ...base, form: 'sigmoid', optimizer: { name: 'sgd', rate: 0.3 } },
  { ...base, form: 'sigmoid', optimizer: { name: 'sgd', rate: 0.3, momentum: 0.9, weightDecay: 0.1 }, chunk: 3 },
  { ...base, form: 'sigmoid', optimizer: { name: 'adamw', rate: 0.1 }, schedule: cosine },
  { ...base, form: 'softmax', beta: 0.9, optimizer: { name: 'sgd', rate: 0.3, momentum: 0.9 }, schedule: cosine },
  { ...base, form: 'softmax', beta: { gamma: 0.5, seed: 2 ** 41 }, optimizer: { name: 'adamw', rate: 0.1 }, chunk: 2 },
  {
    ...base,
    form: 'softmax',
    beta: [0, 1, 0.5, 0.9, 0.1, 1 - 2 ** -53, 1e-20],
    optimizer: { name: 'adamw', rate: 0.1 },
  },
];
const rows = 37;
const data = { features: waves(rows * 3), labels: Array.from({ length: rows }, (_, i) => (i * 5) % 7) };
const fit: FitOptions = { epochs: 4, batchSize: 8, seed: 6 };

test.each(trainers)('twenty steps are ten, a checkpoint, and ten: $form, $optimizer', async (options) => {
  const through = await createHeadTrainer(ort, options);
  const first = await createHeadTrainer(ort, options);
  const whole: object[] = [];
  const halves: object[] = [];
  await through.fit(data, { ...fit, onProgress: (progress) => whole.push(progress) });
  expect(whole.length).toBe(20);

  // Ten of five a fit: in the middle of the third epoch is step 12.
  let bytes = new Uint8Array(0);
  const checkpoint = {
    every: 12,
    save: (saved: Uint8Array<ArrayBuffer>) => {
      if (first.steps === 12) bytes = saved;
    },
  };
  await first.fit(data, { ...fit, checkpoint: checkpoint as never, onProgress: (progress) => halves.push(progress) });
  await first.release();
  const second = await restoreHeadTrainer(ort, bytes, { chunk: options.chunk });
  expect(second.steps).toBe(12);
  await second.fit(data, {
    ...fit,
    onProgress: (progress) => {
      halves[(progress as { step: number }).step - 1] = progress;
    },
  });
  expect(halves).toEqual(whole);
  expect(second.weights).toEqual(through.weights);
  expect(second.bias).toEqual(through.bias);
  expect(second.checkpoint()).toEqual(through.checkpoint());
  await Promise.all([through.release(), second.release()]);
});

test('steps go on after a checkpoint as they would have', async () => {
  for (const options of trainers) {
    const batch = (step: number) => ({ features: waves(15, step), labels: [0, 1, 2, 3, 4] });
    const through = await createHeadTrainer(ort, options);
    for (let step = 0; step < 10; step++) await through.step(batch(step));
    const second = await restoreHeadTrainer(ort, through.checkpoint(), { chunk: options.chunk });
    for (let step = 10; step < 20; step++)
      expect(await second.step(batch(step))).toEqual(await through.step(batch(step)));
    expect(second.checkpoint()).toEqual(through.checkpoint());
    await Promise.all([through.release(), second.release()]);
  }
});

const sample = async (): Promise<Uint8Array> => {
  const trainer = await createHeadTrainer(ort, trainers[4]);
  await trainer.step({ features: waves(6), labels: [0, 1] });
  return trainer.checkpoint();
};

/** A runtime that must not be asked for anything. */
const untouched: Ort = {
  Tensor: ort.Tensor as Ort['Tensor'],
  InferenceSession: { create: () => Promise.reject(new Error('the engine was touched')) },
};

test('a flipped bit, a cut, an addition or other bytes are no checkpoint', async () => {
  const bytes = await sample();
  const codeAt = (changed: Uint8Array): string => codeOf(() => decodeCheckpoint(changed));
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 1 << (at % 8);
    expect(codeAt(changed)).toBe('MODEL');
  }
  for (let length = 0; length < bytes.length; length++) expect(codeAt(bytes.slice(0, length))).toBe('MODEL');
  for (let more = 1; more < 20; more++)
    expect(codeAt(Uint8Array.from([...bytes, ...Array(more).fill(0)]))).toBe('MODEL');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), (noise, kept) => {
      expect(codeAt(noise)).toBe('MODEL');
      expect(codeAt(Uint8Array.from([...bytes.subarray(0, kept), ...noise]))).toBe('MODEL');
    }),
  );
  for (const other of [undefined, null, 'bytes', new Float32Array(100), [1, 2]]) {
    await expect(restoreHeadTrainer(untouched, other as never)).rejects.toMatchObject({ code: 'MODEL' });
  }
});

test('another version, or a header that is not what this one writes, is refused, the checksum being right', async () => {
  const bytes = await sample();
  const signed = (change: (words: Uint32Array, bytes: Uint8Array) => void): Uint8Array => {
    const changed = bytes.slice();
    const words = new Uint32Array(changed.buffer);
    change(words, changed);
    words[words.length - 1] = hashOf(words.subarray(0, -1));
    return changed;
  };
  const changes: [RegExp, Uint8Array][] = [
    [/version 2/, signed((words) => words.fill(2, 2, 3))],
    [/header/, signed((words) => words.fill(2 ** 31, 3, 4))],
    [/header/, signed((_, all) => all.fill(0x20, 16, 40))],
    [/header/, signed((_, all) => all.set(new TextEncoder().encode('{"features":4'), 16))],
    [/header/, signed((_, all) => all.set(new TextEncoder().encode('{"features":2'), 16))],
  ];
  for (const [message, changed] of changes) {
    expect(codeOf(() => decodeCheckpoint(changed))).toBe('MODEL');
    await expect(restoreHeadTrainer(untouched, changed)).rejects.toThrow(message);
  }
});

test('bytes at any offset of a larger array are read', async () => {
  const bytes = await sample();
  for (const offset of [0, 1, 4, 7]) {
    const larger = new Uint8Array(bytes.length + 8);
    larger.set(bytes, offset);
    const part = larger.subarray(offset, offset + bytes.length);
    const buffer = Buffer.from(larger.buffer, offset, bytes.length); // whose slice shares memory
    for (const view of [part, buffer]) expect((await restoreHeadTrainer(ort, view)).checkpoint()).toEqual(bytes);
  }
});

const contradictions: readonly [string, RestoreOptions][] = [
  ['UNSUPPORTED', { features: 4 }],
  ['UNSUPPORTED', { classes: 8 }],
  ['UNSUPPORTED', { form: 'sigmoid' }],
  ['CLASS_COUNT', { gate: createGate([1], { threshold: 2 }) }],
  ['CLASS_COUNT', { gate: createGate([5, 1, 5, 1, 7, 1, 5], { threshold: 2 }) }],
  ['UNSUPPORTED', { optimizer: { name: 'sgd', rate: 0.1 } }],
  ['UNSUPPORTED', { optimizer: { name: 'adamw', rate: -1 } }],
  ['UNSUPPORTED', { schedule: { name: 'cosine', steps: 0 } }],
  ['UNSUPPORTED', { chunk: 0 }],
  ['UNSUPPORTED', { opset: 9 }],
  ['CLASS_COUNT', { gate: { classes: 7 } as never }],
  ['UNSUPPORTED', { beta: 0.5 } as never],
  ['UNSUPPORTED', null as never],
];
test.each(contradictions)('%s: %o contradicts the checkpoint', async (code, options) => {
  await expect(restoreHeadTrainer(untouched, await sample(), options)).rejects.toBeInstanceOf(EqlError);
  await expect(restoreHeadTrainer(untouched, await sample(), options)).rejects.toMatchObject({ code });
});

test('a schedule that is a function must be given again; other numbers may take over', async () => {
  const options: HeadTrainerOptions = { ...trainers[0], schedule: (step) => 1 / (1 + step) };
  const trainer = await createHeadTrainer(ort, options);
  const batch = { features: waves(3), labels: [0] };
  await trainer.step(batch);
  const bytes = trainer.checkpoint();
  await expect(restoreHeadTrainer(untouched, bytes)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const same = await restoreHeadTrainer(ort, bytes, { schedule: options.schedule });
  expect((await same.step(batch)).rate).toBe(0.15);
  const optimizer = { name: 'sgd', rate: 8 } as const;
  const other = await restoreHeadTrainer(ort, bytes, { schedule: { name: 'constant' }, optimizer });
  expect((await other.step(batch)).rate).toBe(8);
});
