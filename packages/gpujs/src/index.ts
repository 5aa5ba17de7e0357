// @eqloss/gpujs: Equalization Loss as gpu.js kernels.

export type { GpuArray, GpuLike, GpuTexture, Mode } from './gpu.ts';
export type { KernelBatch, KernelResult, Kernels, LossKernel, PipelineKernel, PipelineResult } from './kernel.ts';
export type { GpuInput, Logits } from './logits.ts';
export type { KernelOptions } from './options.ts';
export { createSigmoidEql } from './sigmoid.ts';
export { createSoftmaxEql } from './softmax.ts';
