// What was found, in words: each with a reason where it is missing.

import { isSoftware } from '../../../bench/src/paths/device.ts';
import type { Facts, Gpu } from './facts.ts';
import type { Availability } from './state.ts';

/** One line of the table. */
export interface Capability {
  readonly name: string;
  /** `software`: there, but the processor plays it. `unknown`: not asked yet. `fact`: neither there nor missing. */
  readonly has: 'yes' | 'no' | 'software' | 'unknown' | 'fact';
  /** What it is, or why it is missing. */
  readonly words: string;
}

/**
 * The table.
 *
 * @param facts What the browser says.
 * @param availability What starting the targets has shown, by name.
 */
export function capabilitiesOf(
  facts: Facts,
  availability: Readonly<Record<string, Availability>>,
): readonly Capability[] {
  const started = engines.flatMap(({ name, target }) => {
    const found = availability[target];
    return found ? [engine(name, found)] : [];
  });
  const { browser, cores, wasm } = facts;
  return [
    { name: 'Browser', has: 'fact', words: browser.name },
    cores
      ? { name: 'Processor', has: 'fact', words: `${cores} logical ${cores === 1 ? 'core' : 'cores'}` }
      : { name: 'Processor', has: 'unknown', words: 'the browser does not say how many cores there are' },
    simple('WebAssembly SIMD', wasm.simd, 'vectors of four numbers', wasm.any ? old : noWasm),
    simple('Relaxed SIMD', wasm.relaxedSimd, 'with fused multiply-add where the processor has it', relaxedWords(wasm)),
    threads(facts),
    gpu('WebGL2', facts.webgl2, facts),
    gpu('WebGPU', facts.webgpu, facts),
    ...started,
  ];
}

const old = 'this browser is too old for it: update it';
const noWasm = 'this browser has no WebAssembly, or a setting turns it off';

function simple(name: string, has: boolean, yes: string, no: string): Capability {
  return { name, has: has ? 'yes' : 'no', words: has ? yes : no };
}

function relaxedWords({ any, simd }: Facts['wasm']): string {
  if (!any) return noWasm;
  return simd ? 'this browser does not have it yet; plain SIMD is used instead' : old;
}

function threads({ isolated, sharedMemory, secure, cores = 0 }: Facts): Capability {
  const name = 'WebAssembly threads';
  if (isolated && sharedMemory) {
    const words = cores === 1 ? 'shared memory, but only one core to share it' : 'shared memory between workers';
    return { name, has: 'yes', words };
  }
  if (!secure) return { name, has: 'no', words: insecure };
  if (!isolated) {
    const words =
      'this page is not cross-origin isolated, so threads are off: serve it with the headers COOP same-origin and COEP require-corp, or allow its service worker, which adds them';
    return { name, has: 'no', words };
  }
  return { name, has: 'no', words: 'this browser has no SharedArrayBuffer' };
}

const insecure = 'browsers hide it over plain http: open this page over https, or from the device itself (localhost)';

function gpu(name: 'WebGL2' | 'WebGPU', found: Gpu, { secure }: Facts): Capability {
  if ('device' in found) {
    const software = isSoftware(found.device) || found.fallback === true;
    if (!software) return { name, has: 'yes', words: found.device };
    return { name, has: 'software', words: `${found.device}: the processor plays the GPU, slowly` };
  }
  if (name === 'WebGPU' && !secure) return { name, has: 'no', words: insecure };
  const words = {
    'no-api': `this browser has no ${name}, or a setting turns it off`,
    'no-adapter':
      'the browser has it, but offers no GPU: its driver may be blocked or hardware acceleration turned off',
    'no-worker': 'this browser has it in documents only, and adapters run in workers here: update it',
    failed: `the browser fails to start it: ${found.words ?? 'no reason given'}`,
  }[found.none];
  return { name, has: 'no', words };
}

/** Lines that only starting an engine can fill. */
const engines: readonly { readonly name: string; readonly target: string }[] = [
  { name: 'gpu.js, mode cpu', target: 'gpujs-cpu' },
  { name: 'gpu.js, mode webasm', target: 'gpujs-webasm' },
  { name: 'gpu.js, mode webgl2', target: 'gpujs-webgl2' },
  { name: 'gpu.js, mode webgpu', target: 'gpujs-webgpu' },
  { name: 'onnxruntime-web, wasm', target: 'ort-web-wasm' },
  { name: 'onnxruntime-web, webgpu', target: 'ort-web-webgpu' },
];

function engine(name: string, found: Availability): Capability {
  switch (found.kind) {
    case 'ready': {
      const { engine: version, device } = found.environment;
      const software = device !== undefined && isSoftware(device);
      const words = [version, software ? 'on a software GPU' : device].filter(Boolean).join(', ');
      return { name, has: software ? 'software' : 'yes', words: words || 'it starts' };
    }
    case 'unavailable':
    case 'broken':
      return { name, has: 'no', words: found.reason };
    case 'unknown':
    case 'checking':
      return { name, has: 'unknown', words: found.kind === 'checking' ? 'starting it …' : 'not started yet' };
  }
}
