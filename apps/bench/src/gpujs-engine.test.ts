import { isUnavailable } from '@eqloss/conformance/protocol';
import type { IKernelRunShortcut } from 'gpu.js';
import { expect, test } from 'vitest';
import { checkMode, startEngine } from './gpujs-engine.ts';

test.each(['cpu', 'webasm'])('mode %s runs anywhere, and says so', async (mode) => {
  const { environment, createGpu, input } = await startEngine(mode);
  expect(environment).toEqual({ engine: expect.stringMatching(/^gpu\.js \d/), backend: mode });
  const gpu = createGpu();
  const kernel = gpu.createKernel('function (x) { return 2 * x[this.thread.y][this.thread.x]; }', { output: [2, 1] });
  expect(await kernel(input(Float32Array.of(3, 4), [2, 1]))).toEqual([Float32Array.of(6, 8)]);
  expect(() => checkMode(gpu, kernel)).not.toThrow();
  await gpu.destroy();
});

test('a mode that Node does not have is unavailable, with the reason', async () => {
  const error: unknown = await startEngine('webgl2').catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  expect((error as Error).message).toMatch(/^gpu\.js does not run in mode webgl2 here: /);
});

test('a kernel that another mode ran is found out', async () => {
  const [cpu, webasm] = [await startEngine('cpu'), await startEngine('webasm')].map(({ createGpu }) => createGpu());
  const kernel: IKernelRunShortcut = cpu.createKernel('function () { return 1; }', { output: [1] });
  await kernel();
  expect(() => checkMode(webasm, kernel)).toThrow('gpu.js ran mode cpu, not webasm');
  await Promise.all([cpu.destroy(), webasm.destroy()]);
});
