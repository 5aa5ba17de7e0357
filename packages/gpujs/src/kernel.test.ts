import { runInNewContext } from 'node:vm';
import { createGate, sigmoidEql, softmaxEql } from '@eqloss/core';
import { expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import * as library from 'gpu.js';
import { describe, expect, test } from 'vitest';
import { startMeter } from '../test/meter.ts';
import { createOf, describeMode, type TestGpu } from '../test/mode.ts';
import {
  createSigmoidEql,
  createSoftmaxEql,
  free,
  type GpuInput,
  type GpuLike,
  type GpuTexture,
  type KernelBatch,
  type KernelOptions,
  modeOf,
  readBack,
} from './index.ts';

const { GPU } = library;
// Not in gpu.js's types.
const { input } = library as unknown as { input(values: Float32Array, size: number[]): GpuInput };
const cpu = (): TestGpu => new GPU({ mode: 'cpu' }) as unknown as TestGpu;

describeMode('cpu', async () => cpu(), 100);
describeMode('webasm', async () => new GPU({ mode: 'webasm' }) as unknown as TestGpu, 100);

const gate = createGate([1, 2, 3], { threshold: 2 });
const logits = new Float32Array(6);
const labels = [0, 1];

describe('bad input', () => {
  const badOptions: [string, Partial<KernelOptions>][] = [
    ['ROW_COUNT', { rows: 0 }],
    ['ROW_COUNT', { rows: 1.5 }],
    ['ROW_COUNT', { rows: 2 ** 21 + 1 }],
    ['CLASS_COUNT', { classes: 4 }],
    ['CLASS_COUNT', { gate: undefined }],
    ['CLASS_COUNT', { gate: null as unknown as undefined, classes: 3 }],
    ['UNSUPPORTED', { labels: 'both' as 'rows' }],
    ['UNSUPPORTED', { beta: 'row' as 'class' }],
    ['UNSUPPORTED', { pipeline: 'yes' as unknown as true }],
    ['UNSUPPORTED', { requireGpu: 1 as unknown as true }],
    ['REDUCTION', { reduction: 'average' as 'mean' }],
    ['UNSUPPORTED', { reducton: 'sum' } as Partial<KernelOptions>],
    // gpu.js counts threads in single precision.
    ['UNSUPPORTED', { gate: createGate(new Float64Array(2 ** 22 + 1), { threshold: 1 }) }],
  ];
  test.each(badOptions)('%s: %o is refused before a kernel is made', async (code, options) => {
    for (const create of Object.values(createOf)) {
      const { gpu, made } = watched();
      await expect(create(gpu, { rows: 2, gate, ...options })).rejects.toMatchObject({ name: 'EqlError', code });
      expect(made).toEqual([]);
    }
  });

  test.each([undefined, null, 2])('UNSUPPORTED: options or a batch of %o', async (nothing) => {
    for (const create of Object.values(createOf)) {
      const { gpu, made } = watched();
      const created = create(gpu, nothing as unknown as KernelOptions);
      await expect(created).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
      expect(made).toEqual([]);
      const kernel = await create(gpu, { rows: 2, gate });
      const run = kernel.run(nothing as unknown as KernelBatch);
      await expect(run).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
    }
  });

  test('UNSUPPORTED: what is no gpu.js, or has no kernels of its own, or chooses its mode later', async () => {
    const refuses = (gpu: unknown): Promise<unknown> =>
      expect(createSigmoidEql(gpu as GpuLike, { rows: 2, gate })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await refuses(undefined);
    await refuses({});
    await refuses(Object.create(null));
    await refuses({ createKernel: () => () => [] });
    await refuses(new GPU({ mode: 'dev' }));
    await refuses(new GPU({ mode: 'async' as 'cpu' }));
  });

  test('UNSUPPORTED: a gpu.js older than the peer range, which says what to install', async () => {
    // As in 2.16, the release before 2.24.
    class GPU {
      static get isKernelMapSupported(): boolean {
        return true;
      }
      createKernel(): never {
        throw new Error('not reached');
      }
    }
    await expect(createSigmoidEql(new GPU(), { rows: 2, gate })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('install gpu.js 2.24 or later'),
    });
  });

  const bad: [string, Partial<KernelBatch>][] = [
    ['DTYPE', { logits: new Float64Array(6) as unknown as Float32Array }],
    ['DTYPE', { logits: [0, 0, 0, 0, 0, 0] as unknown as Float32Array }],
    ['DTYPE', { logits: [new Float32Array(3), [0, 0, 0]] as unknown as Float32Array[] }],
    ['DTYPE', { logits: { value: [0, 0, 0, 0, 0, 0], size: [3, 2] } }],
    ['DTYPE', { logits: undefined }],
    ['CLASS_COUNT', { logits: [new Float32Array(3), new Float32Array(2)] }],
    ['RANK', { logits: { value: logits, size: [3, 1, 2] } }],
    ['RANK', { shape: [6] }],
    ['RANK', { shape: [1, 2, 3] }],
    ['ROW_COUNT', { shape: [3, 3] }],
    ['ROW_COUNT', { labels: [0, 1, 2], shape: [2, 3] }],
    ['ROW_COUNT', { logits: new Float32Array(9), labels: [0, 1, 2] }],
    ['CLASS_COUNT', { logits: new Float32Array(8), shape: [2, 4] }],
    ['CLASS_COUNT', { logits: new Float32Array(8) }],
    ['CLASS_COUNT', { logits: { value: logits, size: [2, 3] } }],
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
    for (const form of forms) {
      const meter = startMeter('cpu', cpu());
      const kernel = await createOf[form](meter.gpu, { rows: 2, gate });
      const { launched } = meter.counts();
      const whole = { logits, labels, ...(form === 'softmax' ? { beta: 0.5 } : undefined), ...batch };
      await expect(kernel.run(whole)).rejects.toMatchObject({ name: 'EqlError', code });
      expect(meter.counts().launched).toBe(launched);
      meter.stop();
    }
  });

  test('the sigmoid form takes no kind of β', async () => {
    const { gpu, made } = watched();
    await expect(createSigmoidEql(gpu, { rows: 2, gate, beta: 'element' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(made).toEqual([]);
  });

  test('a texture is refused where modes have none', async () => {
    const kernel = await createSigmoidEql(cpu(), { rows: 2, gate });
    const texture = {
      toArray: () => logits,
      delete: () => {},
      output: [6],
      type: 'ArrayTexture(1)',
    } as unknown as GpuTexture;
    await expect(kernel.run({ logits: texture, labels })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('mode cpu has none'),
    });
  });

  test('another gate than the kernel was made for is refused, the same one is not', async () => {
    const kernel = await createSigmoidEql(cpu(), { rows: 2, gate });
    const plain = await kernel.run({ logits, labels });
    const withGate = (other: unknown): KernelBatch => ({ logits, labels, gate: other }) as KernelBatch;
    expect(await kernel.run(withGate(createGate([1, 2, 3], { threshold: 2 })))).toEqual(plain);
    expect(await kernel.run(withGate(null))).toEqual(plain);
    for (const counts of [
      [1, 2, 1],
      [1, 2],
      [1, 2, 3, 4],
    ]) {
      const other = createGate(counts, { threshold: 2 });
      await expect(kernel.run(withGate(other))).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('another gate'),
      });
    }
  });

  test.each([
    [[2, -1, 0.5], 'plain numbers'],
    [[[2, -1, 0.5]], 'plain numbers'],
    [Promise.resolve(logits), 'needs an await'],
    [{ result: logits }, 'take its `result`'],
  ])('logits of %o are refused with the likely cause', async (given, cause) => {
    const kernel = await createSigmoidEql(cpu(), { rows: 2, gate });
    await expect(kernel.run({ logits: given as unknown as Float32Array, labels })).rejects.toMatchObject({
      code: 'DTYPE',
      message: expect.stringContaining(cause),
    });
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
    '%s: NaN for everything is found at creation, and all is freed',
    async (_, create) => {
      const { gpu, made, destroyed } = watched((result) => result.map(() => Number.NaN));
      await expect(create(gpu, { rows: 4, gate })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      expect(destroyed).toEqual(made);
    },
  );

  test('too few numbers are an error, and so is no array', async () => {
    for (const spoil of [(result: Float32Array) => result.slice(1), () => 'nothing' as unknown as Float32Array]) {
      const { gpu } = watched(spoil);
      await expect(createSigmoidEql(gpu, { rows: 4, gate })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('returned no Float32Array'),
      });
    }
  });

  test('an engine that loses NaN is told by keepsNonFinite, and finite batches are right', async () => {
    const { gpu } = watched((result) => result.map((value) => (Number.isFinite(value) ? value : 0)));
    for (const form of forms) {
      const batch = plainCase(form, 2, 9);
      const kernel = await createOf[form](gpu, { rows: 2, gate: batch.gate });
      expect(kernel.keepsNonFinite).toBe(false);
      expectNear(await kernel.run({ ...batch }), lossOf[form](batch), 2);
    }
    const sound = await createSigmoidEql(cpu(), { rows: 2, gate });
    expect(sound.keepsNonFinite).toBe(true);
  });

  test('infinities and NaN are asked for one by one, and in kernels of every kind', async () => {
    const largest = 3.4e38;
    // Class 0 is head: what lies beside a label there is not left out.
    const head = createGate([3, 2, 1], { threshold: 2 });
    const losses: ((value: number, k: number) => number)[] = [
      (value) => (value === Infinity ? largest : value),
      (value) => (Number.isNaN(value) ? 0 : value),
      // Beside the label only, which is at 0 in row 0 and at 2 in row 1.
      (value, k) => (Number.isNaN(value) && k === 3 ? 0 : value),
    ];
    for (const lose of losses) {
      const { gpu } = watched((result) => result.map(lose));
      const kernels = await Promise.all(forms.map((form) => createOf[form](gpu, { rows: 2, gate: head })));
      expect(kernels.map((kernel) => kernel.keepsNonFinite)).toEqual([false, false]);
    }
    let lossy = true;
    const { gpu } = watched((result) => (lossy ? result.map((value) => (Number.isNaN(value) ? 0 : value)) : result));
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    expect(kernel.keepsNonFinite).toBe(false);
    lossy = false;
    await kernel.run({ logits, targets: new Float64Array(6) });
    // What one kind loses stays lost, however well another does.
    expect(kernel.keepsNonFinite).toBe(false);
  });

  test.each(forms)('%s: when one of the kernels cannot be made, those before it are freed', async (form) => {
    const { gpu, made, destroyed } = watched();
    let count = 0;
    const short = new Proxy(gpu, {
      get: (target, name) => {
        if (name !== 'createKernel') return Reflect.get(target, name) as unknown;
        return (source: string, settings: object) => {
          count++;
          if (count === 3) throw new Error('no memory');
          return target.createKernel(source, settings);
        };
      },
    });
    await expect(createOf[form](short, { rows: 2, gate })).rejects.toMatchObject({
      name: 'EqlError',
      code: 'UNSUPPORTED',
      message: expect.stringContaining('no memory'),
    });
    expect(made.length).toBe(2);
    expect(destroyed).toEqual(made);
  });

  test('a fallback that gpu.js takes at the first run is told, and refused where a GPU is required', async () => {
    const inner = cpu();
    class Gpu {
      static readonly mode = 'gpu';
      readonly context = {};
    }
    class Cpu {
      static readonly mode = 'cpu';
      readonly fallbackReason = 'no such extension';
    }
    const gpu = new Proxy(inner, {
      get: (target, name) => {
        if (name !== 'createKernel') return Reflect.get(target, name) as unknown;
        return (source: string, settings: object) => {
          let ran = false;
          return new Proxy(inner.createKernel(source, { ...settings, pipeline: false }), {
            apply: (kernel, self, args) => {
              ran = true;
              return Reflect.apply(kernel, self, args) as unknown;
            },
            get: (kernel, key) => {
              if (key !== 'kernel') return Reflect.get(kernel, key) as unknown;
              return ran ? new Cpu() : new Gpu();
            },
          });
        };
      },
    });
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    expect(kernel.mode).toBe('cpu');
    expectNear(await kernel.run({ logits, labels }), sigmoidEql({ gate, logits, labels }), 2);
    await expect(createSigmoidEql(gpu, { rows: 2, gate, requireGpu: true })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('mode cpu, and requireGpu is set: no such extension'),
    });
  });

  test('kernels that failed their question are made anew for the next batch', async () => {
    let broken = false;
    const { gpu, made, destroyed } = watched((result) => {
      if (broken) throw new Error('once');
      return result;
    });
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    const batch = { logits, targets: new Float64Array(6).fill(0.25) };
    broken = true;
    await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    broken = false;
    expectNear(await kernel.run(batch), sigmoidEql({ gate, ...batch }), 2);
    await kernel.destroy();
    expect(new Set(destroyed)).toEqual(new Set(made));
    expect(destroyed.length).toBe(made.length);
  });

  test('an exception reaches the caller as an EqlError, and destroy still works', async () => {
    let broken = false;
    const { gpu, made, destroyed } = watched((result) => {
      if (broken) throw new Error('no more threads');
      return result;
    });
    const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
    broken = true;
    await expect(kernel.run({ logits, labels })).rejects.toMatchObject({
      name: 'EqlError',
      code: 'UNSUPPORTED',
      message: expect.stringContaining('no more threads'),
    });
    broken = false;
    expectNear(await kernel.run({ logits, labels }), sigmoidEql({ gate, logits, labels }), 2);
    await kernel.destroy();
    expect(destroyed).toEqual(made);
  });
});

test('destroy waits for its turn, and nothing runs after it', async () => {
  const order: string[] = [];
  const inner = cpu();
  const gpu = new Proxy(inner, {
    get: (target, name) => {
      if (name !== 'createKernel') return Reflect.get(target, name) as unknown;
      return (source: string, settings: object) =>
        new Proxy(inner.createKernel(source, settings), {
          apply: (kernel, self, args) => {
            order.push('run');
            return Reflect.apply(kernel, self, args) as unknown;
          },
          get: (kernel, key) => {
            if (key === 'destroy') order.push('destroy');
            return Reflect.get(kernel, key) as unknown;
          },
        });
    },
  });
  const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
  order.length = 0;
  await Promise.all([kernel.run({ logits, labels }), kernel.run({ logits, labels }), kernel.destroy()]);
  expect(order).toEqual(['run', 'run', 'run', 'run', 'destroy', 'destroy']);
});

test.each(['cpu', 'webasm'] as const)(
  '%s: the result of a small batch holds no memory of the largest',
  async (mode) => {
    const gpu = new GPU({ mode }) as unknown as TestGpu;
    for (const form of forms) {
      const { gate: wide, ...batch } = plainCase(form, 1, 5);
      const kernel = await createOf[form](gpu, { rows: 100, gate: wide });
      const { rowLosses, gradient } = await kernel.run(batch);
      expect([rowLosses.buffer.byteLength, gradient.buffer.byteLength]).toEqual([4, 20]);
    }
    await gpu.destroy();
  },
);

test('a batch without rows does not reach the engine', async () => {
  const meter = startMeter('cpu', cpu());
  const kernel = await createSigmoidEql(meter.gpu, { rows: 2, gate });
  const { launched } = meter.counts();
  const empty = { loss: 0, rowLosses: new Float32Array(0), gradient: new Float32Array(0) };
  expect(await kernel.run({ logits: new Float32Array(0), labels: [] })).toEqual(empty);
  expect(await kernel.run({ logits: [], labels: [] })).toEqual(empty);
  expect(meter.counts().launched).toBe(launched);
  meter.stop();
});

test.each(forms)('%s: rows that are out cost nothing, whatever they hold (R4, N1)', async (form) => {
  const kernel = await createOf[form](cpu(), { rows: 2, gate });
  const holes = new Float32Array(6).fill(Number.NaN);
  const nothing = { loss: 0, rowLosses: new Float32Array(2), gradient: new Float32Array(6) };
  const beta = form === 'softmax' ? { beta: 0.5 } : {};
  expect(await kernel.run({ logits: holes, labels: [-1, -1], ...beta })).toEqual(nothing);
  expect(await kernel.run({ logits: holes, labels, rowWeights: [0, 0], ...beta })).toEqual(nothing);
});

test('logits come flat, in rows, as input(), and from another realm', async () => {
  const flat = Float32Array.of(1, -2, 3, 0, 0.5, -0.25);
  const foreign = runInNewContext('Float32Array.of(9, 1, -2, 3, 0, 0.5, -0.25).subarray(1)') as Float32Array;
  expect(foreign instanceof Float32Array).toBe(false);
  const sized = input(flat, [3, 2]);
  const kernel = await createSigmoidEql(cpu(), { rows: 2, gate });
  const expected = await kernel.run({ logits: flat, labels });
  for (const given of [foreign, sized, [flat.slice(0, 3), flat.slice(3)]]) {
    expect(await kernel.run({ logits: given, labels })).toEqual(expected);
  }
});

test.each(forms)('%s: what the caller changes after run has no effect', async (form) => {
  const wide = createGate([1, 2, 3, 1], { threshold: 2 });
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

test('in Node, mode gpu without OpenGL is webasm, and says so; requireGpu refuses it', async () => {
  const gpu = new GPU({ mode: 'gpu' }) as unknown as TestGpu;
  const kernel = await createSigmoidEql(gpu, { rows: 2, gate });
  // The trap: gpu.js itself says that there is a GPU.
  expect(GPU.isGPUSupported).toBe(true);
  expect(kernel.mode).toBe(GPU.isHeadlessGLSupported ? 'headlessgl' : 'webasm');
  await kernel.destroy();
  if (kernel.mode !== 'webasm') return;
  await expect(createSigmoidEql(gpu, { rows: 2, gate, requireGpu: true })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/mode webasm, and requireGpu is set: gpu.js found no GPU here/),
  });
  await expect(createSigmoidEql(cpu(), { rows: 2, gate, requireGpu: true })).rejects.toMatchObject({
    message: expect.stringMatching(/mode cpu, and requireGpu is set: that is the mode that was asked for/),
  });
});

test('headlessgl, where it is not installed, is refused by gpu.js itself, with the reason', () => {
  if (GPU.isHeadlessGLSupported) return;
  expect(() => new GPU({ mode: 'headlessgl' })).toThrow(/headlessgl/i);
});

test.each(forms)('%s: beta and labels of every kind have kernels of their own', async (form) => {
  const { gate: wide, logits: z } = plainCase(form, 3, 8);
  const kernel = await createOf[form](cpu(), { rows: 3, gate: wide });
  const answers = [{ labels: [0, 1, 2] }, { targets: Float64Array.from(z, (_, k) => (k % 3) / 2) }];
  const many = Float64Array.from(z, (_, k) => (k % 4 === 0 ? 1 - 2 ** -30 : 0.5));
  const betas = form === 'sigmoid' ? [undefined] : [0.5, 1 - 2 ** -40, many.slice(0, 8), many];
  for (const answer of answers) {
    for (const beta of betas) {
      const batch = { logits: z, ...answer, beta };
      expectNear(await kernel.run(batch), lossOf[form]({ ...batch, gate: wide }), 3);
    }
  }
  await kernel.destroy();
});

test.each([
  { labels: 'index', beta: 'class', batch: { labels: [0, 1], beta: [0.5, 0, 1] } },
  { labels: 'index', beta: 'element', batch: { labels: [0, 1], beta: [0, 1, 0, 1, 0, 1] } },
  { labels: 'rows', beta: 'class', batch: { targets: [0.5, 0, 0.5, 1, 0, 0], beta: 0.5 } },
] as const)('kernels for labels $labels and β per $beta are made at creation', async ({ batch, ...kinds }) => {
  const { gpu, made } = watched();
  const kernel = await createSoftmaxEql(gpu, { rows: 2, gate, ...kinds });
  const before = made.length;
  await kernel.run({ logits, ...batch });
  expect(made.length).toBe(before);
  await kernel.run({ logits, labels, beta: Number.MIN_VALUE });
  expect(made.length - before).toBe(kinds.labels === 'index' && kinds.beta === 'class' ? 0 : 4);
});

describe('for kernels of the caller', () => {
  test('modeOf tells what runs, readBack reads, free leaves arrays alone', async () => {
    const gpu = new GPU({ mode: 'gpu' });
    const kernel = gpu.createKernel('function (x) { return x[this.thread.x]; }', { output: [2], precision: 'single' });
    const result = kernel(Float32Array.of(1, 2));
    expect(modeOf(kernel)).toBe(GPU.isHeadlessGLSupported ? 'headlessgl' : 'webasm');
    expect(await readBack(result)).toEqual(Float32Array.of(1, 2));
    free(result);
    expect(await readBack(result)).toEqual(Float32Array.of(1, 2));
    await expect(readBack([Float32Array.of(1)])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('wanted a flat result'),
    });
    await gpu.destroy();
  });
});

test('no source has what gpu.js gets wrong: loops up to an argument, continue, functions that it lacks, other precision', async () => {
  const { gpu, made } = watched();
  for (const form of forms) {
    for (const labelled of ['index', 'rows'] as const) {
      for (const beta of form === 'softmax' ? [0.5, 1 - 2 ** -40, 'element'] : [undefined]) {
        const { gate: wide, logits: z } = plainCase(form, 2, 70);
        const kernel = await createOf[form](gpu, { rows: 2, gate: wide, labels: labelled });
        const answer = labelled === 'index' ? { labels: [0, 1] } : { targets: new Float64Array(140).fill(0.5) };
        const each = beta === 'element' ? new Float64Array(140).fill(0.5) : (beta as number | undefined);
        await kernel.run({ logits: z, ...answer, beta: each });
      }
    }
  }
  const sources = [...new Set(made.map(({ source }) => source))];
  // Two of the sigmoid form for each kind of label; of the softmax form parts, rows, losses and gradient; the mode's probe.
  expect(sources.length).toBeGreaterThan(12);
  for (const { settings } of made) {
    expect(settings).toMatchObject({
      precision: 'single',
      tactic: 'precision',
      dynamicArguments: true,
      dynamicOutput: true,
    });
    expect((settings as { output: number[] }).output).toHaveLength(1);
  }
  for (const source of sources) {
    expect(typeof source).toBe('string');
    const used = [...source.matchAll(/Math\.(\w+)/g)].map(([, name]) => name);
    expect(used.filter((name) => !['floor', 'sqrt', 'abs', 'max', 'min'].includes(name))).toEqual([]);
    expect(source).not.toMatch(/\bcontinue\b|\bbreak\b|\bwhile\b|Infinity|NaN|!==? *[a-z]/);
    for (const [, bound] of source.matchAll(/for \(let \w+ = 0; \w+ < ([^;]+);/g)) expect(bound).toMatch(/^\d+$/);
    // Nothing from outside: arguments, constants, and what the source declares.
    const declared = [...source.matchAll(/(?:const|let) (\w+)/g)].map(([, name]) => name);
    const [, parameters] = /^function \(([^)]*)\)/.exec(source) as RegExpExecArray;
    const words = 'function const let for if else return this thread x constants tail powers Math'.split(' ');
    const known = new Set([...words, ...used, ...declared, ...parameters.split(', ')]);
    const text = source.replace(/\b\d+(\.\d+)?(e[-+]?\d+)?\b/g, '');
    expect([...text.matchAll(/[A-Za-z_$]\w*/g)].map(([word]) => word).filter((word) => !known.has(word))).toEqual([]);
  }
});

/** What was made of a gpu. */
interface Made {
  readonly source: string;
  readonly settings: object;
}

/** A gpu of mode cpu that notes its kernels, and may spoil what they return. */
function watched(spoil: (result: Float32Array) => Float32Array = (result) => result) {
  const inner = cpu();
  const made: Made[] = [];
  const destroyed: Made[] = [];
  const gpu = new Proxy(inner, {
    get: (target, name) => {
      if (name !== 'createKernel') return Reflect.get(target, name) as unknown;
      return (source: string, settings: object) => {
        const one = { source, settings };
        made.push(one);
        return new Proxy(inner.createKernel(source, settings), {
          apply: (kernel, self, args) => spoil(Reflect.apply(kernel, self, args) as Float32Array),
          get: (kernel, key) => {
            if (key === 'destroy') destroyed.push(one);
            return Reflect.get(kernel, key) as unknown;
          },
        });
      };
    },
  });
  return { gpu, made, destroyed };
}
