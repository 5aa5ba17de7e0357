// What stays on the GPU, and what comes from there.

import { forms, plainCase } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import { free, type GpuArray, type GpuTexture, type KernelBatch, type PipelineResult, readBack } from '../src/index.ts';
import { startMeter } from './meter.ts';
import { createForward, createOf, evaluate, type Subject } from './mode.ts';

const classes = 20;
const rows = 3;
/** Launches of a batch, as the issue wants them. */
const launches = { sigmoid: 2, softmax: 4 };

export function testPipeline({ mode, gpu, createGpu, onHost, testOnGpu }: Subject): void {
  test.each(forms)('%s: results that stay are those that are read, and keep their numbers', async (form) => {
    const { gate, ...batch } = plainCase(form, rows, classes);
    const exact = await evaluate(gpu(), form, { gate, ...batch });
    const kernel = await createOf[form](gpu(), { rows, gate, pipeline: true });
    const first = await kernel.run(batch);
    const other = await kernel.run({ ...batch, logits: batch.logits.map((z) => z + 1) });
    expect(await readBack(first.rowLosses)).toEqual(exact.rowLosses);
    expect(await readBack(first.gradient)).toEqual(exact.gradient);
    expect(await first.readLoss()).toBe(exact.loss);
    for (const result of [first, other, first]) result.release();
    await expect(first.readLoss()).rejects.toMatchObject({ code: 'DISPOSED' });
    await kernel.destroy();
  });

  test.each(forms)('%s: logits may be what a kernel of the caller wrote, in any number of dimensions', async (form) => {
    const batch = plainCase(form, rows, classes);
    const exact = await evaluate(gpu(), form, batch);
    const kernel = await createOf[form](gpu(), { rows: 5, gate: batch.gate });
    for (const output of [[rows * classes], [classes, rows]]) {
      const forward = createForward(gpu(), output);
      const logits = (await forward(batch.logits)) as GpuArray;
      expect(await kernel.run({ ...inputsOf(batch), logits })).toEqual(exact);
      // Not consumed.
      expect(await kernel.run({ ...inputsOf(batch), logits })).toEqual(exact);
      free(logits);
      forward.destroy();
    }
    await kernel.destroy();
  });

  test.each(forms)('%s: a step reads nothing back and launches no more than it must', async (form) => {
    const batch = plainCase(form, rows, classes);
    const meter = startMeter(mode, gpu());
    const kernel = await createOf[form](meter.gpu, { rows, gate: batch.gate, pipeline: true });
    const forward = createForward(gpu(), [rows * classes]);
    const logits = (await forward(batch.logits)) as GpuArray;
    const step = (): Promise<PipelineResult> => kernel.run({ ...inputsOf(batch), logits });
    (await step()).release();
    const before = meter.counts();
    const result = await step();
    const after = meter.counts();
    expect(after.launched - before.launched).toBe(launches[form]);
    expect(after.read).toBe(before.read);
    expect(after.compiled).toBe(before.compiled);
    // The meter sees what is read.
    await result.readLoss();
    expect(meter.counts().read - after.read).toBe(onHost ? 0 : 1);
    result.release();
    meter.stop();
    free(logits);
    forward.destroy();
    await kernel.destroy();
  });

  test('the gradient goes on to a kernel of the caller', async () => {
    const batch = plainCase('softmax', rows, classes);
    const kernel = await createOf.softmax(gpu(), { rows, gate: batch.gate, pipeline: true });
    const update = gpu().createKernel('function (z, g) { return z[this.thread.x] - 0.5 * g[this.thread.x]; }', {
      output: [rows * classes],
      precision: 'single',
    });
    const result = await kernel.run(inputsOf(batch));
    const updated = (await update(batch.logits, result.gradient)) as Float32Array;
    const { gradient } = await evaluate(gpu(), 'softmax', batch);
    updated.forEach((value, k) => {
      expect(value).toBeCloseTo(batch.logits[k] - 0.5 * gradient[k], 5);
    });
    result.release();
    update.destroy();
    await kernel.destroy();
  });

  test('destroy waits for reads, and frees the results that nobody released', async () => {
    const { gate, ...batch } = plainCase('softmax', rows, classes);
    const exact = await evaluate(gpu(), 'softmax', { gate, ...batch });
    const meter = startMeter(mode, gpu());
    const before = meter.counts().live;
    const kernel = await createOf.softmax(meter.gpu, { rows, gate, pipeline: true });
    const results = [await kernel.run(batch), await kernel.run(batch), await kernel.run(batch)];
    // Freed by hand, one of them in part: what is freed once stays freed.
    results[1].release();
    free(results[2].gradient);
    const reading = results[0].readLoss();
    const gone = kernel.destroy();
    expect(await reading).toBe(exact.loss);
    await gone;
    expect(meter.counts().live).toBe(before);
    for (const result of results) {
      await expect(result.readLoss()).rejects.toMatchObject({ code: 'DISPOSED' });
      result.release();
    }
    if (!onHost) await expect(readBack(results[0].gradient)).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(meter.counts().live).toBe(before);
    meter.stop();
  });

  testOnGpu('a texture that is freed while its run waits is DISPOSED, and the next run is right', async () => {
    const batch = plainCase('sigmoid', rows, classes);
    const kernel = await createOf.sigmoid(gpu(), { rows, gate: batch.gate });
    const forward = createForward(gpu(), [rows * classes]);
    const logits = (await forward(batch.logits)) as GpuTexture;
    const first = kernel.run(inputsOf(batch));
    const second = kernel.run({ ...inputsOf(batch), logits });
    logits.delete();
    await expect(second).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(await kernel.run(inputsOf(batch))).toEqual(await first);
    forward.destroy();
    await kernel.destroy();
  });

  testOnGpu('textures that cannot be read are refused, with the reason', async () => {
    const batch = plainCase('sigmoid', rows, classes);
    const kernel = await createOf.sigmoid(gpu(), { rows, gate: batch.gate });
    const run = (logits: unknown): Promise<unknown> =>
      kernel.run({ ...inputsOf(batch), logits: logits as Float32Array });

    const gone = createForward(gpu(), [rows * classes]);
    const deleted = (await gone(batch.logits)) as GpuTexture;
    deleted.delete();
    await expect(run(deleted)).rejects.toMatchObject({ code: 'DISPOSED' });

    const stays = { precision: 'single', pipeline: true, immutable: true };
    const pairs = gpu().createKernel('function (z) { return [z[this.thread.x], 1.0]; }', {
      ...stays,
      output: [rows * classes],
    });
    await expect(run(await pairs(batch.logits))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('vectors'),
    });

    const deep = createForward(gpu(), [classes, rows, 2]);
    await expect(run(await deep(batch.logits))).rejects.toMatchObject({ code: 'RANK' });
    for (const each of [gone, pairs, deep]) each.destroy();

    // All of WebGPU is one device.
    if (mode !== 'webgpu') {
      const foreignGpu = await createGpu();
      const foreign = createForward(foreignGpu, [rows * classes]);
      await expect(run(await foreign(batch.logits))).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('another GPU'),
      });
      await foreignGpu.destroy();

      const packed = createForward(gpu(), [rows * classes], { precision: 'unsigned' });
      await expect(run(await packed(batch.logits))).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('packed'),
      });
      packed.destroy();
    }
    await kernel.destroy();
  });

  test('requireGpu is an error where there is no GPU, and nothing is left behind', async () => {
    const { gate } = plainCase('sigmoid', rows, classes);
    const meter = startMeter(mode, gpu());
    const before = meter.counts();
    const made = createOf.sigmoid(meter.gpu, { rows, gate, requireGpu: true });
    if (onHost) {
      await expect(made).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(mode) });
      expect(meter.counts().live).toBe(before.live);
    } else await (await made).destroy();
    meter.stop();
  });
}

function inputsOf({ logits, labels, beta }: ReturnType<typeof plainCase>): KernelBatch {
  return { logits, labels, beta };
}
