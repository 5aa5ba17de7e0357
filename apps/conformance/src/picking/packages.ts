// The packages that one picks from: whose targets are whose, and what of a package its users import.

import type { TargetEntry } from '../targets.ts';

/** One package. */
export interface PackageEntry {
  readonly name: string;
  /** Folder in packages/. */
  readonly folder: string;
  /** The file in ../targets that drives it. */
  readonly module: string;
  /** For whom it is, in a few words. */
  readonly stack: string;
  /** What stands in its own bundle: both forms, nothing more. */
  readonly imports: readonly string[];
  /** What is installed beside it, and is not counted in its size. */
  readonly engine: string;
}

/** Every package with a loss. */
export const packages: readonly PackageEntry[] = [
  {
    name: '@eqloss/core',
    folder: 'core',
    module: 'core',
    stack: 'plain arrays, any JavaScript',
    imports: ['createGate', 'sigmoidEql', 'softmaxEql'],
    engine: 'none',
  },
  {
    name: '@eqloss/wasm',
    folder: 'wasm',
    module: 'wasm',
    stack: 'typed arrays, when it must be fast',
    imports: ['createKernels'],
    engine: 'none',
  },
  {
    name: '@eqloss/tfjs',
    folder: 'tfjs',
    module: 'tfjs',
    stack: 'TensorFlow.js',
    imports: ['createGate', 'sigmoidEql', 'softmaxEql'],
    engine: '@tensorflow/tfjs-core and a backend',
  },
  {
    name: '@eqloss/onnxruntime',
    folder: 'onnxruntime',
    module: 'onnxruntime',
    stack: 'ONNX Runtime',
    imports: ['createLossSession'],
    engine: 'onnxruntime-node or onnxruntime-web',
  },
  {
    name: '@eqloss/gpujs',
    folder: 'gpujs',
    module: 'gpujs',
    stack: 'gpu.js',
    imports: ['createSigmoidEql', 'createSoftmaxEql'],
    engine: 'gpu.js',
  },
];

/** The package that a target is of. */
export function packageOf({ module }: Pick<TargetEntry, 'module'>): PackageEntry {
  const found = packages.find((entry) => entry.module === module);
  if (!found) throw new Error(`src/picking/packages.ts has no package for ./targets/${module}.ts`);
  return found;
}
