// @eqloss/gpujs: Equalization Loss as gpu.js kernels.

export { type GpuLike, type Mode, modeOf } from './gpu.ts';
export type { KernelBatch, Kernels, LossKernel, PipelineKernel } from './kernel.ts';
export type { GpuInput, Logits } from './logits.ts';
export type { KernelOptions } from './options.ts';
export type { KernelResult, PipelineResult } from './result.ts';
export { createSigmoidEql } from './sigmoid.ts';
export { createSoftmaxEql } from './softmax.ts';
export { free, type GpuArray, type GpuTexture, readBack } from './texture.ts';
