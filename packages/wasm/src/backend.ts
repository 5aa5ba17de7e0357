// The names of what can run the kernels.

/** SIMD with a fused multiply-add, SIMD, or core's TypeScript. */
export type Backend = 'relaxed-simd' | 'simd' | 'typescript';
