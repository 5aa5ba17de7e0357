import { codeOf, forms, plainCase } from '@eqloss/core/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FUSED } from './bytes.ts';
import { createKernels, createKernelsSync, type SyncKernelsOptions } from './index.ts';
import { backends, expectSameResult, ways } from './testing.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Both, as functions that return or throw when awaited. */
const creators = [
  ['createKernels', createKernels],
  ['createKernelsSync', async (options?: SyncKernelsOptions) => createKernelsSync(options)],
] as const;

test.each(backends)(
  '%s: kernels that were made at once give the bits of those that were waited for',
  async (backend) => {
    const waited = await createKernels({ backend });
    const atOnce = createKernelsSync({ backend });
    expect(atOnce).toMatchObject({ backend, threads: 1, reason: waited.reason });
    for (const form of forms) {
      const batch = plainCase(form, 5, 1203);
      const [expected] = Object.values(ways).map((way) => way(waited, form, batch));
      for (const [name, way] of Object.entries(ways)) expectSameResult(way(atOnce, form, batch), expected, name);
    }
    waited.dispose();
    atOnce.dispose();
    expect(codeOf(() => atOnce.sigmoid(plainCase('sigmoid', 1, 5)))).toBe('DISPOSED');
  },
);

test('without options, both run the same backend', async () => {
  const waited = await createKernels();
  const atOnce = createKernelsSync();
  expect(atOnce).toMatchObject({ backend: waited.backend, threads: 1, reason: undefined });
});

describe.each(creators)('%s', (name, create) => {
  const bad: object[] = [
    { backend: 'wasm' },
    { backend: null },
    { thread: 2 },
    null,
    2,
    ...(name === 'createKernels'
      ? [
          { threads: 0 },
          { threads: 1.5 },
          { threads: 65 },
          { threads: Number.NaN },
          { threads: '2' },
          { threads: null },
          { shareFrom: -1 },
          { shareFrom: Number.NaN },
          { shareFrom: 'x' },
        ]
      : [{ threads: 2 }, { shareFrom: 0 }]),
  ] as object[];

  test.each(bad)('UNSUPPORTED: options that make no sense: %o', async (options) => {
    await expect(create(options)).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
  });

  const noWebAssembly = () => vi.stubGlobal('WebAssembly', undefined);
  const noSimd = () => vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  const notFused = () => {
    const { validate } = WebAssembly;
    vi.spyOn(WebAssembly, 'validate').mockImplementation(
      (bytes) => bytes.byteLength !== FUSED.length / 2 && validate(bytes),
    );
  };
  const forbidden = () => {
    const refuse = function (this: unknown): never {
      throw new WebAssembly.CompileError('blocked by Content Security Policy');
    };
    vi.spyOn(WebAssembly, 'compile').mockImplementation(async () => refuse());
    vi.spyOn(WebAssembly, 'Module').mockImplementation(refuse);
  };

  test.each([
    ['WebAssembly', noWebAssembly, 'this runtime has no WebAssembly'],
    ['SIMD', noSimd, 'this runtime has no SIMD in WebAssembly'],
    ['leave to compile', forbidden, 'the kernels cannot be compiled here: blocked by Content Security Policy'],
  ])('a runtime without %s gets TypeScript, and the reason', async (_, stub, reason) => {
    stub();
    const kernels = await create();
    await expect(create({ backend: 'simd' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(kernels).toMatchObject({ backend: 'typescript', threads: 1, reason });
    expect(kernels.sigmoid(plainCase('sigmoid', 4, 40)).rowLosses.length).toBe(4);
  });

  test('a runtime without relaxed SIMD gets the plain module', async () => {
    notFused();
    const kernels = await create();
    expect(kernels).toMatchObject({ backend: 'simd', reason: undefined });
    await expect(create({ backend: 'relaxed-simd' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    kernels.dispose();
  });
});
