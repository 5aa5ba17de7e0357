// @eqloss/gpujs: Equalization Loss as gpu.js kernels.

export { free, type GpuArray, type GpuLike, type GpuTexture, type Mode, modeOf, readBack } from './gpu.ts';
export type { KernelBatch, KernelResult, Kernels, LossKernel, PipelineKernel, PipelineResult } from './kernel.ts';
export type { GpuInput, Logits } from './logits.ts';
export type { KernelOptions } from './options.ts';
export { createSigmoidEql } from './sigmoid.ts';
export { createSoftmaxEql } from './softmax.ts';
