import { runInNewContext } from 'node:vm';
import { createGate, sigmoidEql, softmaxEql } from '@eqloss/core';
import { expectNear, plainCase } from '@eqloss/core/testing';
import { GPU } from 'gpu.js';
import { describe, expect, test } from 'vitest';
import { createSigmoidEql, createSoftmaxEql, type GpuLike, type KernelBatch, type KernelOptions } from './index.ts';
import { createOf, describeMode, evaluate } from './testing.ts';

describeMode('cpu', async () => new GPU({ mode: 'cpu' }), 100);
describeMode('webasm', async () => new GPU({ mode: 'webasm' }), 100);

const gate = createGate([1, 2, 3], { threshold: 2 });
const logits = new Float32Array(6);
const labels = [0, 1];
const cpu = () => new GPU({ mode: 'cpu' });

/** A gpu that counts, and may spoil what its kernels return. */
function watched(spoil: (result: Float32Array) => Float32Array = (result) => result) {
  const gpu = cpu();
  const counts = { kernels: 0, runs: 0, destroyed: 0 };
  const outer: GpuLike = {
    createKernel: (source, settings) => {
      counts.kernels++;
      const kernel = gpu.createKernel(source, settings);
      const run = (...args: Float32Array[]): Float32Array => {
        counts.runs++;
        return spoil(Reflect.apply(kernel, undefined, args) as Float32Array);
      };
      const destroy = (): void => {
        counts.destroyed++;
        kernel.destroy();
      };
      return Object.assign(run, { kernel: kernel.kernel, destroy });
    },
  };
  return { gpu: outer, counts };
}

describe('bad input', () => {
  const badOptions: [string, Partial<KernelOptions>][] = [
    ['ROW_COUNT', { rows: 0 }],
    ['ROW_COUNT', { rows: 1.5 }],
    ['CLASS_COUNT', { classes: 4 }],
    ['CLASS_COUNT', { gate: undefined }],
    ['CLASS_COUNT', { gate: null as unknown as undefined, classes: 3 }],
    ['UNSUPPORTED', { labels: 'both' as 'rows' }],
    ['REDUCTION', { reduction: 'average' as 'mean' }],
    ['UNSUPPORTED', { gate: createGate(new Float64Array(2 ** 21 + 1), { threshold: 1 }) }],
  ];
  test.each(badOptions)('%s: %o is refused before a kernel is made', async (code, options) => {
    for (const create of Object.values(createOf)) {
      const { gpu, counts } = watched();
      await expect(create(gpu, { rows: 2, gate, ...options })).rejects.toMatchObject({ name: 'EqlError', code });
      expect(counts.kernels).toBe(0);
    }
  });

  test.each([undefined, null, 2])('UNSUPPORTED: options or a batch of %o', async (nothing) => {
    for (const create of Object.values(createOf)) {
      const { gpu, counts } = watched();
      const created = create(gpu, nothing as unknown as KernelOptions);
      await expect(created).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
      expect(counts.kernels).toBe(0);
      const kernel = await create(gpu, { rows: 2, gate });
      const run = kernel.run(nothing as unknown as KernelBatch);
      await expect(run).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
    }
  });

  test('UNSUPPORTED: what is no gpu.js instance, or has no kernels of its own', async () => {
    await expect(createSigmoidEql({} as GpuLike, { rows: 2, gate })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    const blank: GpuLike = { createKernel: () => () => [] };
    await expect(createSigmoidEql(blank, { rows: 2, gate })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  const bad: [string, Partial<KernelBatch>][] = [
    ['DTYPE', { logits: new Float64Array(6) as unknown as Float32Array }],
    ['DTYPE', { logits: [0, 0, 0, 0, 0, 0] as unknown as Float32Array }],
    ['RANK', { shape: [6] }],
    ['RANK', { shape: [1, 2, 3] }],
    ['ROW_COUNT', { shape: [3, 3] }],
    ['ROW_COUNT', { labels: [0, 1, 2], shape: [2, 3] }],
    ['CLASS_COUNT', { logits: new Float32Array(8), shape: [2, 4] }],
    ['CLASS_COUNT', { logits: new Float32Array(8) }],
    ['LABEL_RANGE', { labels: [0, 4] }],
    ['TARGET_RANGE', { labels: undefined, targets: [0, 0, 1, 0, 0, 2] }],
    ['ROW_WEIGHT_RANGE', { rowWeights: [1, -1] }],
    ['NORMALIZER_RANGE', { normalizer: 0 }],
    ['UNSUPPORTED', { rowWeights: [1, 1e39] }],
    ['UNSUPPORTED', { normalizer: 1e-50 }],
    ['UNSUPPORTED', { normalizer: 1e39 }],
    ['UNSUPPORTED', { rowWeights: [1, 1e30], normalizer: 1e-20 }],
    ['UNSUPPORTED', { labels: undefined }],
    ['UNSUPPORTED', { targets: new Float64Array(6) }],
  ];
  test.each(bad)('%s: a batch with %o is refused before the engine runs', async (code, batch) => {
    for (const form of ['sigmoid', 'softmax'] as const) {
      const { gpu, counts } = watched();
      const kernel = await createOf[form](gpu, { rows: 2, gate });
      const { runs } = counts;
      const whole = { logits, labels, ...(form === 'softmax' ? { beta: 0.5 } : undefined), ...batch };
      await expect(kernel.run(whole)).rejects.toMatchObject({ name: 'EqlError', code });
      expect(counts.runs).toBe(runs);
    }
  });

  test('what belongs to the other form is refused', async () => {
    const sigmoid = await createSigmoidEql(cpu(), { rows: 2, gate });
    await expect(sigmoid.run({ logits, labels, beta: 0.5 })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(sigmoid.run({ logits, labels, foreground: [1, 2] })).rejects.toMatchObject({
      code: 'FOREGROUND_RANGE',
    });
    const softmax = await createSoftmaxEql(cpu(), { rows: 2, gate });
    await expect(softmax.run({ logits, labels })).rejects.toMatchObject({ code: 'BETA_RANGE' });
    await expect(softmax.run({ logits, labels, beta: 1, foreground: labels })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  test('a failed run spoils nothing for the next', async () => {
    const kernel = await createSigmoidEql(cpu(), { rows: 2, gate });
    const first = await kernel.run({ logits, labels });
    await expect(kernel.run({ logits, labels: [7, 7] })).rejects.toMatchObject({ code: 'LABEL_RANGE' });
    expect(await kernel.run({ logits, labels })).toEqual(first);
  });
});

describe('an engine that fails', () => {
  test.each(Object.entries(createOf))(
    '%s: wrong numbers are found at creation, and the kernel is freed',
    async (_, create) => {
      for (const wrong of [0, 1.00001, Number.NaN]) {
        const { gpu, counts } = watched((result) => result.map((value) => value * wrong));
        await expect(create(gpu, { rows: 4, gate })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
        expect(counts.destroyed).toBe(counts.kernels);
      }
    },
  );

  test('an exception reaches the caller, and destroy still works', async () => {
    let broken = false;
    const { gpu, counts } = watched((result) => {
      if (broken) throw new Error('context lost');
      return result;
    });
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    broken = true;
    await expect(kernel.run({ logits, labels })).rejects.toThrow('context lost');
    await kernel.destroy();
    expect(counts.destroyed).toBe(1);
  });
});

describe('work that is not done', () => {
  test('a batch of rows that are out does not reach the engine', async () => {
    const { gpu, counts } = watched();
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    const { runs } = counts;
    const nothing = { loss: 0, rowLosses: new Float64Array(2), gradient: new Float32Array(6) };
    const holes = new Float32Array(6).fill(Number.NaN);
    expect(await kernel.run({ logits: holes, labels: [-1, -1] })).toEqual(nothing);
    expect(await kernel.run({ logits: holes, labels, rowWeights: [0, 0] })).toEqual(nothing);
    const empty = { loss: 0, rowLosses: new Float64Array(0), gradient: new Float32Array(0) };
    expect(await kernel.run({ logits: new Float32Array(0), labels: [] })).toEqual(empty);
    expect(counts.runs).toBe(runs);
  });

  test('the engine never sees a value that is not finite', async () => {
    const seen: number[] = [];
    const inner = cpu();
    const gpu: GpuLike = {
      createKernel: (source, settings) => {
        const kernel = inner.createKernel(source, settings);
        const run = (...args: Float32Array[]): unknown => {
          for (const values of args) seen.push(...values);
          return Reflect.apply(kernel, undefined, args);
        };
        return Object.assign(run, { kernel: kernel.kernel, destroy: () => kernel.destroy() });
      },
    };
    const holes = Float32Array.of(Number.NaN, 0, 0, Infinity, 1, -Infinity);
    for (const form of ['sigmoid', 'softmax'] as const) {
      await evaluate(gpu, form, { gate, logits: holes, labels, ...(form === 'softmax' ? { beta: 1 } : undefined) });
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(Number.isFinite)).toBe(true);
  });
});

test.each(['sigmoid', 'softmax'] as const)('%s: what the caller changes after run has no effect', async (form) => {
  const wide = createGate([1, 2, 3, 1], { threshold: 2 });
  // Rows with an included infinity go on the host, the other one to the engine.
  const make = () => ({
    logits: Float32Array.of(Infinity, 1, -2, 0.5, 3, -1, 0.25, 2, -Infinity, 1, 0, 2),
    labels: [1, 2, 3],
    targets: Float64Array.of(0, 0.5, 0.5, 1, 1, 0, 0, 0, 0, 0, 1e-20, 1),
    rowWeights: [2, 3, 0.5],
    foreground: [1, 0, 1],
    beta: Float64Array.from({ length: 12 }, (_, k) => [1, 0.3, 1e-20, 0.999][k % 4]),
  });
  const gpu = cpu();
  for (const kind of ['labels', 'targets'] as const) {
    const own = createGate([1, 2, 3, 1], { threshold: 2 });
    const kernel = await createOf[form](gpu, { rows: 3, gate: own, labels: kind === 'labels' ? 'index' : 'rows' });
    const batch = (from: ReturnType<typeof make>) => ({
      logits: from.logits,
      [kind]: from[kind],
      rowWeights: from.rowWeights,
      ...(form === 'sigmoid' ? { foreground: from.foreground } : { beta: from.beta }),
    });
    const given = make();
    const running = kernel.run(batch(given));
    for (const values of [...Object.values(given), own.tail]) values.fill(0);
    const exact = (form === 'sigmoid' ? sigmoidEql : softmaxEql)({ ...batch(make()), gate: wide });
    expectNear(await running, exact, 3);
    await kernel.destroy();
  }
});

test('logits of another realm are logits', async () => {
  const foreign = runInNewContext('Float32Array.of(9, 1, -2, 3, 0, 0.5, -0.25).subarray(1)') as Float32Array;
  expect(foreign instanceof Float32Array).toBe(false);
  const batch = { gate, logits: Float32Array.of(1, -2, 3, 0, 0.5, -0.25), labels };
  expect(await evaluate(cpu(), 'sigmoid', { ...batch, logits: foreign })).toEqual(
    await evaluate(cpu(), 'sigmoid', batch),
  );
});

test('in Node, mode gpu without OpenGL is webasm, and says so', async () => {
  const gpu = new GPU({ mode: 'gpu' });
  const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
  expect(kernel.mode).toBe(GPU.isHeadlessGLSupported ? 'headlessgl' : 'webasm');
  await kernel.destroy();
});

test('100,000 classes take several launches and keep their accuracy', async () => {
  const gpu = new GPU({ mode: 'webasm' });
  const batch = plainCase('sigmoid', 25, 100_000);
  const { createKernel } = gpu;
  let runs = 0;
  gpu.createKernel = ((...args: Parameters<typeof createKernel>) => {
    const kernel = createKernel.apply(gpu, args);
    const run = (...values: Float32Array[]): unknown => {
      runs++;
      return Reflect.apply(kernel, undefined, values);
    };
    return Object.assign(run, { kernel: kernel.kernel, destroy: () => kernel.destroy() });
  }) as unknown as typeof createKernel;
  const { rowLosses } = await evaluate(gpu, 'sigmoid', batch);
  expect(runs).toBe(3);
  const one = { ...batch, logits: batch.logits.slice(-100_000), labels: [batch.labels?.[24] as number] };
  expect((await evaluate(gpu, 'sigmoid', one)).rowLosses[0]).toBe(rowLosses[24]);
});
