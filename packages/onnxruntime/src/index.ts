// @eqloss/onnxruntime: Equalization Loss with its gradient as ONNX graphs, and sessions that run them.

export { buildLossModel, type LossModelOptions } from './model.ts';
export type { Arithmetic, BetaShape, LossOptions, Output } from './options.ts';
export type { ExecutionProvider, Ort, OrtSession, OrtTensor } from './ort.ts';
export type {
  LossBatch,
  LossResult,
  LossRunOptions,
  LossSession,
  LossSessionOptions,
} from './session/types.ts';
export { createLossSession } from './session.ts';
