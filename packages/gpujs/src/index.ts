// @eqloss/gpujs: Equalization Loss as gpu.js kernels.

export type { GpuLike } from './engine.ts';
export type { KernelBatch, KernelOptions, KernelResult, LossKernel } from './kernel.ts';
export { createSigmoidEql } from './sigmoid.ts';
export { createSoftmaxEql } from './softmax.ts';
