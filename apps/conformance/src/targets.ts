// THE list of targets. A new adapter is its package, one file in ./targets, its lines here, and its place in package.json.

import type { Runtime } from '@eqloss/conformance';

/** One adapter on one backend. */
export interface TargetEntry {
  /** As options and reports have it. */
  readonly name: string;
  /** The file in ./targets, without its ending. */
  readonly module: string;
  /** What the file's `createTarget` is given. */
  readonly options: { readonly backend: string };
  readonly runtimes: readonly Runtime[];
}

/** One target in one runtime: what is run and reported as one. */
export interface TargetRun {
  readonly entry: TargetEntry;
  readonly runtime: Runtime;
}

const node: readonly Runtime[] = ['node'];
const chromium: readonly Runtime[] = ['chromium'];
const both: readonly Runtime[] = ['node', 'chromium'];

/** What bundlers need to know of the engines that the targets import. */
export const engines: {
  /** In Node only: nothing, in a page. */
  readonly nodeOnly: readonly string[];
  /** Prepared for pages before the tests start, so that finding one does not reload the page. */
  readonly prepared: readonly string[];
  /** Left as they are: they look for files beside their own. */
  readonly untouched: readonly string[];
} = {
  nodeOnly: ['onnxruntime-node', 'webgpu'],
  prepared: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgl', '@tensorflow/tfjs-backend-webgpu', 'gpu.js'],
  untouched: ['onnxruntime-web'],
};

/** Every target. */
export const targets: readonly TargetEntry[] = [
  { name: 'core', module: 'core', options: { backend: 'double' }, runtimes: both },
  { name: 'core-single', module: 'core', options: { backend: 'single' }, runtimes: both },
  { name: 'wasm', module: 'wasm', options: { backend: 'fastest' }, runtimes: both },
  { name: 'wasm-simd', module: 'wasm', options: { backend: 'simd' }, runtimes: both },
  { name: 'wasm-threads', module: 'wasm', options: { backend: 'threads' }, runtimes: both },
  { name: 'wasm-typescript', module: 'wasm', options: { backend: 'typescript' }, runtimes: both },
  { name: 'tfjs-cpu', module: 'tfjs', options: { backend: 'cpu' }, runtimes: both },
  { name: 'tfjs-wasm', module: 'tfjs', options: { backend: 'wasm' }, runtimes: both },
  { name: 'tfjs-webgl', module: 'tfjs', options: { backend: 'webgl' }, runtimes: chromium },
  { name: 'tfjs-webgpu', module: 'tfjs', options: { backend: 'webgpu' }, runtimes: both },
  { name: 'ort-cpu', module: 'onnxruntime', options: { backend: 'cpu' }, runtimes: node },
  { name: 'ort-webgpu', module: 'onnxruntime', options: { backend: 'webgpu' }, runtimes: node },
  { name: 'ort-web-wasm', module: 'onnxruntime', options: { backend: 'web-wasm' }, runtimes: chromium },
  { name: 'ort-web-webgpu', module: 'onnxruntime', options: { backend: 'web-webgpu' }, runtimes: chromium },
  { name: 'gpujs-cpu', module: 'gpujs', options: { backend: 'cpu' }, runtimes: both },
  { name: 'gpujs-webasm', module: 'gpujs', options: { backend: 'webasm' }, runtimes: both },
  { name: 'gpujs-webgl2', module: 'gpujs', options: { backend: 'webgl2' }, runtimes: chromium },
  { name: 'gpujs-webgpu', module: 'gpujs', options: { backend: 'webgpu' }, runtimes: both },
];

/**
 * The runs of the named targets, in the order of the list; of all targets without names.
 *
 * @throws {RangeError} for a name that the list does not have; the message has the known ones.
 */
export function selectRuns(names?: readonly string[]): readonly TargetRun[] {
  const known = targets.map(({ name }) => name);
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new RangeError(
      `unknown target${unknown.length > 1 ? 's' : ''} ${unknown.map((name) => JSON.stringify(name)).join(', ')}; known: ${known.join(', ')}`,
    );
  }
  return targets
    .filter(({ name }) => !names || names.includes(name))
    .flatMap((entry) => entry.runtimes.map((runtime) => ({ entry, runtime })));
}
