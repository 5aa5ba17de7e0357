// What was found, in words, and the names of browsers.

import { describe, expect, test } from 'vitest';
import { browserOf } from '../site/device/browser-name.ts';
import { capabilitiesOf } from '../site/device/capabilities.ts';
import type { Facts } from '../site/device/facts.ts';

const everything: Facts = {
  browser: { name: 'Chrome 142', runtime: 'chromium' },
  cores: 8,
  secure: true,
  isolated: true,
  sharedMemory: true,
  wasm: { any: true, simd: true, relaxedSimd: true },
  webgl2: { device: 'ANGLE (NVIDIA)' },
  webgpu: { device: 'nvidia ampere', fallback: false },
};

describe('a capability', () => {
  test('that is there says what it is', () => {
    const lines = capabilitiesOf(everything, {});
    expect(lines.map(({ name, has }) => [name, has])).toEqual([
      ['Browser', 'fact'],
      ['Processor', 'fact'],
      ['WebAssembly SIMD', 'yes'],
      ['Relaxed SIMD', 'yes'],
      ['WebAssembly threads', 'yes'],
      ['WebGL2', 'yes'],
      ['WebGPU', 'yes'],
    ]);
    expect(lines[1].words).toBe('8 logical cores');
    expect(lines[6].words).toBe('nvidia ampere');
  });

  test.each<[string, Partial<Facts>, RegExp]>([
    ['WebAssembly threads', { isolated: false }, /not cross-origin isolated, so threads are off: serve it with.*COOP/],
    ['WebAssembly threads', { isolated: false, secure: false }, /over plain http.*https/],
    ['WebAssembly threads', { sharedMemory: false }, /no SharedArrayBuffer/],
    ['WebAssembly SIMD', { wasm: { any: true, simd: false, relaxedSimd: false } }, /too old.*update/],
    ['WebAssembly SIMD', { wasm: { any: false, simd: false, relaxedSimd: false } }, /no WebAssembly/],
    ['Relaxed SIMD', { wasm: { any: true, simd: true, relaxedSimd: false } }, /plain SIMD is used instead/],
    ['WebGL2', { webgl2: { none: 'no-worker' } }, /in documents only/],
    ['WebGL2', { webgl2: { none: 'no-adapter' } }, /no GPU.*hardware acceleration/],
    ['WebGPU', { webgpu: { none: 'no-api' } }, /has no WebGPU, or a setting/],
    ['WebGPU', { webgpu: { none: 'no-api' }, secure: false }, /over plain http/],
    ['WebGPU', { webgpu: { none: 'failed', words: 'device lost' } }, /fails to start it: device lost/],
  ])('%s that is missing says why: %j', (name, change, words) => {
    const line = capabilitiesOf({ ...everything, ...change }, {}).find((candidate) => candidate.name === name);
    expect(line).toMatchObject({ has: 'no', words: expect.stringMatching(words) });
  });

  test('is software where the processor plays the GPU, by its name or by its word', () => {
    const named = capabilitiesOf({ ...everything, webgl2: { device: 'ANGLE (Google, SwiftShader)' } }, {})[5];
    const said = capabilitiesOf({ ...everything, webgpu: { device: 'unnamed', fallback: true } }, {})[6];
    expect([named.has, said.has]).toEqual(['software', 'software']);
  });

  test('of an engine is what starting it has shown', () => {
    const lines = capabilitiesOf(everything, {
      'gpujs-webgl2': { kind: 'ready', environment: { engine: 'gpu.js 2', device: 'llvmpipe' } },
      'gpujs-webgpu': { kind: 'unavailable', reason: 'no adapter' },
      'ort-web-wasm': { kind: 'ready', environment: { engine: 'onnxruntime-web 1' } },
      'ort-web-webgpu': { kind: 'checking' },
    }).slice(7);
    expect(lines).toEqual([
      { name: 'gpu.js, mode webgl2', has: 'software', words: 'gpu.js 2, on a software GPU' },
      { name: 'gpu.js, mode webgpu', has: 'no', words: 'no adapter' },
      { name: 'onnxruntime-web, wasm', has: 'yes', words: 'onnxruntime-web 1' },
      { name: 'onnxruntime-web, webgpu', has: 'unknown', words: 'starting it …' },
    ]);
  });
});

describe('a browser', () => {
  const apple = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
  test.each([
    [`${chrome} Edg/142.0.0.0`, 'Edge 142', 'chromium'],
    [`${chrome} OPR/120.0.0.0`, 'Opera 120', 'chromium'],
    [chrome, 'Chrome 142', 'chromium'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox 145', 'browser'],
    [`${apple} Version/26.1 Safari/605.1.15`, 'Safari 26.1', 'browser'],
    [`${apple} CriOS/142.0.0.0 Mobile/15E148 Safari/604.1`, 'Chrome for iOS 142', 'browser'],
    ['Lynx', 'an unknown browser', 'browser'],
  ])('%s is %s, for reports %s', (userAgent, name, runtime) => {
    expect(browserOf({ userAgent })).toEqual({ name, runtime });
  });

  test('that lists its brands is named by its own, not by the one that means nothing', () => {
    const brands = [
      { brand: 'Not)A;Brand', version: '8' },
      { brand: 'Chromium', version: '142' },
      { brand: 'Brave', version: '142' },
    ];
    expect(browserOf({ userAgent: '', userAgentData: { brands } })).toEqual({ name: 'Brave 142', runtime: 'chromium' });
    expect(browserOf({ userAgent: '', userAgentData: { brands: brands.slice(0, 2) } }).name).toBe('Chromium 142');
  });
});
