// @eqloss/wasm: Equalization Loss for plain typed arrays. The rules are in SPEC.md of @eqloss/core.

export type { Backend } from './backend.ts';
export { createKernels, type Kernel, type KernelGradient, type KernelLoss, type Kernels } from './kernels.ts';
export type { KernelBatch, KernelOptions, KernelsOptions } from './options.ts';
export type { Buffers } from './shelf.ts';
