// @eqloss/wasm: Equalization Loss for plain typed arrays. The rules are in SPEC.md of @eqloss/core.

export {
  type Buffers,
  createKernels,
  type Kernel,
  type KernelBatch,
  type KernelGradient,
  type KernelLoss,
  type KernelOptions,
  type Kernels,
  type KernelsOptions,
} from './kernels.ts';
export type { Backend } from './module.ts';
