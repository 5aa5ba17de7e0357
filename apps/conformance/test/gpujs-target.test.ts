// What the machine lacks is unavailable, with the reason: never an error of the adapter.

import { isUnavailable } from '@eqloss/conformance/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { createTarget } from '../src/targets/gpujs.ts';

afterEach(() => vi.unstubAllGlobals());

test('a mode that Node does not have', async () => {
  const error: unknown = await createTarget({ backend: 'webgl2' }).catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  expect((error as Error).message).toMatch(/^gpu\.js does not run in mode webgl2 here: /);
});

test('WebGPU that has no adapter', async () => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
  const error: unknown = await createTarget({ backend: 'webgpu' }).catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  expect((error as Error).message).toMatch(/^gpu\.js does not run in mode webgpu here: .*adapter/);
});

test('a mode that runs says where', async () => {
  const target = await createTarget({ backend: 'webasm' });
  expect(target.environment).toMatchObject({ backend: 'webasm', device: 'CPU' });
  await target.stop?.();
});
