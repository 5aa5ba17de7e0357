// From creation to the end: turns and memory.

import { createGate } from '@eqloss/core';
import { expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import { free, type GpuArray, type KernelResult, type Logits } from '../src/index.ts';
import { startMeter } from './meter.ts';
import { createForward, createOf, type Subject } from './mode.ts';

export function testLife({ mode, gpu, createGpu }: Subject): void {
  test('the mode that is reported is the one that runs', async () => {
    const kernel = await createOf.sigmoid(gpu(), { rows: 1, gate: createGate([1], { threshold: 0 }) });
    expect(kernel.mode).toBe(mode);
    await kernel.destroy();
  });

  test.each(forms)('%s: runs may overlap, also with destroy, which is idempotent', async (form) => {
    const { gate, ...batch } = plainCase(form, 3, 20);
    const targets = Float64Array.from(batch.logits, (_, k) => (k % 7) / 7);
    const kernel = await createOf[form](gpu(), { rows: 3, gate });
    const other = { ...batch, labels: undefined, targets };
    const results = [kernel.run(batch), kernel.run(other), kernel.run(batch)];
    // Side by side, each with arrays of its own.
    const scaled = [1, -2, 0.5].map((by) => ({ ...batch, logits: batch.logits.map((z) => z * by) }));
    const apart = scaled.map((each) => kernel.run(each));
    const gone = kernel.destroy();
    await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'DISPOSED' });
    const [first, second, third] = await Promise.all(results);
    expect(third).toEqual(first);
    expectNear(first, lossOf[form]({ gate, ...batch }), 3);
    expectNear(second, lossOf[form]({ gate, ...other }), 3);
    for (const [i, result] of (await Promise.all(apart)).entries()) {
      expectNear(result, lossOf[form]({ gate, ...scaled[i] }), 3);
    }
    await gone;
    await kernel.destroy();
    await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test.each(forms)('%s: a kernel goes on when what was compiled after it is destroyed', async (form) => {
    const { gate, ...batch } = plainCase(form, 3, 20);
    const other = { ...batch, logits: batch.logits.map((z) => -2 * z) };
    const kernel = await createOf[form](gpu(), { rows: 3, gate });
    expectNear(await kernel.run(batch), lossOf[form]({ gate, ...batch }), 3);
    const later = await createOf[form](gpu(), { rows: 3, gate });
    await later.destroy();
    expectNear(await kernel.run(other), lossOf[form]({ gate, ...other }), 3);
    // The caller's own kernel, too.
    const own = gpu().createKernel('function () { return 1.0; }', { output: [1], precision: 'single' });
    await own();
    own.destroy();
    expectNear(await kernel.run(batch), lossOf[form]({ gate, ...batch }), 3);
    await kernel.destroy();
  });

  test.each(forms)(
    '%s: 1000 runs of changing size compile nothing and keep nothing',
    { timeout: 180_000 },
    async (form) => {
      const rows = 4;
      const { gate, labels, logits, ...rest } = plainCase(form, rows, 20);
      const meter = startMeter(mode, gpu());
      const forwards = [1, 2, 3, 4].map((size) => createForward(gpu(), [20, size]));
      const textures = await Promise.all(forwards.map((forward) => forward(logits)));
      const before = meter.counts().live;
      const kernel = await createOf[form](meter.gpu, { rows, gate });
      const stays = await createOf[form](meter.gpu, { rows, gate, pipeline: true });
      const once = async (i: number): Promise<void> => {
        const size = 1 + (i % rows);
        const batch = {
          logits: i % 3 === 0 ? (textures[size - 1] as Logits) : logits.subarray(0, size * 20),
          labels: labels?.slice(0, size),
          ...(form === 'softmax' && { beta: [...(rest.beta as number[])].slice(0, size * 20) }),
        };
        if (i % 2 === 0) await kernel.run(batch);
        else (await stays.run(batch)).release();
      };
      for (let i = 0; i < 6 * rows; i++) await once(i);
      const { compiled, live } = meter.counts();
      for (let i = 0; i < 1000; i++) await once(i);
      expect(meter.counts()).toMatchObject({ compiled, live });
      await kernel.destroy();
      await stays.destroy();
      expect(meter.counts().live).toBe(before);
      meter.stop();
      free(...(textures as GpuArray[]));
      for (const forward of forwards) forward.destroy();
    },
  );

  test('a gpu that is destroyed first is told; destroy then does nothing', async () => {
    const other = await createGpu();
    const batch = plainCase('sigmoid', 3, 20);
    const kernel = await createOf.sigmoid(other, { rows: 3, gate: batch.gate });
    const stays = await createOf.sigmoid(other, { rows: 3, gate: batch.gate, pipeline: true });
    const result = await stays.run(batch);
    const running = kernel.run(batch);
    const gone = other.destroy();
    // What was under way: done, or told.
    const outcome: unknown = await running.catch((error: unknown) => error);
    await gone;
    if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'EqlError', code: 'DISPOSED' });
    else expectNear(outcome as KernelResult, lossOf.sigmoid(batch), 3);
    // gpu.js brings kernels of other modes than WebGL back to life.
    if (mode === 'webgl' || mode === 'webgl2') {
      await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(result.readLoss()).rejects.toMatchObject({ name: 'EqlError' });
    } else expectNear(await kernel.run(batch), lossOf.sigmoid(batch), 3);
    expect(kernel.mode).toBe(mode);
    result.release();
    await expect(kernel.destroy()).resolves.toBeUndefined();
    await expect(stays.destroy()).resolves.toBeUndefined();
  });
}
