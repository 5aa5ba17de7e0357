// @eqloss/wasm: Equalization Loss for plain typed arrays. The rules are in SPEC.md of @eqloss/core.

export type { Backend } from './backend.ts';
export { createKernels, createKernelsSync } from './create.ts';
export type { Heap } from './heap.ts';
export type { Kernel, KernelGradient, KernelLoss, Kernels } from './kernels.ts';
export type { KernelBatch, KernelOptions, KernelsOptions, SyncKernelsOptions } from './options.ts';
export type { Buffers } from './shelf.ts';
export type { Memory } from './webassembly.ts';
