// Engines that fail: sources that do not compile, wrong numbers, devices that are lost or too small.

import { expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import { free, type GpuArray, type GpuLike, type KernelResult, type Logits } from '../src/index.ts';
import { startMeter } from './meter.ts';
import { createForward, createOf, evaluate, type Subject } from './mode.ts';

export function testFailures({ mode, gpu, createGpu, testOnGpu }: Subject): void {
  test.each(forms)(
    '%s: a kernel that does not compile is an error; all is freed, and the next one works',
    async (form) => {
      const batch = plainCase(form, 2, 5);
      const meter = startMeter(mode, gpu());
      const before = meter.counts().live;
      // The last of a form's kernels: those before it are there already.
      const broken = withSource(meter.gpu, (source) =>
        source.includes('let slope') ? source.replace('let slope = 0.0', 'let slope = nothing(0.0)') : source,
      );
      const { rows, gate } = { rows: 2, gate: batch.gate };
      await expect(createOf[form](broken, { rows, gate })).rejects.toMatchObject({
        name: 'EqlError',
        code: 'UNSUPPORTED',
      });
      expect(meter.counts().live).toBe(before);
      meter.stop();
      expectNear(await evaluate(gpu(), form, batch), lossOf[form](batch), 2);
    },
  );

  test.each(forms)('%s: an engine that computes wrongly is refused; all is freed', async (form) => {
    const { gate } = plainCase(form, 2, 5);
    const meter = startMeter(mode, gpu());
    const before = meter.counts().live;
    const wrong = withSource(meter.gpu, (source) => source.replace('return slope', 'return slope * 1.00001'));
    await expect(createOf[form](wrong, { rows: 40, gate })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`mode ${mode} computes wrongly here: gradient`),
    });
    expect(meter.counts().live).toBe(before);
    meter.stop();
    const wrongLoss = withSource(gpu(), (source) => source.replace('return loss', 'return loss * 1.00001'));
    await expect(createOf[form](wrongLoss, { rows: 40, gate })).rejects.toMatchObject({
      message: expect.stringContaining('computes wrongly here: row loss'),
    });
  });

  test('kernels of another kind are asked, too, before they are trusted', async () => {
    const { gate, labels, logits } = plainCase('softmax', 2, 70);
    const meter = startMeter(mode, gpu());
    const before = meter.counts().live;
    const spoiled = withSource(meter.gpu, (source) => source.replaceAll('- shift -', '+ shift -'));
    const kernel = await createOf.softmax(spoiled, { rows: 2, gate });
    const good = { logits, labels, beta: 0.5 };
    const first = await kernel.run(good);
    // Weights of 2^-30 go as shifts. However many wait: all are told, none is run, the next try is told anew.
    const bad = { logits, labels, beta: 1 - 2 ** -30 };
    const { launched } = meter.counts();
    const outcomes = await Promise.allSettled([kernel.run(bad), kernel.run(bad), kernel.run(good), kernel.run(bad)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'rejected']);
    for (const [i, outcome] of outcomes.entries()) {
      if (i === 2) expect((outcome as PromiseFulfilledResult<KernelResult>).value).toEqual(first);
      else
        expect(outcome).toMatchObject({
          reason: { code: 'UNSUPPORTED', message: expect.stringContaining('computes wrongly') },
        });
    }
    // One question, which the gradient or the losses failed, and one good batch.
    expect(meter.counts().launched - launched).toBe(2 * 4);
    await expect(kernel.run(bad)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await kernel.destroy();
    expect(meter.counts().live).toBe(before);
    meter.stop();
  });

  test('a result that came alone is freed when the other fails', async () => {
    const { gate, labels, logits } = plainCase('sigmoid', 2, 6);
    const meter = startMeter(mode, gpu());
    let broken = false;
    const half = withKernels(meter.gpu, (source, kernel) =>
      source.includes('let slope')
        ? new Proxy(kernel, {
            apply: (target, self, args) => {
              if (broken) throw new Error('out of memory');
              return Reflect.apply(target, self, args) as unknown;
            },
          })
        : kernel,
    );
    const kernel = await createOf.sigmoid(half, { rows: 2, gate, pipeline: true });
    (await kernel.run({ logits, labels })).release();
    const { live } = meter.counts();
    broken = true;
    for (let i = 0; i < 3; i++) {
      await expect(kernel.run({ logits, labels })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('out of memory'),
      });
    }
    broken = false;
    (await kernel.run({ logits, labels })).release();
    expect(meter.counts().live).toBe(live);
    meter.stop();
    await kernel.destroy();
  });

  testOnGpu('kernels for textures are asked by those for arrays', async () => {
    const { gate, logits } = plainCase('sigmoid', 2, 6);
    // Target rows only: creation, for index labels, goes well.
    const wrong = withSource(gpu(), (source) =>
      source.replace('slope = Math.abs(factor) * w * (', 'slope = 1.001 * Math.abs(factor) * w * ('),
    );
    const kernel = await createOf.sigmoid(wrong, { rows: 2, gate });
    const forward = createForward(gpu(), [12]);
    const texture = (await forward(logits)) as Logits;
    const run = kernel.run({ logits: texture, targets: new Float64Array(12).fill(0.25) });
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining('computes wrongly') });
    await kernel.destroy();
    free(texture as GpuArray);
    forward.destroy();
  });

  testOnGpu('a lost device is an error, also at creation, and a new gpu works', async () => {
    const other = await createGpu();
    const batch = plainCase('sigmoid', 2, 5);
    const { gate, ...rest } = batch;
    const seen: { context?: unknown }[] = [];
    const kernel = await createOf.sigmoid(noting(other, seen), { rows: 2, gate });
    const stays = await createOf.sigmoid(other, { rows: 2, gate, pipeline: true });
    await kernel.run(rest);
    const result = await stays.run(rest);
    await lose(seen.at(-1)?.context);
    await expect(kernel.run(rest)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    await expect(result.readLoss()).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    result.release();
    // gpu.js takes a new device of WebGPU by itself.
    const again = createOf.sigmoid(other, { rows: 2, gate });
    if (mode === 'webgpu') await (await again).destroy();
    else await expect(again).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    await kernel.destroy();
    await stays.destroy();
    await other.destroy();
    const next = await createGpu();
    expectNear(await evaluate(next, 'sigmoid', batch), lossOf.sigmoid(batch), 2);
    await next.destroy();
  });

  testOnGpu('a batch beyond what the device holds is refused at creation, with the limit', async () => {
    const other = await createGpu();
    const { gate } = plainCase('sigmoid', 1, 100);
    const seen: { context?: unknown }[] = [];
    const large = await createOf.sigmoid(noting(other, seen), { rows: 700, gate });
    const restore = shrink(seen.at(-1)?.context);
    await large.destroy();
    try {
      await expect(createOf.sigmoid(other, { rows: 700, gate })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/70000 .*65536/),
      });
      await (await createOf.sigmoid(other, { rows: 600, gate })).destroy();
    } finally {
      restore();
      await other.destroy();
    }
  });
}

/** The same gpu with other sources. */
function withSource(gpu: GpuLike, change: (source: string) => string): GpuLike {
  return replaced(gpu, (source, settings) => gpu.createKernel(change(source), settings));
}

/** The same gpu; its kernels are changed. */
function withKernels(gpu: GpuLike, change: (source: string, kernel: Callable) => Callable): GpuLike {
  return replaced(gpu, (source, settings) => change(source, gpu.createKernel(source, settings) as Callable));
}

/** The same gpu; the backends of its kernels are noted. */
function noting(gpu: GpuLike, seen: { context?: unknown }[]): GpuLike {
  return withKernels(gpu, (_, kernel) => {
    seen.push((kernel as unknown as { readonly kernel: { context?: unknown } }).kernel);
    return kernel;
  });
}

type Callable = (...args: readonly unknown[]) => unknown;

function replaced(gpu: GpuLike, createKernel: GpuLike['createKernel']): GpuLike {
  return new Proxy(gpu, {
    get: (target, name) => (name === 'createKernel' ? createKernel : (Reflect.get(target, name) as unknown)),
  });
}

/** Takes the device away, as a driver that crashes does. */
async function lose(context: unknown): Promise<void> {
  const gl = context as WebGLRenderingContext & { readonly device?: GPUDevice };
  gl.device?.destroy();
  if (gl.device !== undefined) await gl.device.lost;
  else gl.getExtension('WEBGL_lose_context')?.loseContext();
}

/** Lets a device say that it holds 65536 numbers: textures of 256 x 256, or buffers of 256 KiB. */
function shrink(context: unknown): () => void {
  const gl = context as WebGLRenderingContext & { readonly device?: GPUDevice };
  const [owner, name] = gl.device === undefined ? [gl, 'getParameter'] : [gl.device, 'limits'];
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const { limits } = gl.device ?? {};
  const read = gl.getParameter;
  const value = limits
    ? { ...MORE_LIMITS, maxStorageBufferBindingSize: 2 ** 18, maxBufferSize: limits.maxBufferSize }
    : (what: number): unknown => (what === gl.MAX_TEXTURE_SIZE ? 256 : (read.call(gl, what) as unknown));
  Object.defineProperty(owner, name, { value, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}

/** What else gpu.js asks for. */
const MORE_LIMITS = { maxComputeWorkgroupsPerDimension: 65535 };
